// Steps of cases this node owns, and the effects of any step.
//
//   form ─► choose a branch ─► run, set, effects computed ─► carried out ─► holds ─► told ─► enter
//
// All of it happens in a draft: the first refusal leaves nothing behind.

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "calculators/calculators.h"
#include "core/decider.h"
#include "packs/load.h"

namespace bashu::core {

namespace {

constexpr int kAutomaticMax = 16;
constexpr std::size_t kDataMax = 256u << 10;

Title with_detail(const Title& title, const std::string& detail) {
  Title longer = title;
  for (auto& [language, words] : longer) words += " (" + detail + ")";
  if (longer.empty()) longer = bilingual(detail, detail);
  return longer;
}

}  // namespace

std::expected<Value, Reject> Decider::fill_form(const packs::Service& service,
                                                const std::vector<std::string>& form,
                                                const Value& given) const {
  const Value::Record* values = given.as_record();
  if (!values) {
    return std::unexpected{form_reject("with", "A record of fields is expected", "应为字段记录")};
  }
  for (const auto& [name, value] : *values) {
    if (std::find(form.begin(), form.end(), name) == form.end()) {
      std::string names;
      for (const std::string& one : form) names += (names.empty() ? "" : ", ") + one;
      return std::unexpected{form_reject("with." + name, "Unexpected field; the form has: " + names,
                                         "表单中没有此字段；应填：" + names)};
    }
  }
  Value::Record filled;
  for (const std::string& name : form) {
    const packs::Type* type = service.field(name);
    const auto it = values->find(name);
    if (it == values->end()) {
      if (type->optional) continue;
      return std::unexpected{
          form_reject("with." + name, "This field is required: " + in_language(type->title, "en"),
                      "此字段必填：" + in_language(type->title, "zh"))};
    }
    if (auto error = packs::check(*type, it->second, "with." + name)) {
      return std::unexpected{
          Reject{.code = RejectCode::form, .where = error->path, .why = {error->why}}};
    }
    filled[name] = it->second;
  }
  return Value{std::move(filled)};
}

// What a form refers to must exist: a record or case of this pack, or a record of another one that
// is in force here. Asked after the guards, whose reasons say more.
Result Decider::check_refs(const Definition& of, const Value& input) const {
  for (const auto& [name, value] : *input.as_record()) {
    const packs::Type* type = of.service->field(name);
    const std::string* key = value.as_text();
    if (!type || type->kind != packs::Kind::ref || !key) continue;
    const std::string& to = type->ref_to;
    bool exists = true;
    if (const auto slash = to.find('/'); slash != std::string::npos) {
      const std::string_view pack = std::string_view{to}.substr(0, slash);
      const auto& packs = draft_.circle().packs;
      const bool in_force = std::any_of(packs.begin(), packs.end(), [&](const auto& row) {
        return row.second.pack && row.second.pack->name == pack;
      });
      exists = !in_force || draft_.find_record(to, *key);
    } else if (packs::find(of.pack->registers, to)) {
      exists = draft_.find_record(of.pack->name + "/" + to, *key) != nullptr;
    } else {
      const Case* c = draft_.find_case(*key);
      exists = c && c->service == to;
    }
    if (!exists) {
      return std::unexpected{form_reject("with." + name, "There is no " + to + " " + *key,
                                         "不存在 " + to + " " + *key)};
    }
  }
  return {};
}

Decider::Chosen Decider::choose(const Definition& of, const Case& c,
                                const std::vector<packs::Branch>& branches, const Value& data,
                                Reads* reads) {
  Chosen chosen;
  CaseScope scope{draft_, *of.pack, of.service, &c, &data, moment_.today, self()};
  scope.record_reads(reads);
  for (std::size_t i = 0; i < branches.size(); ++i) {
    if (!branches[i].when) {
      chosen.index = static_cast<std::int64_t>(i);
      return chosen;
    }
    const auto passes = packs::evaluate_bool(*branches[i].when, scope);
    if (passes && *passes) {
      chosen.index = static_cast<std::int64_t>(i);
      return chosen;
    }
    const Title& why = branches[i].why;
    if (!passes) {
      chosen.why.push_back(with_detail(why, passes.error().text));
    } else if (why.empty()) {
      chosen.why.push_back(bilingual("Not the case: " + branches[i].when->text(),
                                     "条件不满足：" + branches[i].when->text()));
    } else {
      chosen.why.push_back(why);
    }
  }
  return chosen;
}

packs::Eval<Value> Decider::run_calculator(const packs::Pack& pack, const packs::RunCalculator& run,
                                           CaseScope& scope) const {
  const auto* definition = packs::find(pack.calculators, run.calculator);
  const auto calculate =
      definition ? calculators::find(run.calculator, definition->version) : nullptr;
  const auto failed = [](std::string words) {
    return std::unexpected{
        packs::EvalError{.kind = packs::EvalError::Kind::type, .text = std::move(words)}};
  };
  if (!calculate) return failed("no calculator " + run.calculator);
  auto input = fields_of(run.with, scope);
  if (!input) return input;
  auto result = calculate(*input);
  if (!result) return failed(run.calculator + ": " + result.error());
  return *result;
}

void Decider::close_work_tasks(const CaseId& id) {
  const std::set<std::int64_t> open = draft_.tasks_of(id);
  for (const std::int64_t number : open) {
    if (draft_.find_task(number)->kind != TaskKind::exception) {
      draft_.decide(TaskClosed{.number = number});
    }
  }
}

std::optional<std::string> Decider::broken(const CaseId& id, const Definition& of) {
  const Case& c = *draft_.find_case(id);
  const auto* state = packs::find(of.service->states, c.state);
  CaseScope scope{draft_, *of.pack, of.service, &c, &c.data, moment_.today, self()};
  for (const auto* holds : {&of.service->holds, &state->holds}) {
    for (const auto& [party, program] : *holds) {
      const auto who = c.parties.find(party);
      if (who == c.parties.end() || who->second != self()) continue;
      const auto passes = packs::evaluate_bool(*program, scope);
      if (!passes) return program->text() + " (" + passes.error().text + ")";
      if (!*passes) return program->text();
    }
  }
  return std::nullopt;
}

std::expected<bool, Reject> Decider::step(const CaseId& id, const NewStep& step) {
  // The other party's day may be ahead of ours: a step is never dated before the one it follows.
  if (const Date since = draft_.find_case(id)->since; since > moment_.today) {
    const Moment later{.now = moment_.now, .today = since, .salt = moment_.salt};
    Decider then{draft_, later, budget_, state_};
    auto moved = then.step(id, step);
    take_over(then);
    return moved;
  }
  const auto of = definition(*draft_.find_case(id));
  if (!of) return std::unexpected{of.error()};
  const packs::Service& service = *of->service;

  Reads reads;
  Value data = draft_.find_case(id)->data;
  for (const auto& [name, value] : *step.input.as_record()) (*data.as_record())[name] = value;

  const Chosen chosen = choose(*of, *draft_.find_case(id), *step.branches, data, &reads);
  if (chosen.index < 0) {
    return std::unexpected{Reject{.code = RejectCode::guard, .where = {}, .why = chosen.why}};
  }
  const packs::Branch& branch = (*step.branches)[static_cast<std::size_t>(chosen.index)];

  if (auto ok = check_refs(*of, step.input); !ok) return std::unexpected{ok.error()};

  Value result;
  Value::Record set;
  {
    const Case& c = *draft_.find_case(id);
    CaseScope scope{draft_, *of->pack, of->service, &c, &data, moment_.today, self()};
    scope.record_reads(&reads);
    if (branch.run) {
      auto ran = run_calculator(*of->pack, *branch.run, scope);
      if (!ran) {
        return std::unexpected{
            reject(RejectCode::error, "run", ran.error().text, "计算出错：" + ran.error().text)};
      }
      result = std::move(*ran);
      scope.set_root("result", &result);
    }
    scope.allow_serials();
    for (const auto& [name, item] : branch.set) {
      auto value = packs::evaluate(item, scope);
      if (!value) {
        return std::unexpected{reject(RejectCode::error, "set." + name, value.error().text,
                                      "表达式出错：" + value.error().text)};
      }
      if (value->is_null()) continue;
      if (auto error = packs::check(*service.field(name), *value, "set." + name)) {
        return std::unexpected{
            Reject{.code = RejectCode::form, .where = error->path, .why = {error->why}}};
      }
      set[name] = std::move(*value);
    }
  }
  auto effects = compute_effects(*of, *draft_.find_case(id), branch, data,
                                 branch.run ? &result : nullptr, &reads);
  if (!effects) return std::unexpected{effects.error()};

  const Case before = *draft_.find_case(id);
  Value::Record body;
  body["case"] = id;
  body["version"] = before.version + 1;
  body["previous"] = before.digest;
  body["service"] = before.service;
  body["event"] = step.event;
  body["role"] = step.role;
  body["from"] = before.state;
  if (branch.to) body["to"] = *branch.to;
  body["branch"] = chosen.index;
  body["on"] = moment_.today.text();
  body["input"] = step.input;
  body["set"] = Value{set};
  Value::List told;
  for (const EffectDone& effect : *effects) told.push_back(to_value(effect));
  body["effects"] = std::move(told);
  if (step.event == "$start") {
    body["parties"] = parties_record(before.parties);
    body["parent"] = before.parent;
  }
  if (!reads.list.empty() && !moment_.salt.empty()) {
    body["reads"] =
        packs::digest_text(Value{Value::List{Value{hex(moment_.salt)}, Value{reads.list}}});
  }

  // Everything the step's digest covers is known but the clocks, which follow from it.
  CaseChanged change{.id = id,
                     .version = before.version + 1,
                     .digest = {},
                     .decided_by = self(),
                     .event = step.event,
                     .role = step.role,
                     .from = before.state,
                     .to = branch.to,
                     .branch = chosen.index,
                     .input = step.input,
                     .set = Value{std::move(set)},
                     .on = moment_.today,
                     .principal = step.principal,
                     .reads = Value{std::move(reads.list)},
                     .salt = moment_.salt};
  const std::string digest = packs::digest_text(Value{body});
  change.digest = digest;
  close_work_tasks(id);
  for (const SerialTaken& serial : reads.serials) draft_.decide(serial);
  draft_.decide(std::move(change));
  if (canonical_json(draft_.find_case(id)->data).size() > kDataMax) {
    return std::unexpected{reject(RejectCode::too_large, "data", "A case holds at most 256 KiB",
                                  "单个办件数据不得超过 256 KiB")};
  }
  for (const auto& [account, month] : reads.windows) {
    if (!draft_.month_stated(account, month)) {
      draft_.decide(MonthStated{.account = account, .month = month});
    }
  }
  if (auto ok = carry_out(id, *of, branch, *effects, self(), true); !ok) {
    return std::unexpected{ok.error()};
  }
  Value clocks = update_clocks(id, *of, branch.reset, self());
  if (auto rule = broken(id, *of)) {
    return std::unexpected{reject(RejectCode::holds, {}, "This would no longer hold: " + *rule,
                                  "以下约束将不再成立：" + *rule)};
  }
  if (!clocks.as_record()->empty()) body["clocks"] = std::move(clocks);
  const auto calendar = draft_.circle().calendars.find(self());
  body["calendar"] = calendar == draft_.circle().calendars.end() ? 0 : calendar->second.version;
  if (auto ok = tell(id, *of, Value{std::move(body)}); !ok) return std::unexpected{ok.error()};
  return branch.to.has_value();
}

Result Decider::tell(const CaseId& id, const Definition& of, const Value& body) {
  const Case& c = *draft_.find_case(id);
  std::vector<PartyId> others;
  for (const auto& [role, party] : c.parties) {
    if (party != self() && std::find(others.begin(), others.end(), party) == others.end()) {
      others.push_back(party);
    }
  }
  for (const PartyId& party : others) {
    if (auto ok = queue(party, "case.event", id, of.pack->digest, body); !ok) return ok;
  }
  return {};
}

Result Decider::enter(const CaseId& id, int depth) {
  const auto of = definition(*draft_.find_case(id));
  if (!of) return std::unexpected{of.error()};
  const auto* state = packs::find(of->service->states, draft_.find_case(id)->state);
  if (state->then.empty() || owner(*draft_.find_case(id), *of) != self()) return {};
  if (depth >= kAutomaticMax) {
    return std::unexpected{reject(RejectCode::error, {}, "More than 16 automatic steps in a row",
                                  "自动步骤连续超过 16 步")};
  }
  const NewStep automatic{
      .event = "$then", .role = "system", .principal = {}, .branches = &state->then};
  const auto moved = step(id, automatic);
  if (!moved && moved.error().code == RejectCode::guard) return {};  // it waits for its events
  if (!moved) return std::unexpected{moved.error()};
  return *moved ? enter(id, depth + 1) : Result{};
}

Result Decider::step_and_enter(const CaseId& id, const NewStep& next) {
  const auto moved = step(id, next);
  if (!moved) return std::unexpected{moved.error()};
  return *moved ? enter(id, 0) : Result{};
}

}  // namespace bashu::core
