#include "core/cases/step.h"

#include <algorithm>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "calculators/calculators.h"
#include "core/cases/clocks.h"
#include "core/cases/form.h"
#include "core/cases/open.h"
#include "core/cases/signal.h"
#include "core/effects/effect.h"
#include "core/peers/parked.h"
#include "core/told/members.h"
#include "texts/texts.h"

namespace bashu::core {

namespace {

constexpr int kAutomaticMax = 16;
constexpr std::size_t kDataMax = 256u << 10;
constexpr std::size_t kEffectsMax = 2'000;

Title with_detail(const Title& title, const std::string& detail) {
  Title longer = title;
  for (auto& [language, words] : longer) words += " (" + detail + ")";
  if (longer.empty()) longer = bilingual(detail, detail);
  return longer;
}

// Of a person's step or a signal; nullptr for what the engine does by itself.
const packs::EventDef* event_of(const Definition& of, const Case& c, std::string_view name) {
  if (name == told::Step::kStart) return &of.service->start.event;
  const packs::StateDef* state = packs::find(of.service->states, c.state);
  return state ? packs::find(state->events, name) : nullptr;
}

std::expected<Value::Record, Reject> compute_set(const packs::Service& service,
                                                 const packs::Branch& branch, CaseScope& scope) {
  Value::Record set;
  for (const auto& [name, item] : branch.set) {
    auto value = packs::evaluate(item, scope);
    if (!value) return refuse_at("set." + name, Why::expression_failed, value.error().text);
    if (value->is_null()) continue;
    if (auto error = packs::check(*service.field(name), *value, "set." + name)) {
      return refuse_form(std::move(*error));
    }
    set[name] = std::move(*value);
  }
  return set;
}

std::expected<Outcome, Reject> work_out(const Deciding& d, const Definition& of, const Case& c,
                                        const NewStep& next) {
  Outcome out;
  const Value data = with_form(c, next.input);
  if (const packs::EventDef* event = event_of(of, c, next.event)) {
    CaseScope filled = scope_of(d, of, c, data);
    BASHU_TRY_OK(check_needed(*of.service, event->form, data, filled));
  }
  Chosen chosen = choose(d, of, c, *next.branches, data, &out.reads);
  if (chosen.index < 0) return refuse_for(Why::no_branch, std::move(chosen.why));
  out.index = chosen.index;
  out.branch = &(*next.branches)[static_cast<std::size_t>(chosen.index)];
  BASHU_TRY_OK(check_refs(d, of, next.input));
  BASHU_TRY_OK(come_to(d, of, c, data, out));
  return out;
}

told::Step told_step(const Deciding& d, const Case& c, const NewStep& next, const Outcome& out) {
  told::Step step{.id = c.id,
                  .version = c.version + 1,
                  .previous = c.digest,
                  .service = c.service,
                  .event = next.event,
                  .role = next.role,
                  .from = c.state,
                  .to = out.branch->to,
                  .branch = out.index,
                  .on = d.today(),
                  .input = next.input,
                  .set = Value{out.set},
                  .effects = {},
                  .parties = c.parties,
                  .parent = c.parent,
                  .reads = {},
                  .clocks = {},
                  .calendar = 0};
  for (const EffectDone& effect : out.effects) step.effects.push_back(to_value(effect));
  if (!out.reads.list.empty() && !d.moment.salt.empty()) {
    step.reads =
        packs::digest_text(Value{Value::List{Value{hex(d.moment.salt)}, Value{out.reads.list}}});
  }
  return step;
}

// The change of the case itself, and what follows from what was read.
Result change_case(Deciding& d, const told::Step& told, const std::string& digest,
                   const NewStep& next, Outcome& out) {
  close_work_tasks(d, told.id);
  for (const SerialTaken& serial : out.reads.serials) d.draft.decide(serial);
  d.draft.decide(CaseChanged{.id = told.id,
                             .version = told.version,
                             .digest = digest,
                             .decided_by = d.self(),
                             .event = told.event,
                             .role = told.role,
                             .from = told.from,
                             .to = told.to,
                             .branch = told.branch,
                             .input = told.input,
                             .set = told.set,
                             .on = told.on,
                             .principal = next.principal,
                             .reads = Value{std::move(out.reads.list)},
                             .salt = d.moment.salt,
                             .officer = next.officer});
  pass_parked(d, told.id);
  if (canonical_json(d.draft.find_case(told.id)->data).size() > kDataMax) {
    return refuse(Why::case_too_large);
  }
  for (const auto& [account, month] : out.reads.windows) {
    if (!d.draft.month_stated(account, month)) {
      d.draft.decide(MonthStated{.account = account, .month = month});
    }
  }
  return {};
}

Result tell(Deciding& d, const CaseId& id, const Definition& of, const Value& body) {
  for (const PartyId& party : others_of(d, *d.draft.find_case(id))) {
    BASHU_TRY_OK(queue(d, party,
                       {.kind = std::string{told::Step::kKind},
                        .stream = id,
                        .pack = of.pack->digest,
                        .body = body}));
  }
  return {};
}

}  // namespace

packs::Eval<Value> run_calculator(const packs::Pack& pack, const packs::RunCalculator& run,
                                  CaseScope& scope) {
  const auto* definition = packs::find(pack.calculators, run.calculator);
  const auto calculate =
      definition ? calculators::find(run.calculator, definition->version) : nullptr;
  if (!calculate) return ill_typed("no calculator " + run.calculator);
  BASHU_TRY(const Value input, fields_of(run.with, scope));
  auto result = calculate(input);
  if (!result) return ill_typed(run.calculator + ": " + result.error());
  return *result;
}

Chosen choose(const Deciding& d, const Definition& of, const Case& c,
              const std::vector<packs::Branch>& branches, const Value& data, Reads* reads) {
  Chosen chosen;
  CaseScope scope = scope_of(d, of, c, data);
  scope.record_reads(reads);
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const packs::Branch& branch = branches[i];
    const auto passes = branch.when ? packs::evaluate_bool(*branch.when, scope) : true;
    if (passes && *passes) {
      chosen.index = static_cast<std::int64_t>(i);
      return chosen;
    }
    if (!passes) {
      chosen.why.push_back(with_detail(branch.why, passes.error().text));
    } else if (branch.why.empty()) {
      chosen.why.push_back(texts::title("refusal.condition", {{"condition", branch.when->text()}}));
    } else {
      chosen.why.push_back(branch.why);
    }
  }
  return chosen;
}

Result come_to(const Deciding& d, const Definition& of, const Case& c, const Value& data,
               Outcome& out) {
  Value result;
  CaseScope setting = scope_of(d, of, c, data);
  setting.record_reads(&out.reads);
  if (out.branch->run) {
    auto ran = run_calculator(*of.pack, *out.branch->run, setting);
    if (!ran) return refuse(Why::calculator_failed, ran.error().text);
    result = std::move(*ran);
    setting.set_root("result", &result);
  }
  setting.allow_serials();
  BASHU_TRY(out.set, compute_set(*of.service, *out.branch, setting));

  CaseScope effecting = scope_of(d, of, c, data);
  effecting.record_reads(&out.reads);
  effecting.set_root("result", out.branch->run ? &result : nullptr);
  Computing computing{.pack = *of.pack, .c = c, .store = d.draft, .scope = effecting};
  BASHU_TRY(out.effects, compute_all(out.branch->effects, d.self(), computing));
  if (out.effects.size() > kEffectsMax) return refuse(Why::too_many_effects);
  return {};
}

void close_work_tasks(Deciding& d, const CaseId& id) {
  const std::set<std::int64_t> open = d.draft.tasks_of(id);
  for (const std::int64_t number : open) {
    if (d.draft.find_task(number)->kind != TaskKind::exception) {
      d.draft.decide(TaskClosed{.number = number});
    }
  }
}

std::optional<std::string> broken(const Deciding& d, const CaseId& id, const Definition& of) {
  const Case& c = *d.draft.find_case(id);
  const auto* state = packs::find(of.service->states, c.state);
  CaseScope scope = scope_of(d, of, c, c.data);
  for (const auto* holds : {&of.service->holds, &state->holds}) {
    for (const auto& [party, program] : *holds) {
      const auto who = c.parties.find(party);
      if (who == c.parties.end() || who->second != d.self()) continue;
      const auto passes = packs::evaluate_bool(*program, scope);
      if (!passes) return program->text() + " (" + passes.error().text + ")";
      if (!*passes) return program->text();
    }
  }
  return std::nullopt;
}

std::expected<bool, Reject> step(Deciding& d, const CaseId& id, const NewStep& next) {
  // The other party's day may be ahead of ours: a step is never dated before the one it follows.
  if (const Date since = d.draft.find_case(id)->since; since > d.today()) {
    const Moment later{.now = d.moment.now, .today = since, .salt = d.moment.salt};
    Deciding then{.draft = d.draft,
                  .moment = later,
                  .budget = d.budget,
                  .before = d.before,
                  .allotting = d.allotting};
    auto moved = step(then, id, next);
    d.take_over(then);
    return moved;
  }
  const Case& c = *d.draft.find_case(id);
  if (const PartyId gone = left_of(d, c); !gone.empty()) return refuse(Why::party_left, gone);
  BASHU_TRY(const Definition of, definition_of(d, c));
  BASHU_TRY(Outcome out, work_out(d, of, c, next));
  const told::Step told = told_step(d, c, next, out);
  Value content = told::content(told);
  const std::vector<PartyId> parties = parties_of(c);
  const PartyId self = d.self();
  BASHU_TRY_OK(change_case(d, told, told::digest_of_content(content), next, out));
  BASHU_TRY_OK(enact_all(
      out.branch->effects, out.effects,
      {.d = d, .id = id, .pack = *of.pack, .by = self, .sides = parties, .told = parties}));
  // Everything the step's digest covers is known but the clocks, which follow from it.
  const told::ClockStands clocks = update_clocks(d, id, of, out.branch->reset, self);
  if (const auto rule = broken(d, id, of)) return refuse(Why::would_not_hold, *rule);
  const auto calendar = d.circle().calendars.find(self);
  const auto version =
      calendar == d.circle().calendars.end() ? std::int64_t{0} : calendar->second.version;
  BASHU_TRY_OK(
      tell(d, id, of,
           told::vouched_for(told::write(std::move(content), clocks, version), next.voucher)));
  return out.branch->to.has_value();
}

Result enter(Deciding& d, const CaseId& id, int depth) {
  const Case& c = *d.draft.find_case(id);
  BASHU_TRY(const Definition of, definition_of(d, c));
  const auto* state = packs::find(of.service->states, c.state);
  if (state->then.empty() || holder_of(c, of) != d.self()) return {};
  if (depth >= kAutomaticMax) return refuse(Why::too_many_steps);
  const NewStep automatic{.event = std::string{told::Step::kThen},
                          .role = std::string{told::Step::kSystem},
                          .branches = &state->then};
  const auto moved = step(d, id, automatic);
  if (!moved && moved.error().code == RejectCode::guard) return {};  // it waits for its events
  BASHU_TRY_OK(moved);
  return *moved ? enter(d, id, depth + 1) : Result{};
}

Result step_and_enter(Deciding& d, const CaseId& id, const NewStep& next) {
  BASHU_TRY(const bool moved, step(d, id, next));
  return moved ? enter(d, id) : Result{};
}

void run_follow_ups(Deciding& d) {
  while (!d.follow_ups.empty()) {
    const FollowUp next = std::move(d.follow_ups.front());
    d.follow_ups.pop_front();
    if (--d.budget < 0) {
      raise_exception(d, next.id, "more than 10,000 follow-ups in one decision");
      return;
    }
    if (const auto* start = std::get_if<StartDone>(&next.what)) {
      const auto ok =
          attempt(d, [&](Deciding& trial) { return open_child(trial, next.id, *start); });
      if (!ok) raise_exception(d, next.id, start->id + ": " + describe(ok.error()));
      continue;
    }
    const auto& sent = std::get<SignalDone>(next.what);
    for (const CaseId& target : sent.targets) {
      const auto ok = attempt(
          d, [&](Deciding& trial) { return signal_case(trial, target, sent.event, sent.with); });
      if (!ok) {
        raise_exception(d, target, "signal " + sent.event + ": " + describe(ok.error()));
      }
    }
  }
}

}  // namespace bashu::core
