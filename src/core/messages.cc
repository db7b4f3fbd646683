// What peers tell. Two classes (docs/formats/messages.md):
//
//   facts      have happened; answered `applied` or `held`, never rejected, never expire
//   requests   may be rejected, with a signed reason
//
// A step told by its owner is verified before it is applied: sender, sequence, form, branch, and
// every value that does not depend on what only the owner can look up. What does not verify is
// held and its case disputed.

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/decider.h"
#include "core/rows.h"

namespace bashu::core {

namespace {

bool is_fact(std::string_view kind) {
  return kind == "case.event" || kind == "case.dispute" || kind == "case.settle" ||
         kind == "register.shared" || kind == "pack.adopt" || kind == "figure.value";
}

Reject held(std::string token, std::string detail) {
  return reject(RejectCode::malformed, std::move(token), std::move(detail));
}

std::unexpected<Reject> hold(std::string token, std::string detail) {
  return std::unexpected{held(std::move(token), std::move(detail))};
}

// Any registers, books or parent: what the owner alone can look up. Calendars are known to all.
bool needs_owner(const packs::Program& program) { return program.looks_up(); }

std::string step_digest(const Value& body) {
  Value::Record covered = *body.as_record();
  covered.erase("clocks");
  covered.erase("calendar");
  return packs::digest_text(Value{std::move(covered)});
}

std::optional<Date> date_member(const Value& record, std::string_view name) {
  const Value* member = record.find(name);
  return member && member->as_text() ? Date::parse(*member->as_text()) : std::nullopt;
}

}  // namespace

// The verification of one told step, in the order of what it says.
struct PeerStep {
  Decider& decider;
  Draft& draft;
  const Value& body;
  const PartyId& from;
  bool force;  // a settlement says that it stands as recorded

  CaseId id{};
  std::int64_t version = 0;
  std::string event{}, role{}, state_before{};
  Date on{};
  bool start = false;
  Definition of{};
  const packs::Branch* branch = nullptr;
  Value input{Value::Record{}}, set{Value::Record{}};
  std::vector<EffectDone> effects{};

  Result read();
  Result open();
  Result find_branch();
  Result check_values();
  Result check_effects();
  Result apply(const std::string& digest);
  Result check_clocks();
  Result run();
};

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
  const Value* told = body.find("clocks");
  static const Value kNone{Value::Record{}};
  if (!told) told = &kNone;
  const auto ours = draft.circle().calendars.find(from);
  const std::int64_t calendar = ours == draft.circle().calendars.end() ? 0 : ours->second.version;
  bool comparable = calendar == body.int_at("calendar") && !force;
  for (const auto& [name, clock] : of.service->clocks) {
    if (clock.kind == packs::ClockDef::Kind::until && needs_owner(*clock.until)) comparable = false;
  }
  for (const auto& [name, value] : *told->as_record()) {
    const auto* definition = packs::find(of.service->clocks, name);
    const Value* fired = value.find("fired");
    if (!definition || !fired || !fired->as_bool() || !value.find("used") ||
        !value.find("used")->as_int() || !value.find("since") || !value.find("due") ||
        value.as_record()->size() != 4) {
      return hold("clocks", name);
    }
    const Case& c = *draft.find_case(id);
    const auto known = c.clocks.find(name);
    const bool was = known != c.clocks.end() && known->second.fired;
    if (*fired->as_bool() && !was && comparable) {
      // It has run out: only the breach itself, or a later step, may say so, and not too early.
      // The day is counted again: it may have been told under an older calendar.
      const auto due = decider.last_day(id, of, name, from);
      if (!due || *due >= on) return hold("clocks", name + " cannot have run out");
      draft.decide(ClockSet{.id = id,
                            .clock = name,
                            .used = known->second.used,
                            .since = known->second.since,
                            .due = due,
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

void Decider::dispute(const CaseId& id, std::string reason, std::string detail,
                      std::string content) {
  const Case& c = *draft_.find_case(id);
  std::vector<PartyId> others;
  for (const auto& [role, party] : c.parties) {
    if (party != self() && std::find(others.begin(), others.end(), party) == others.end())
      others.push_back(party);
  }
  const std::string pack = c.pack;
  draft_.decide(
      CaseDisputed{.id = id, .by = self(), .reason = reason, .detail = detail, .content = content});
  exception(id, "disputed (" + reason + "): " + detail);
  for (const PartyId& party : others) {
    Value::Record body;
    body["case"] = id;
    body["reason"] = reason;
    body["content"] = content;
    if (auto ok = queue(party, "case.dispute", id, pack, Value{std::move(body)}); !ok)
      exception(id, describe(ok.error()));
  }
}

Result Decider::take_dispute(const TakeMessage& message) {
  const std::string id = message.body.text_at("case");
  const std::string content = message.body.text_at("content");
  const Case* c = draft_.find_case(id);
  if (!c) return hold("unknown", id + " is not known here");
  const bool theirs = std::any_of(c->parties.begin(), c->parties.end(),
                                  [&](const auto& one) { return one.second == message.from; });
  if (!theirs || content.empty()) return hold("shape", "a dispute names its case and step");
  draft_.decide(CaseDisputed{.id = id,
                             .by = message.from,
                             .reason = message.body.text_at("reason"),
                             .detail = "told by " + message.from,
                             .content = content});
  exception(id, message.from + " disputes the case: " + message.body.text_at("reason"));
  return {};
}

Result Decider::settle(const SignSettlement& command) {
  const Case* c = draft_.find_case(command.id);
  if (!c) {
    return std::unexpected{reject(RejectCode::unknown_case, "case",
                                  "There is no case " + command.id, "没有案件 " + command.id)};
  }
  if (!c->dispute) {
    return std::unexpected{
        reject(RejectCode::state, {}, "The case is not in dispute", "案件不存在争议")};
  }
  if (!c->dispute->contents.contains(command.content)) {
    std::string known;
    for (const std::string& one : c->dispute->contents) known += (known.empty() ? "" : ", ") + one;
    return std::unexpected{reject(RejectCode::form, "content",
                                  "Sign the digest of the step in dispute: " + known,
                                  "应签署争议步骤的摘要：" + known)};
  }
  std::vector<PartyId> others;
  for (const auto& [role, party] : c->parties) {
    if (party != self() && std::find(others.begin(), others.end(), party) == others.end())
      others.push_back(party);
  }
  const std::string pack = c->pack;
  draft_.decide(SettlementSigned{
      .id = command.id, .by = self(), .content = command.content, .note = command.note});
  for (const PartyId& party : others) {
    Value::Record body;
    body["case"] = command.id;
    body["content"] = command.content;
    body["note"] = command.note;
    if (auto ok = queue(party, "case.settle", {}, pack, Value{std::move(body)}); !ok) return ok;
  }
  end_dispute_if_agreed(command.id);
  return {};
}

Result Decider::take_settle(const TakeMessage& message) {
  const std::string id = message.body.text_at("case");
  const Case* c = draft_.find_case(id);
  const bool theirs = c && std::any_of(c->parties.begin(), c->parties.end(),
                                       [&](const auto& one) { return one.second == message.from; });
  if (!theirs) return hold("unknown", id + " is not known here");
  if (!c->dispute) return {};  // ended already
  draft_.decide(SettlementSigned{.id = id,
                                 .by = message.from,
                                 .content = message.body.text_at("content"),
                                 .note = message.body.text_at("note")});
  end_dispute_if_agreed(id);
  return {};
}

// Every party has signed the same step: what is held of it is applied as recorded, and the case
// goes on.
void Decider::end_dispute_if_agreed(const CaseId& id) {
  const Case& c = *draft_.find_case(id);
  std::string content;
  for (const auto& [role, party] : c.parties) {
    const auto it = c.dispute->signed_by.find(party);
    if (it == c.dispute->signed_by.end()) return;
    if (!content.empty() && it->second != content) return;
    content = it->second;
  }
  const Parties parties = c.parties;
  draft_.decide(DisputeEnded{.id = id});
  std::set<PartyId> peers;
  for (const auto& [role, party] : parties) {
    if (party != self()) peers.insert(party);
  }
  for (const PartyId& peer : peers) {
    const auto waiting = draft_.inbox(peer).held;
    for (const auto& [seq, item] : waiting) {
      if (item.stream != id) continue;
      const TakeMessage message{.from = peer,
                                .seq = seq,
                                .kind = item.kind,
                                .stream = item.stream,
                                .pack = item.pack,
                                .body = item.body};
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      const bool force = item.kind == "case.event" && step_digest(item.body) == content;
      const auto ok = decider.dispatch(message, force);
      if (!ok && is_fact(item.kind)) {
        dispute(id, ok.error().where, describe(ok.error()),
                item.kind == "case.event" ? step_digest(item.body) : content);
        return;
      }
      if (ok) accept(inner, decider);
      draft_.decide(
          MessageResolved{.from = peer,
                          .seq = seq,
                          .outcome = ok ? "applied" : "rejected",
                          .reason = ok ? "" : "rule." + std::string{reject_name(ok.error().code)}});
    }
  }
  unpark(id, true);
  run_pending();
}

Result Decider::take_ask(const TakeMessage& message) {
  const Value& body = message.body;
  const std::string id = body.text_at("case");
  const Case* c = draft_.find_case(id);
  const Value* input = body.find("input");
  if (!c || !input || !input->as_record()) {
    return std::unexpected{reject(RejectCode::unknown_case, "case", id + " is not known here")};
  }
  if (message.kind == "case.signal") {
    const bool theirs = std::any_of(c->parties.begin(), c->parties.end(),
                                    [&](const auto& one) { return one.second == message.from; });
    if (!theirs)
      return std::unexpected{reject(RejectCode::role, "from", message.from + " is no party of it")};
    return signal(id, body.text_at("event"), *input);
  }
  const std::string party = body.text_at("party");
  const auto asked_as = c->parties.find(party);
  if (asked_as == c->parties.end() || asked_as->second != message.from) {
    return std::unexpected{reject(RejectCode::role, "party", message.from + " is not " + party)};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  if (c->dispute) return std::unexpected{reject(RejectCode::disputed)};
  if (owner(*c, *of) != self()) return std::unexpected{reject(RejectCode::not_owner)};
  const auto* state = packs::find(of->service->states, c->state);
  const auto* event = packs::find(state->events, body.text_at("event"));
  if (!event)
    return std::unexpected{reject(RejectCode::state, "event", "not taken in " + c->state)};
  const packs::By who{.party = party, .role = body.text_at("role")};
  if (std::find(event->by.begin(), event->by.end(), who) == event->by.end()) {
    return std::unexpected{reject(RejectCode::role, "role")};
  }
  auto filled = fill_form(*of->service, event->form, *input);
  if (!filled) return std::unexpected{filled.error()};
  return step_and_enter(id, {.event = body.text_at("event"),
                             .role = who.party + "." + who.role,
                             .principal = {},
                             .branches = &event->branches,
                             .input = std::move(*filled)});
}

// {"items":[{"register","key","keeper","side","fields","sided","sides","on"} or
//           {"register","edition","number","on","entries"}]}: records the sender keeps or speaks
//           for.
Result Decider::take_register(const TakeMessage& message) {
  const Value* items = message.body.find("items");
  if (!items || !items->as_list()) return hold("shape", "items are missing");
  const auto& row = draft_.circle().packs.find("sha256:" + message.pack);
  const packs::PackPtr pack = row->second.pack;
  for (const Value& item : *items->as_list()) {
    const std::string name = item.text_at("register");
    const auto* reg = packs::find(pack->registers, name);
    const auto on = date_member(item, "on");
    if (!reg || reg->kept != packs::Kept::shared || !on) return hold("shape", "register " + name);
    const std::string reg_id = pack->name + "/" + name;
    if (item.find("edition")) {
      const Value* entries = item.find("entries");
      if (!reg->editions || !entries || !entries->as_list())
        return hold("shape", "edition of " + name);
      EditionPublished event{.reg = reg_id,
                             .keeper = message.from,
                             .name = item.text_at("edition"),
                             .number = item.int_at("number"),
                             .on = *on,
                             .entries = {},
                             .id = {}};
      for (const Value& entry : *entries->as_list()) {
        if (packs::check(*reg->record, entry, name)) return hold("form", "an entry of " + name);
        std::string key = reg->key_of(entry);
        const Record* known = draft_.find_record(reg_id, key);
        if (known && known->keeper != message.from) {
          draft_.decide(RecordContested{.reg = reg_id, .key = key, .keeper = message.from});
          exception({},
                    name + "/" + key + " is kept by " + known->keeper + " and by " + message.from);
          continue;
        }
        event.entries.emplace_back(std::move(key), entry);
      }
      const Edition* old = draft_.find_edition(reg_id, message.from, event.name);
      if (old && event.number <= old->number) continue;
      draft_.decide(std::move(event));
      continue;
    }
    const Value* fields = item.find("fields");
    const std::string key = item.text_at("key");
    const std::string keeper = item.text_at("keeper");
    if (reg->editions || !fields || !fields->as_record() || key.empty() ||
        item.text_at("side") != message.from) {
      return hold("shape", "record of " + name);
    }
    RecordPut event{.reg = reg_id,
                    .key = key,
                    .keeper = keeper,
                    .side = message.from,
                    .fields = *fields,
                    .sided = {},
                    .on = *on,
                    .id = {},
                    .sides = {}};
    bool plain = false;
    for (const auto& [field, value] : *fields->as_record()) {
      const packs::Type* type = reg->record->member(field);
      if (!type) return hold("form", field);
      if (!(value.is_null() && (type->optional || type->sided)) &&
          packs::check(*type, value, field))
        return hold("form", field);
      if (type->sided) {
        event.sided.push_back(field);
      } else {
        plain = true;
      }
    }
    if (const Value* sides = item.find("sides"); sides && sides->as_list()) {
      for (const Value& side : *sides->as_list()) {
        if (side.as_text()) event.sides.push_back(*side.as_text());
      }
    }
    const Record* known = draft_.find_record(reg_id, key);
    if (plain && known && known->keeper != message.from) {
      draft_.decide(RecordContested{.reg = reg_id, .key = key, .keeper = message.from});
      exception({}, name + "/" + key + " is kept by " + known->keeper + " and by " + message.from);
      continue;
    }
    if (known) event.keeper = known->keeper;
    draft_.decide(std::move(event));
  }
  return {};
}

Result Decider::take_adopt(const TakeMessage& message) {
  const std::string digest = message.body.text_at("digest");
  const std::string name = message.body.text_at("name");
  const auto from = date_member(message.body, "from");
  if (!digest.starts_with("sha256:") || digest.size() != 71 || name.empty() || !from)
    return hold("shape", "an adoption names digest, name and day");
  bool new_to_name = true;
  for (const auto& [known, row] : draft_.circle().packs) {
    if (row.pack && row.pack->name == name && row.adopted.contains(message.from))
      new_to_name = false;
  }
  draft_.decide(PackAdopted{.party = message.from, .digest = digest, .from = *from, .source = {}});
  if (new_to_name) share_registers_with(message.from, name);
  return {};
}

std::optional<CaseId> Decider::case_of(const TakeMessage& message) const {
  const std::string id = message.body.text_at("case");
  return draft_.find_case(id) ? std::optional{id} : std::nullopt;
}

Result Decider::dispatch(const TakeMessage& message, bool force) {
  if (message.kind == "case.event") return take_case_event(message, force);
  if (message.kind == "case.ask" || message.kind == "case.signal") return take_ask(message);
  if (message.kind == "case.dispute") return take_dispute(message);
  if (message.kind == "case.settle") return take_settle(message);
  if (message.kind == "register.shared") return take_register(message);
  if (message.kind == "pack.adopt") return take_adopt(message);
  if (message.kind == "figure.value") return take_figures(message);
  if (message.kind.starts_with("bashu."))
    return {};  // the exchange's own: done before it came here
  return std::unexpected{reject(RejectCode::malformed, "kind", message.kind + " is not known")};
}

void Decider::take(const TakeMessage& message, Decision* decision) {
  const bool fact = is_fact(message.kind);
  const std::int64_t now = moment_.now.unix_ms / 1000;
  const auto answer = [&](std::string outcome, std::string reason) {
    draft_.decide(MessageTaken{.from = message.from,
                               .seq = message.seq,
                               .id = message.message_id,
                               .kind = message.kind,
                               .stream = message.stream,
                               .outcome = outcome,
                               .reason = reason});
    if (outcome == "held") {
      draft_.decide(MessageHeld{.from = message.from,
                                .seq = message.seq,
                                .kind = message.kind,
                                .stream = message.stream,
                                .pack = message.pack,
                                .reason = reason,
                                .body = message.body});
    }
    decision->outcome = std::move(outcome);
    decision->reason = std::move(reason);
  };
  const bool lives =
      message.issued < message.expiry && message.expiry <= message.issued + message.life_max;
  if (message.life_max > 0 && !lives) return answer("rejected", "life");
  if (message.life_max > 0 && !fact && message.expiry <= now) return answer("rejected", "expired");
  if (message.pack.empty() && !message.kind.starts_with("bashu.") && message.kind != "pack.adopt") {
    return answer("rejected", "pack");
  }
  if (!message.pack.empty() && message.kind != "pack.adopt") {
    const auto row = draft_.circle().packs.find("sha256:" + message.pack);
    const bool adopted = row != draft_.circle().packs.end() && row->second.pack &&
                         row->second.adopted.contains(self());
    if (!adopted) return fact ? answer("held", "pack") : answer("rejected", "pack");
  }
  if (!message.stream.empty()) {
    for (const auto& [seq, item] : draft_.inbox(message.from).held) {
      // A dispute or its settlement is about the stream; it must not wait in it.
      if (item.stream == message.stream && message.kind != "case.dispute")
        return answer("held", "stream-held");
    }
  }
  Draft inner{&draft_};
  Decider decider{inner, moment_, budget_, state_};
  const auto ok = decider.dispatch(message, false);
  if (ok) {
    accept(inner, decider);
    run_pending();
    return answer("applied", {});
  }
  if (!fact) {
    const std::string token =
        ok.error().where == "kind" ? "kind" : "rule." + std::string{reject_name(ok.error().code)};
    return answer("rejected", token);
  }
  const std::string reason = "unverified." + ok.error().where;
  answer("held", reason);
  if (message.kind == "case.event" && draft_.find_case(message.stream)) {
    dispute(message.stream, ok.error().where, describe(ok.error()), step_digest(message.body));
  } else {
    exception({},
              message.kind + " from " + message.from + " does not verify: " + describe(ok.error()));
  }
}

Result Decider::resolve(const ResolveHeld& command, Decision* decision) {
  const auto waiting = draft_.inbox(command.from).held;
  const auto it = waiting.find(command.seq);
  if (it == waiting.end()) {
    return std::unexpected{reject(RejectCode::not_found, "seq", "No held message of that number",
                                  "没有该序号的暂存消息")};
  }
  if (command.by.principal.empty() || command.second.principal.empty() ||
      command.by.principal == command.second.principal) {
    return std::unexpected{reject(RejectCode::role, "second",
                                  "Two different persons must resolve a held message",
                                  "须由两名不同人员共同处理暂存消息")};
  }
  const std::string stream = it->second.stream;
  for (const auto& [seq, item] : waiting) {
    if (seq < command.seq || (seq != command.seq && (stream.empty() || item.stream != stream)))
      continue;
    if (seq == command.seq && command.reject) {
      draft_.decide(MessageResolved{
          .from = command.from, .seq = seq, .outcome = "rejected", .reason = "given-up"});
      continue;
    }
    const TakeMessage message{.from = command.from,
                              .seq = seq,
                              .kind = item.kind,
                              .stream = item.stream,
                              .pack = item.pack,
                              .body = item.body};
    Draft inner{&draft_};
    Decider decider{inner, moment_, budget_, state_};
    const auto ok = decider.dispatch(message, false);
    if (!ok) {
      if (seq == command.seq) return std::unexpected{ok.error()};
      break;
    }
    accept(inner, decider);
    draft_.decide(
        MessageResolved{.from = command.from, .seq = seq, .outcome = "applied", .reason = {}});
  }
  run_pending();
  decision->outcome = command.reject ? "rejected" : "applied";
  decision->reason = command.reject ? "given-up" : "";
  return {};
}

void Decider::release_held(std::string_view pack) {
  std::vector<PartyId> peers;
  for (const auto& [party, joined] : draft_.circle().parties) {
    if (party != self()) peers.push_back(party);
  }
  for (const PartyId& peer : peers) {
    const auto waiting = draft_.inbox(peer).held;
    std::set<std::string> stuck;
    for (const auto& [seq, item] : waiting) {
      if (item.reason != "pack" && item.reason != "stream-held") continue;
      if (item.pack != pack || stuck.contains(item.stream)) continue;
      const TakeMessage message{.from = peer,
                                .seq = seq,
                                .kind = item.kind,
                                .stream = item.stream,
                                .pack = item.pack,
                                .body = item.body};
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      if (const auto ok = decider.dispatch(message, false); ok) {
        accept(inner, decider);
        draft_.decide(
            MessageResolved{.from = peer, .seq = seq, .outcome = "applied", .reason = {}});
      } else {
        stuck.insert(item.stream);
        exception(case_of(message).value_or(""),
                  "held message of " + peer + ": " + describe(ok.error()));
      }
    }
  }
  run_pending();
}

void Decider::acknowledge(const AckMessage& ack) {
  const auto& asked = draft_.outbox(ack.to).asked;
  const auto it = asked.find(ack.seq);
  std::optional<Asked> request;
  if (it != asked.end()) request = it->second;
  draft_.decide(
      MessageAcked{.to = ack.to, .seq = ack.seq, .outcome = ack.outcome, .reason = ack.reason});
  if (!request) return;
  if (request->kind == "case.ask") {
    draft_.decide(AskAnswered{.id = request->id,
                              .seq = ack.seq,
                              .principal = request->principal,
                              .outcome = ack.outcome,
                              .reason = ack.reason});
  } else if (ack.outcome == "rejected") {
    exception(request->id, "signal to " + ack.to + " was rejected: " + ack.reason);
  }
}

}  // namespace bashu::core
