// A step told by its owner is verified before it is applied: sender, sequence, form, branch, and
// every value that does not depend on what only the owner can look up. What does not verify is
// held and its case disputed.

#include "core/peer_step.h"

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/rows.h"

namespace bashu::core {

namespace {

// Any registers, books or parent: what the owner alone can look up. Calendars are known to all.
bool needs_owner(const packs::Program& program) { return program.looks_up(); }

}  // namespace

std::optional<Date> date_member(const Value& record, std::string_view name) {
  const Value* member = record.find(name);
  return member && member->as_text() ? Date::parse(*member->as_text()) : std::nullopt;
}

std::unexpected<Reject> hold(std::string token, std::string detail) {
  return std::unexpected{reject(RejectCode::malformed, std::move(token), std::move(detail))};
}

std::string step_digest(const Value& body) {
  if (!body.as_record()) return packs::digest_text(body);  // of a step that has no shape
  Value::Record covered = *body.as_record();
  covered.erase("clocks");
  covered.erase("calendar");
  return packs::digest_text(Value{std::move(covered)});
}

Result PeerStep::read() {
  static const std::set<std::string, std::less<>> kMembers{
      "case", "version", "previous", "service", "event",   "role",   "from",  "to",     "branch",
      "on",   "input",   "set",      "effects", "parties", "parent", "reads", "clocks", "calendar"};
  const Value::Record* record = body.as_record();
  if (!record) return hold("shape", "a step is a record");
  for (const auto& [name, value] : *record) {
    if (!kMembers.contains(name)) return hold("shape", "unknown member " + name);
  }
  for (const char* name : {"case", "previous", "service", "event", "role", "from", "on"}) {
    if (!body.find(name) || !body.find(name)->as_text())
      return hold("shape", std::string{name} + " is missing");
  }
  for (const char* name : {"version", "branch", "calendar"}) {
    if (!body.find(name) || !body.find(name)->as_int())
      return hold("shape", std::string{name} + " is missing");
  }
  for (const char* name : {"input", "set"}) {
    if (!body.find(name) || !body.find(name)->as_record())
      return hold("shape", std::string{name} + " is missing");
  }
  if (!body.find("effects") || !body.find("effects")->as_list())
    return hold("shape", "effects are missing");
  if (const Value* to = body.find("to"); to && !to->as_text()) return hold("shape", "to");
  if (const Value* reads = body.find("reads"); reads && !reads->as_text())
    return hold("shape", "reads");
  if (const Value* clocks = body.find("clocks"); clocks && !clocks->as_record())
    return hold("shape", "clocks");
  const auto day = date_member(body, "on");
  if (!day) return hold("date", "no such day");
  on = *day;
  id = body.text_at("case");
  version = body.int_at("version");
  event = body.text_at("event");
  role = body.text_at("role");
  state_before = body.text_at("from");
  input = *body.find("input");
  set = *body.find("set");
  start = event == "$start";
  if (start != (body.find("parties") != nullptr) || start != (body.find("parent") != nullptr)) {
    return hold("shape", "parties and parent belong to the start");
  }
  return {};
}

Result PeerStep::open() {
  // A day ahead is possible between jurisdictions; more is not.
  if (on > decider.moment_.today.plus_days(1) && !force)
    return hold("date", on.text() + " lies ahead");
  if (!start) {
    const Case& c = *draft.find_case(id);
    const auto definition = decider.definition(c);
    if (!definition) return hold("pack", describe(definition.error()));
    of = *definition;
    if (body.text_at("service") != c.service) return hold("service", "the case is of " + c.service);
    if (state_before != c.state) return hold("state", "the case is in " + c.state);
    if (body.text_at("previous") != c.digest) return hold("previous", "it follows another step");
    if (decider.owner(c, of) != from)
      return hold("owner", "the case is with " + decider.owner(c, of));
    if (on < c.since && !force) return hold("date", "before the step it follows");
    return {};
  }
  if (draft.find_case(id)) return hold("exists", id + " exists");
  if (version != 1 || !state_before.empty() || !body.text_at("previous").empty()) {
    return hold("version", "a start is version 1");
  }
  Parties parties;
  const Value::Record* told = body.find("parties")->as_record();
  if (!told) return hold("parties", "a record is expected");
  for (const auto& [name, party] : *told) {
    if (!party.as_text()) return hold("parties", name);
    parties[name] = *party.as_text();
  }
  const Value* parent = body.find("parent");
  if (!parent->as_text()) return hold("parent", "a text is expected");
  for (const packs::PartyDef& party : of.service->parties) {
    if (!parties.contains(party.name)) return hold("parties", party.name + " is missing");
  }
  if (parties.size() != of.service->parties.size()) return hold("parties", "too many");
  if (parties.find(of.service->start.owner)->second != from)
    return hold("owner", "the start is not theirs");
  const bool ours = std::any_of(parties.begin(), parties.end(),
                                [&](const auto& one) { return one.second == decider.self(); });
  if (!ours) return hold("parties", "we are no party of it");
  if (of.service->parent.empty() != parent->as_text()->empty()) return hold("parent", "");
  if (!parent->as_text()->empty()) {
    const Case* above = draft.find_case(*parent->as_text());
    if (!above || above->service != of.service->parent || above->pack != of.pack->digest) {
      return hold("parent", *parent->as_text() + " is not known here");
    }
  }
  draft.decide(CaseOpened{.id = id,
                          .pack = of.pack->digest,
                          .service = body.text_at("service"),
                          .parties = std::move(parties),
                          .parent = *parent->as_text(),
                          .opened_by = {},
                          .on = on,
                          .number = 0});
  return {};
}

Result PeerStep::find_branch() {
  const std::vector<packs::Branch>* branches = nullptr;
  const auto* state = packs::find(of.service->states, state_before);
  const std::vector<packs::By>* by = nullptr;
  const std::vector<std::string>* form = nullptr;
  if (start) {
    branches = &of.service->start.event.branches;
    by = &of.service->start.event.by;
    form = role == "system" ? nullptr : &of.service->start.event.form;
  } else if (event == "$then") {
    branches = &state->then;
  } else {
    const auto* definition = packs::find(state->events, event);
    if (!definition) return hold("event", event + " is not taken in " + state_before);
    branches = &definition->branches;
    by = &definition->by;
    form = &definition->form;
  }
  if (role == "system") {
    const bool allowed =
        start || event == "$then" || packs::find(state->events, event)->taken_by_system();
    if (!allowed) return hold("role", "not taken by the engine");
  } else {
    const auto dot = role.find('.');
    const std::string owner = start ? of.service->start.owner : state->owner;
    const packs::By who{.party = dot == std::string::npos ? owner : role.substr(0, dot),
                        .role = dot == std::string::npos ? role : role.substr(dot + 1)};
    if (!by || std::find(by->begin(), by->end(), who) == by->end()) return hold("role", role);
  }
  // The form: every field of it and no other, each of its type.
  if (form) {
    if (auto filled = decider.fill_form(*of.service, *form, input); !filled)
      return hold("form", describe(filled.error()));
  } else {
    if (!start && !input.as_record()->empty()) return hold("form", "no form here");
    for (const auto& [name, value] : *input.as_record()) {
      const packs::Type* type = of.service->field(name);
      if (!type || packs::check(*type, value, name)) return hold("form", name);
    }
  }
  const std::int64_t index = body.int_at("branch");
  if (index < 0 || static_cast<std::size_t>(index) >= branches->size())
    return hold("branch", "no such branch");
  branch = &(*branches)[static_cast<std::size_t>(index)];
  const Value* to = body.find("to");
  if (branch->to.has_value() != (to != nullptr) || (to && *to->as_text() != *branch->to)) {
    return hold("to", "the branch leads elsewhere");
  }
  if (force) return {};
  const Case& c = *draft.find_case(id);
  Value data = c.data;
  for (const auto& [name, value] : *input.as_record()) (*data.as_record())[name] = value;
  CaseScope scope{draft, *of.pack, of.service, &c, &data, on, from};
  for (std::int64_t i = 0; i <= index; ++i) {
    const auto& when = (*branches)[static_cast<std::size_t>(i)].when;
    if (!when || needs_owner(*when)) continue;
    const auto passes = packs::evaluate_bool(*when, scope);
    if ((passes && *passes) != (i == index)) return hold("guard", when->text());
  }
  return {};
}

Result PeerStep::check_values() {
  const Case& c = *draft.find_case(id);
  Value data = c.data;
  for (const auto& [name, value] : *input.as_record()) (*data.as_record())[name] = value;
  CaseScope scope{draft, *of.pack, of.service, &c, &data, on, from};
  for (const auto& [name, value] : *set.as_record()) {
    const bool known = std::any_of(branch->set.begin(), branch->set.end(),
                                   [&](const auto& one) { return one.first == name; });
    if (!known) return hold("set", name + " is not set here");
    if (packs::check(*of.service->field(name), value, name)) return hold("set", name);
  }
  if (force || branch->run) return {};
  for (const auto& [name, item] : branch->set) {
    if (item.looks_up()) continue;
    const auto value = packs::evaluate(item, scope);
    if (!value) return hold("set", name + ": " + value.error().text);
    const Value* told = set.find(name);
    if (value->is_null() != (told == nullptr) || (told && !(*told == *value))) {
      return hold("set", name + " should be another value");
    }
  }
  return {};
}

Result PeerStep::check_effects() {
  const Case& c = *draft.find_case(id);
  Value data = c.data;
  for (const auto& [name, value] : *input.as_record()) (*data.as_record())[name] = value;
  std::map<std::int64_t, std::vector<EffectDone>> told;
  std::int64_t last = 0;
  for (const Value& value : *body.find("effects")->as_list()) {
    auto effect = effect_from(value, of.pack->name);
    if (!effect || effect->n < last ||
        effect->n >= static_cast<std::int64_t>(branch->effects.size())) {
      return hold("effects", "not of this event");
    }
    last = effect->n;
    effects.push_back(*effect);
    told[effect->n].push_back(std::move(*effect));
  }
  CaseScope scope{draft, *of.pack, of.service, &c, &data, on, from};
  std::map<std::string, std::int64_t> kids;
  for (std::size_t i = 0; i < branch->effects.size(); ++i) {
    const auto n = static_cast<std::int64_t>(i);
    const packs::Effect& effect = branch->effects[i];
    std::string at = from;
    if (effect.at == "all") at = "all";
    if (!effect.at.empty() && effect.at != "all") at = c.parties.find(effect.at)->second;
    bool pure = !branch->run && (!effect.each || !needs_owner(*effect.each)) &&
                (!effect.only_if || !needs_owner(*effect.only_if));
    if (const auto* move = std::get_if<packs::Move>(&effect.what)) {
      pure = pure && !move->amount.looks_up() && !move->from.looks_up && !move->to.looks_up &&
             (!move->date || !move->date->looks_up());
    } else if (const auto* put = std::get_if<packs::Put>(&effect.what)) {
      pure = pure && !put->key.looks_up();
      for (const auto& [name, item] : put->fields) pure = pure && !item.looks_up();
      const auto* reg = packs::find(of.pack->registers, put->reg);
      if (reg->kept != packs::Kept::own) at = "all";
    } else if (const auto* edition = std::get_if<packs::PublishEdition>(&effect.what)) {
      pure = pure && !edition->name.looks_up() && !needs_owner(*edition->entries) &&
             (!edition->from || !edition->from->looks_up());
      at = "all";
    } else if (const auto* child = std::get_if<packs::StartChild>(&effect.what)) {
      for (const auto& [name, item] : child->with) pure = pure && !item.looks_up();
    } else if (std::holds_alternative<packs::SendSignal>(effect.what)) {
      pure = false;  // which sub-cases run is the owner's to know
    }
    // Shape: what no look-up can change.
    for (const EffectDone& one : told[n]) {
      if (one.at != at) return hold("effects", "carried out elsewhere");
      bool fits = false;
      if (const auto* move = std::get_if<MoveDone>(&one.what)) {
        const auto* definition = std::get_if<packs::Move>(&effect.what);
        fits = definition && move->from.kind == definition->from.kind &&
               move->to.kind == definition->to.kind &&
               move->from.book == of.pack->name + "/" + definition->from.book &&
               move->to.book == move->from.book;
        if (fits && !definition->date && !force) fits = move->on == on;
      } else if (const auto* put = std::get_if<PutDone>(&one.what)) {
        const auto* definition = std::get_if<packs::Put>(&effect.what);
        fits = definition && definition->reg == put->reg &&
               put->fields.as_record()->size() == definition->fields.size();
        if (fits) {
          for (const auto& [name, item] : definition->fields) fits = fits && put->fields.find(name);
        }
      } else if (const auto* edition = std::get_if<EditionDone>(&one.what)) {
        const auto* definition = std::get_if<packs::PublishEdition>(&effect.what);
        fits = definition && definition->reg == edition->reg &&
               definition->entries->copied_field() == edition->field &&
               (definition->from || !edition->from);
      } else if (std::holds_alternative<TaskDone>(one.what)) {
        fits = std::holds_alternative<packs::RaiseTask>(effect.what);
      } else if (const auto* started = std::get_if<StartDone>(&one.what)) {
        const auto* definition = std::get_if<packs::StartChild>(&effect.what);
        fits = definition && definition->service == started->service &&
               started->id.starts_with(id + "/" + started->service);
        if (fits) {
          const std::string digits = started->id.substr(id.size() + 1 + started->service.size());
          fits = !digits.empty() && digits.size() < 8 &&
                 digits.find_first_not_of("0123456789") == std::string::npos;
        }
      } else if (const auto* sent = std::get_if<SignalDone>(&one.what)) {
        const auto* definition = std::get_if<packs::SendSignal>(&effect.what);
        fits = definition && definition->event == sent->event;
        if (fits && definition->target == "parent")
          fits = sent->targets == std::vector<CaseId>{c.parent};
      }
      if (!fits) return hold("effects", "not what the pack says");
    }
    if (!pure || force) continue;
    const auto expected = decider.compute_effect(of, c, *branch, n, scope, from, &kids);
    if (!expected) return hold("effects", expected.error().text);
    const auto& got = told[n];
    bool same = got.size() == expected->size();
    for (std::size_t k = 0; same && k < got.size(); ++k)
      same = to_value(got[k]) == to_value((*expected)[k]);
    if (!same) return hold("effects", "they should be others");
  }
  return {};
}

Result PeerStep::apply(const std::string& digest) {
  decider.close_work_tasks(id);
  draft.decide(CaseChanged{.id = id,
                           .version = version,
                           .digest = digest,
                           .decided_by = from,
                           .event = event,
                           .role = role,
                           .from = state_before,
                           .to = branch->to,
                           .branch = body.int_at("branch"),
                           .input = input,
                           .set = set,
                           .on = on,
                           .principal = {},
                           .reads = {},
                           .salt = {}});
  if (auto ok = decider.carry_out(id, of, *branch, effects, from, false); !ok) {
    return hold("effects", describe(ok.error()));
  }
  return {};
}

Result PeerStep::check_clocks() {
  constexpr std::int64_t kUsedMax = 1'000'000;  // working days
  const Value* told = body.find("clocks");
  static const Value kNone{Value::Record{}};
  if (!told) told = &kNone;
  const auto ours = draft.circle().calendars.find(from);
  const std::int64_t calendar = ours == draft.circle().calendars.end() ? 0 : ours->second.version;
  bool comparable = calendar == body.int_at("calendar") && !force;
  for (const auto& [name, clock] : of.service->clocks) {
    if (clock.kind == packs::ClockDef::Kind::until && needs_owner(*clock.until)) comparable = false;
  }
  const bool ended = decider.owner(*draft.find_case(id), of).empty();
  for (const auto& [name, value] : *told->as_record()) {
    const auto* definition = packs::find(of.service->clocks, name);
    const Value* fired = value.find("fired");
    const Value* used = value.find("used");
    const Value* since = value.find("since");
    const Value* due = value.find("due");
    if (!definition || !fired || !fired->as_bool() || !used || !used->as_int() || !since || !due ||
        value.as_record()->size() != 4) {
      return hold("clocks", name);
    }
    // Also where the days themselves cannot be compared: none that no clock can have.
    const auto day = [&](const char* member) {
      return value.find(member)->is_null() || date_member(value, member);
    };
    if (!day("since") || !day("due") || *used->as_int() < 0 || *used->as_int() > kUsedMax ||
        (since->is_null() && !due->is_null()) || (ended && !since->is_null())) {
      return hold("clocks", name + " cannot stand so");
    }
    const Case& c = *draft.find_case(id);
    const auto known = c.clocks.find(name);
    const bool was = known != c.clocks.end() && known->second.fired;
    if (*fired->as_bool() && !was && comparable) {
      // It has run out: only the breach itself, or a later step, may say so, and not too early.
      // The day is counted again: it may have been told under an older calendar.
      const auto last = decider.last_day(id, of, name, from);
      if (!last || *last >= on) return hold("clocks", name + " cannot have run out");
      draft.decide(ClockSet{.id = id,
                            .clock = name,
                            .used = known->second.used,
                            .since = known->second.since,
                            .due = last,
                            .fired = true});
    }
  }
  const Moment then{.now = decider.moment_.now, .today = on, .salt = {}};
  Decider owners{draft, then, decider.budget_, decider.state_};
  const PartyId holder = decider.owner(*draft.find_case(id), of);
  if (comparable) {
    Value expected = owners.update_clocks(id, of, branch->reset, from);
    Value said = *told;
    if (!holder.empty() && holder != from) {
      // Days to come are counted by the calendar of the next holder, which the sender may not have.
      for (Value* clocks : {&expected, &said}) {
        for (auto& [name, value] : *clocks->as_record()) value.as_record()->erase("due");
      }
    }
    // The sender's calendar is the same here: the same rule gives the same days.
    if (!(expected == said)) return hold("clocks", "other days follow from the calendar");
    return {};
  }
  for (const auto& [name, value] : *told->as_record()) {
    const auto since = date_member(value, "since");
    const auto due = date_member(value, "due");
    const Case& c = *draft.find_case(id);
    const auto known = c.clocks.find(name);
    const ClockSet now{.id = id,
                       .clock = name,
                       .used = value.int_at("used"),
                       .since = since,
                       .due = due,
                       .fired = *value.find("fired")->as_bool()};
    if (known == c.clocks.end() || known->second.used != now.used ||
        known->second.since != now.since || known->second.due != now.due ||
        known->second.fired != now.fired) {
      draft.decide(now);
    }
  }
  // From here on it is our calendar that counts.
  if (holder == decider.self()) owners.update_clocks(id, of, {}, from);
  return {};
}

Result PeerStep::run() {
  if (auto ok = open(); !ok) return ok;
  if (auto ok = find_branch(); !ok) return ok;
  if (auto ok = check_values(); !ok) return ok;
  if (auto ok = check_effects(); !ok) return ok;
  if (auto ok = apply(step_digest(body)); !ok) return ok;
  return check_clocks();
}

Result Decider::take_case_event(const TakeMessage& message, bool force) {
  PeerStep step{.decider = *this,
                .draft = draft_,
                .body = message.body,
                .from = message.from,
                .force = force};
  if (auto ok = step.read(); !ok) return ok;
  if (message.stream != step.id) return hold("stream", "another case than its stream");
  const Case* known = draft_.find_case(step.id);
  if (!step.start && !known) return hold("unknown", step.id + " is not known here");
  if (known) {
    const bool theirs = std::any_of(known->parties.begin(), known->parties.end(),
                                    [&](const auto& one) { return one.second == message.from; });
    if (!theirs) return hold("owner", message.from + " is no party of it");
    if (known->pack != "sha256:" + message.pack)
      return hold("pack", "the case runs under another pack");
    if (step.version <= known->version)
      return hold("version", "we are at " + std::to_string(known->version));
    if (step.version > known->version + 1) {
      // With three parties the event after may come before: it waits for the gap to close.
      if (known->parties.size() < 3 || step.version > known->version + 64)
        return hold("version", "a step is missing");
      draft_.decide(StepParked{.from = message.from,
                               .id = step.id,
                               .version = step.version,
                               .pack = message.pack,
                               .body = message.body});
      return {};
    }
  } else {
    const auto of = definition("sha256:" + message.pack, message.body.text_at("service"));
    if (!of)
      return hold(of.error().code == RejectCode::unknown_pack ? "pack" : "service",
                  describe(of.error()));
    step.of = *of;
  }
  if (auto ok = step.run(); !ok) return ok;
  if (auto rule = broken(step.id, step.of)) {
    dispute(step.id, "holds", "does not hold: " + *rule, draft_.find_case(step.id)->digest);
    return {};
  }
  // What follows here: the automatic steps, if the baton is ours now.
  Draft inner{&draft_};
  Decider decider{inner, moment_, budget_, state_};
  if (const auto ok = decider.enter(step.id, 0); ok) {
    if (step.branch->to) accept(inner, decider);
  } else {
    exception(step.id, "automatic step: " + describe(ok.error()));
  }
  unpark(step.id, force);
  return {};
}

void Decider::unpark(const CaseId& id, bool force) {
  while (true) {
    const Case* c = draft_.find_case(id);
    const Parked* parked = c ? draft_.find_parked(id, c->version + 1) : nullptr;
    if (!parked || (c->dispute && !force)) return;
    const std::int64_t version = c->version + 1;
    const TakeMessage message{.from = parked->from,
                              .kind = "case.event",
                              .stream = id,
                              .pack = parked->pack,
                              .body = parked->body};
    Draft inner{&draft_};
    Decider decider{inner, moment_, budget_, state_};
    if (const auto ok = decider.take_case_event(message, force); !ok) {
      dispute(id, ok.error().where, describe(ok.error()), step_digest(message.body));
      return;
    }
    accept(inner, decider);
    draft_.decide(StepUnparked{.id = id, .version = version});
  }
}

}  // namespace bashu::core
