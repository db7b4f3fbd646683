#include "core/peers/step_check.h"

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/cases/clocks.h"
#include "core/cases/form.h"
#include "core/cases/names.h"
#include "core/cases/step.h"
#include "core/effects/effect.h"
#include "core/in_force.h"
#include "core/peers/disputes.h"
#include "core/peers/objection.h"
#include "core/peers/parked.h"
#include "core/told/members.h"
#include "core/told/step.h"

namespace bashu::core {

namespace {

using told::hold;

// One told step, in the order of what it says. `verify_` is left out where its parties signed it.
struct PeerStep {
  Deciding& d;
  const TakeMessage& message;
  told::Step step;
  Definition of = {};
  const std::vector<packs::Branch>* branches = nullptr;
  const packs::Branch* branch = nullptr;
  Value data{Value::Record{}};  // of the case with the form
  std::vector<EffectDone> effects = {};

  [[nodiscard]] const PartyId& from() const { return message.from; }
  [[nodiscard]] const Case& current() const { return *d.draft.find_case(step.id); }
  [[nodiscard]] CaseScope scope() const {
    const Case& c = current();
    return CaseScope{d.draft, *of.pack, of.service, &c, &data, step.on, from()};
  }

  [[nodiscard]] Result verify_day_ahead() const;
  Result open();
  [[nodiscard]] Result verify_order() const;
  Result find_branch();
  [[nodiscard]] Result check_role(const packs::EventDef* event) const;
  [[nodiscard]] Result check_form(const std::vector<std::string>* form) const;
  [[nodiscard]] Result verify_guards() const;
  [[nodiscard]] Result check_set() const;
  [[nodiscard]] Result verify_set() const;
  Result check_effects(std::optional<Date> on);
  [[nodiscard]] Result verify_effects() const;
  Result apply() const;
  [[nodiscard]] Result check_clocks() const;
  [[nodiscard]] bool clocks_can_be_verified() const;
  Result verify_clocks() const;
  void take_clocks() const;

 private:
  [[nodiscard]] Result follow() const;
  Result open_told();
  [[nodiscard]] Result check_parties() const;
  [[nodiscard]] Result check_parent() const;
  Result check_fired() const;
};

Result PeerStep::verify_day_ahead() const {
  // A day ahead is possible between jurisdictions; more is not.
  if (step.on > d.today().plus_days(1)) return hold("date", step.on.text() + " lies ahead");
  return {};
}

Result PeerStep::open() {
  if (step.starts()) {
    BASHU_TRY_OK(open_told());
  } else {
    const auto definition = definition_of(d, current());
    if (!definition) return hold("pack", describe(definition.error()));
    of = *definition;
    BASHU_TRY_OK(follow());
  }
  data = with_form(current(), step.input);
  return {};
}

Result PeerStep::follow() const {
  const Case& c = current();
  if (step.service != c.service) return hold("service", "the case is of " + c.service);
  if (step.from != c.state) return hold("state", "the case is in " + c.state);
  if (step.previous != c.digest) return hold("previous", "it follows another step");
  const PartyId holder = holder_of(c, of);
  if (holder != from()) return hold("owner", "the case is with " + holder);
  return {};
}

Result PeerStep::verify_order() const {
  if (!step.starts() && step.on < current().since) {
    return hold("date", "before the step it follows");
  }
  return {};
}

Result PeerStep::open_told() {
  if (d.draft.find_case(step.id)) return hold("exists", step.id + " exists");
  if (step.version != 1 || !step.from.empty() || !step.previous.empty()) {
    return hold("version", "a start is version 1");
  }
  BASHU_TRY_OK(check_parties());
  BASHU_TRY_OK(check_parent());
  BASHU_TRY_OK(may_be_named(d, *of.pack, from(), step));
  if (!holds(d.circle().packs.find(of.pack->digest)->second, from(), step.on)) {
    return hold("date", "before " + from() + " had adopted the pack");
  }
  d.draft.decide(CaseOpened{.id = step.id,
                            .pack = of.pack->digest,
                            .service = step.service,
                            .parties = step.parties,
                            .parent = step.parent,
                            .opened_by = {},
                            .on = step.on,
                            .number = 0});
  return {};
}

Result PeerStep::check_parties() const {
  for (const packs::PartyDef& party : of.service->parties) {
    if (!step.parties.contains(party.name)) return hold("parties", party.name + " is missing");
  }
  if (step.parties.size() != of.service->parties.size()) return hold("parties", "too many");
  if (step.parties.find(of.service->start.owner)->second != from()) {
    return hold("owner", "the start is not theirs");
  }
  const bool ours =
      std::ranges::any_of(step.parties, [&](const auto& one) { return one.second == d.self(); });
  if (!ours) return hold("parties", "we are no party of it");
  return {};
}

Result PeerStep::check_parent() const {
  if (of.service->parent.empty() != step.parent.empty()) return hold("parent", "");
  if (step.parent.empty()) return {};
  const Case* above = d.draft.find_case(step.parent);
  if (!above || above->service != of.service->parent || above->pack != of.pack->digest) {
    return hold("parent", step.parent + " is not known here");
  }
  return {};
}

Result PeerStep::find_branch() {
  const auto* state = packs::find(of.service->states, step.from);
  const packs::EventDef* event = nullptr;
  if (step.starts()) {
    event = &of.service->start.event;
  } else if (step.event == told::Step::kThen) {
    branches = &state->then;
  } else {
    event = packs::find(state->events, step.event);
    if (!event) return hold("event", step.event + " is not taken in " + step.from);
  }
  if (event) branches = &event->branches;
  BASHU_TRY_OK(check_role(event));
  const bool by_engine = step.starts() && step.role == told::Step::kSystem;
  BASHU_TRY_OK(check_form(event && !by_engine ? &event->form : nullptr));
  if (step.branch < 0 || static_cast<std::size_t>(step.branch) >= branches->size()) {
    return hold("branch", "no such branch");
  }
  branch = &(*branches)[static_cast<std::size_t>(step.branch)];
  if (branch->to != step.to) return hold("to", "the branch leads elsewhere");
  return {};
}

Result PeerStep::check_role(const packs::EventDef* event) const {
  if (step.role == told::Step::kSystem) {
    const bool allowed = step.starts() || !event || event->taken_by_system();
    return allowed ? Result{} : Result{hold("role", "not taken by the engine")};
  }
  const auto* state = packs::find(of.service->states, step.from);
  const std::string owner = step.starts() ? of.service->start.owner : state->owner;
  const auto dot = step.role.find('.');
  const packs::By who{.party = dot == std::string::npos ? owner : step.role.substr(0, dot),
                      .role = dot == std::string::npos ? step.role : step.role.substr(dot + 1)};
  if (!event || std::ranges::find(event->by, who) == event->by.end()) {
    return hold("role", step.role);
  }
  return {};
}

// Every field of the form and no other, each of its type. Without a form: what the engine gave.
Result PeerStep::check_form(const std::vector<std::string>* form) const {
  if (form) {
    const auto filled = fill_form(*of.service, *form, step.input);
    if (!filled) return hold("form", describe(filled.error()));
    CaseScope seen = scope();
    const auto needed = check_needed(*of.service, *form, data, seen);
    return needed ? Result{} : Result{hold("form", describe(needed.error()))};
  }
  if (!step.starts() && !step.input.as_record()->empty()) return hold("form", "no form here");
  for (const auto& [name, value] : *step.input.as_record()) {
    const packs::Type* type = of.service->field(name);
    if (!type || packs::check(*type, value, name)) return hold("form", name);
  }
  return {};
}

Result PeerStep::verify_guards() const {
  CaseScope seen = scope();
  for (std::int64_t i = 0; i <= step.branch; ++i) {
    const auto& when = (*branches)[static_cast<std::size_t>(i)].when;
    if (!when || when->looks_up()) continue;
    const auto passes = packs::evaluate_bool(*when, seen);
    if ((passes && *passes) != (i == step.branch)) return hold("guard", when->text());
  }
  return {};
}

Result PeerStep::check_set() const {
  for (const auto& [name, value] : *step.set.as_record()) {
    const bool known =
        std::ranges::any_of(branch->set, [&](const auto& one) { return one.first == name; });
    if (!known) return hold("set", name + " is not set here");
    if (packs::check(*of.service->field(name), value, name)) return hold("set", name);
  }
  return {};
}

Result PeerStep::verify_set() const {
  if (branch->run) return {};
  CaseScope seen = scope();
  for (const auto& [name, item] : branch->set) {
    if (item.looks_up()) continue;
    const auto value = packs::evaluate(item, seen);
    if (!value) return hold("set", name + ": " + value.error().text);
    const Value* told = step.set.find(name);
    if (value->is_null() != (told == nullptr) || (told && !(*told == *value))) {
      return hold("set", name + " should be another value");
    }
  }
  return {};
}

// What no look-up can change: they are the branch's, in its order, where and as it says.
Result PeerStep::check_effects(std::optional<Date> on) {
  const Matching with{.pack = *of.pack, .c = current(), .on = on};
  std::int64_t last = 0;
  for (const Value& value : step.effects) {
    auto effect = effect_from(value, of.pack->name);
    if (!effect || effect->n < last ||
        effect->n >= static_cast<std::int64_t>(branch->effects.size())) {
      return hold("effects", "not of this event");
    }
    last = effect->n;
    effects.push_back(std::move(*effect));
  }
  for (const EffectDone& done : effects) {
    const packs::Effect& written = branch->effects[static_cast<std::size_t>(done.n)];
    if (done.at != place_of(written, *of.pack, current().parties, from())) {
      return hold("effects", "carried out elsewhere");
    }
    if (!matches(done, written, with)) return hold("effects", "not what the pack says");
  }
  return {};
}

Result PeerStep::verify_effects() const {
  if (branch->run) return {};
  CaseScope seen = scope();
  Computing computing{.pack = *of.pack, .c = current(), .store = d.draft, .scope = seen};
  for (std::size_t n = 0; n < branch->effects.size(); ++n) {
    if (looks_up(branch->effects[n])) continue;
    const auto expected =
        compute_one(branch->effects, static_cast<std::int64_t>(n), from(), computing);
    if (!expected) return hold("effects", expected.error().text);
    std::vector<Value> due;
    for (const EffectDone& one : *expected) due.push_back(to_value(one));
    std::vector<Value> told;
    for (const EffectDone& one : effects) {
      if (one.n == static_cast<std::int64_t>(n)) told.push_back(to_value(one));
    }
    if (told != due) return hold("effects", "they should be others");
  }
  return {};
}

Result PeerStep::apply() const {
  close_work_tasks(d, step.id);
  d.draft.decide(CaseChanged{.id = step.id,
                             .version = step.version,
                             .digest = told::step_digest(message.body),
                             .decided_by = from(),
                             .event = step.event,
                             .role = step.role,
                             .from = step.from,
                             .to = branch->to,
                             .branch = step.branch,
                             .input = step.input,
                             .set = step.set,
                             .on = step.on,
                             .principal = {},
                             .reads = {},
                             .salt = {},
                             .officer = step.officer});
  pass_parked(d, step.id);
  const std::vector<PartyId> parties = parties_of(current());
  const auto ok = take_all(
      branch->effects, effects,
      {.d = d, .id = step.id, .pack = *of.pack, .by = from(), .sides = parties, .told = parties});
  return ok ? Result{} : Result{hold("effects", describe(ok.error()))};
}

Result PeerStep::check_clocks() const {
  const bool ended = holder_of(current(), of).empty();
  for (const auto& [name, clock] : step.clocks) {
    if (!packs::find(of.service->clocks, name)) return hold("clocks", name);
    if (ended && clock.since) return hold("clocks", name + " cannot stand so");
    // Whatever the calendar: no more days were used than went by.
    const auto known = current().clocks.find(name);
    const bool stood = known != current().clocks.end();
    const std::int64_t before = stood ? known->second.used : 0;
    const std::int64_t went_by =
        stood && known->second.since
            ? std::max<std::int64_t>(step.on.days() - known->second.since->days(), 0)
            : 0;
    if (clock.used < 0 || clock.used > before + went_by + 1) {
      return hold("clocks", name + " has used more days than went by");
    }
    if (clock.since && *clock.since > step.on.plus_days(1)) {
      return hold("clocks", name + " begins ahead");
    }
  }
  return {};
}

// The same rule gives the same days where the sender's calendar is the same here.
bool PeerStep::clocks_can_be_verified() const {
  const auto ours = d.circle().calendars.find(from());
  const std::int64_t held = ours == d.circle().calendars.end() ? 0 : ours->second.version;
  return held == step.calendar && std::ranges::none_of(of.service->clocks, [](const auto& clock) {
           return clock.second.kind == packs::ClockDef::Kind::until &&
                  clock.second.until->looks_up();
         });
}

// What has run out: only the breach itself, or a later step, may say so, and not too early. The
// day is counted again: it may have been told under an older calendar.
Result PeerStep::check_fired() const {
  for (const auto& [name, clock] : step.clocks) {
    const auto known = current().clocks.find(name);
    const bool was = known != current().clocks.end() && known->second.fired;
    if (!clock.fired || was) continue;
    const auto last = last_day(d, step.id, of, name, from());
    if (!last || *last >= step.on) return hold("clocks", name + " cannot have run out");
    d.draft.decide(ClockSet{.id = step.id,
                            .clock = name,
                            .used = known->second.used,
                            .since = known->second.since,
                            .due = last,
                            .fired = true});
  }
  return {};
}

Result PeerStep::verify_clocks() const {
  BASHU_TRY_OK(check_fired());
  const Moment then{.now = d.moment.now, .today = step.on, .salt = {}};
  Deciding owners{.draft = d.draft, .moment = then, .budget = d.budget, .before = d.before};
  const PartyId holder = holder_of(current(), of);
  told::ClockStands expected = update_clocks(owners, step.id, of, branch->reset, from());
  told::ClockStands said = step.clocks;
  if (!holder.empty() && holder != from()) {
    // Days to come are counted by the calendar of the next holder, which the sender may not have.
    for (auto* clocks : {&expected, &said}) {
      for (auto& [name, clock] : *clocks) clock.due.reset();
    }
  }
  if (expected != said) return hold("clocks", "other days follow from the calendar");
  return {};
}

// As they are told.
void PeerStep::take_clocks() const {
  for (const auto& [name, clock] : step.clocks) {
    const auto known = current().clocks.find(name);
    if (known != current().clocks.end() &&
        told::ClockStand{.used = known->second.used,
                         .since = known->second.since,
                         .due = known->second.due,
                         .fired = known->second.fired} == clock) {
      continue;
    }
    d.draft.decide(ClockSet{.id = step.id,
                            .clock = name,
                            .used = clock.used,
                            .since = clock.since,
                            .due = clock.due,
                            .fired = clock.fired});
  }
  // From here on it is our calendar that counts.
  if (holder_of(current(), of) != d.self()) return;
  const Moment then{.now = d.moment.now, .today = step.on, .salt = {}};
  Deciding ours{.draft = d.draft, .moment = then, .budget = d.budget, .before = d.before};
  update_clocks(ours, step.id, of, {}, from());
}

Result verify(PeerStep& told) {
  BASHU_TRY_OK(told.verify_day_ahead());
  BASHU_TRY_OK(told.open());
  BASHU_TRY_OK(told.verify_order());
  BASHU_TRY_OK(told.find_branch());
  BASHU_TRY_OK(told.verify_guards());
  BASHU_TRY_OK(told.check_set());
  BASHU_TRY_OK(told.verify_set());
  BASHU_TRY_OK(told.check_effects(told.step.on));
  BASHU_TRY_OK(told.verify_effects());
  BASHU_TRY_OK(told.apply());
  BASHU_TRY_OK(told.check_clocks());
  if (told.clocks_can_be_verified()) return told.verify_clocks();
  told.take_clocks();
  return {};
}

Result accept_as_signed(PeerStep& told) {
  BASHU_TRY_OK(told.open());
  BASHU_TRY_OK(told.find_branch());
  BASHU_TRY_OK(told.check_set());
  BASHU_TRY_OK(told.check_effects({}));
  BASHU_TRY_OK(told.apply());
  BASHU_TRY_OK(told.check_clocks());
  told.take_clocks();
  return {};
}

using Judge = Result (*)(PeerStep&);
Result take(Deciding& d, const TakeMessage& message, Judge judge);

// Whether a step is its sender's in any order of the steps: it follows a state that, by the pack,
// is with them.
Result could_follow(const Deciding& d, const Case& known, const told::Step& step,
                    const PartyId& from) {
  const auto of = definition_of(d, known);
  if (!of) return hold("pack", describe(of.error()));
  const auto* state = packs::find(of->service->states, step.from);
  const auto owner = state ? known.parties.find(state->owner) : known.parties.end();
  if (step.service != known.service || owner == known.parties.end() || owner->second != from) {
    return hold(kEarly, "no step of " + from + " follows " + step.from);
  }
  return {};
}

// A step that waited and does not verify: whether the case stops for it. Then it stays, so that its
// parties can settle on it.
bool stops_by(Deciding& d, const CaseId& id, const TakeMessage& message, const Reject& why) {
  const std::string content = told::step_digest(message.body);
  const auto step = told::read_step(message.body);
  if (!step || !could_follow(d, *d.draft.find_case(id), *step, message.from) ||
      !may_object(d, id, {.party = message.from, .content = content})) {
    return false;
  }
  dispute(d, id,
          {.reason = why.where,
           .detail = describe(why),
           .content = content,
           .goes_on = is_with_us(d, id)});
  return is_stopped(*d.draft.find_case(id));
}

// Another party's step of that version, held since this one waited, may be the true one.
bool is_replaced(Deciding& d, const CaseId& id, std::int64_t version) {
  Trial trial{d};
  take_out(*trial, id, version);
  take_waiting(*trial, id);
  if (trial.draft().find_case(id)->version < version) return false;
  trial.accept();
  return true;
}

// What waited and follows now. The step that every party has signed is taken as recorded.
void unpark(Deciding& d, const CaseId& id, const std::string& is_signed) {
  while (true) {
    const Case* c = d.draft.find_case(id);
    const Parked* parked = c ? d.draft.find_parked(id, c->version + 1) : nullptr;
    if (!parked || is_stopped(*c)) return;
    const std::int64_t version = c->version + 1;
    const TakeMessage message{.from = parked->from,
                              .kind = std::string{told::Step::kKind},
                              .stream = id,
                              .pack = parked->pack,
                              .body = parked->body};
    const Judge judge = told::step_digest(message.body) == is_signed ? accept_as_signed : verify;
    const auto ok = attempt(d, [&](Deciding& trial) { return take(trial, message, judge); });
    if (ok) continue;
    if (!is_replaced(d, id, version)) {
      if (judge == verify && stops_by(d, id, message, ok.error())) return;
      take_out(d, id, version);
    }
    raise_exception(d, id,
                    "version " + std::to_string(version) + " of " + message.from +
                        " waited and does not verify: " + describe(ok.error()));
  }
}

// Whether it is the next of a case known here. True: it is to wait for the ones between.
std::expected<bool, Reject> is_early(const Case& known, const told::Step& step,
                                     const TakeMessage& message) {
  if (!is_party(known, message.from)) return hold("owner", message.from + " is no party of it");
  if (known.pack != "sha256:" + message.pack) {
    return hold("pack", "the case runs under another pack");
  }
  if (step.version <= known.version) {
    return hold("version", "we are at " + std::to_string(known.version));
  }
  if (step.version == known.version + 1) return false;
  // With three parties the event after may come before: it waits for the gap to close.
  if (known.parties.size() < 3) return hold("version", "a step is missing");
  return true;
}

// What follows here: the automatic steps, if the baton is ours now.
void go_on(Deciding& d, const CaseId& id, bool moved) {
  Trial trial{d};
  if (const auto ok = enter(*trial, id); !ok) {
    raise_exception(d, id, "automatic step: " + describe(ok.error()));
  } else if (moved) {
    trial.accept();
  }
}

// Of a case that begins: the definition it is to be opened by.
Result find_definition(Deciding& d, PeerStep& told) {
  if (!told.step.starts()) return hold("unknown", told.step.id + " is not known here");
  const auto of = definition_of(d, "sha256:" + told.message.pack, told.step.service);
  if (!of) {
    return hold(of.error().code == RejectCode::unknown_pack ? "pack" : "service",
                describe(of.error()));
  }
  told.of = *of;
  return {};
}

Result take(Deciding& d, const TakeMessage& message, Judge judge) {
  BASHU_TRY(told::Step step, told::read_step(message.body));
  if (message.stream != step.id) return hold("stream", "another case than its stream");
  PeerStep told{.d = d, .message = message, .step = std::move(step)};
  const CaseId& id = told.step.id;
  const Case* known = d.draft.find_case(id);
  if (known) {
    BASHU_TRY(const bool early, is_early(*known, told.step, message));
    if (early) {
      BASHU_TRY_OK(could_follow(d, *known, told.step, message.from));
      return park(d, message, told.step.version);
    }
  } else {
    BASHU_TRY_OK(find_definition(d, told));
  }
  BASHU_TRY_OK(judge(told));
  if (const auto rule = broken(d, id, told.of)) {
    dispute(d, id,
            {.reason = "holds",
             .detail = "does not hold: " + *rule,
             .content = d.draft.find_case(id)->digest,
             .step = {.from = message.from, .seq = message.seq}});
    return {};
  }
  go_on(d, id, told.branch->to.has_value());
  unpark(d, id, {});
  return {};
}

}  // namespace

Result take_step(Deciding& d, const TakeMessage& message) { return take(d, message, verify); }

Result take_signed_step(Deciding& d, const TakeMessage& message) {
  return take(d, message, accept_as_signed);
}

Result recall_step(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(told::Step step, told::read_step(message.body));
  if (message.stream != step.id) return hold("stream", "another case than its stream");
  PeerStep told{.d = d, .message = message, .step = std::move(step)};
  const Case* known = d.draft.find_case(told.step.id);
  const std::int64_t here = known ? known->version : 0;
  if (told.step.version != here + 1) {
    return hold("version", "we are at " + std::to_string(here));
  }
  if (!known) BASHU_TRY_OK(find_definition(d, told));
  BASHU_TRY_OK(accept_as_signed(told));
  unpark(d, told.step.id, {});
  return {};
}

void unpark_signed(Deciding& d, const CaseId& id, const std::string& content) {
  unpark(d, id, content);
}

}  // namespace bashu::core
