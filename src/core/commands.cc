// What people, clocks and other cases ask of a case: who may, and whether it is theirs to ask.

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

#include "core/decider.h"

namespace bashu::core {

namespace {

constexpr std::size_t kCaseIdMax = 120;

}  // namespace

// A pack named by its name is the newest version in force at every party of the case, if any is.
std::string Decider::agreed(const std::string& name, const Parties& parties) const {
  const std::string* digest = &name;
  std::int64_t version = 0;
  for (const auto& [known, row] : draft_.circle().packs) {
    if (!row.pack || row.pack->name != name || row.pack->version <= version) continue;
    const bool everywhere = std::ranges::all_of(parties, [&](const auto& party) {
      const auto since = row.adopted.find(party.second);
      return since != row.adopted.end() && since->second <= moment_.today;
    });
    if (!everywhere) continue;
    digest = &known;
    version = row.pack->version;
  }
  return *digest;
}

Result Decider::start_case(const StartCase& command, Value* answer) {
  const Case* parent = nullptr;
  std::string pack = command.pack;
  Parties parties = command.parties;
  if (!command.parent.empty()) {
    parent = draft_.find_case(command.parent);
    if (!parent) {
      return std::unexpected{reject(RejectCode::unknown_case, "parent",
                                    "There is no case " + command.parent,
                                    "没有办件 " + command.parent)};
    }
    pack = parent->pack;
    parties = parent->parties;
  }
  if (!parent) pack = agreed(pack, parties);
  const auto of = definition(pack, command.service);
  if (!of) return std::unexpected{of.error()};
  const packs::Service& service = *of->service;
  if (service.parent.empty() != command.parent.empty()) {
    return std::unexpected{form_reject(
        "parent",
        service.parent.empty() ? "This service has no parent case"
                               : "The parent case is missing: " + service.parent,
        service.parent.empty() ? "本事项没有上级办件" : "缺少上级办件：" + service.parent)};
  }
  if (parent && parent->service != service.parent) {
    return std::unexpected{form_reject("parent", "The parent must be a case of " + service.parent,
                                       "上级办件应属于 " + service.parent)};
  }
  for (const packs::PartyDef& party : service.parties) {
    const auto it = parties.find(party.name);
    if (it == parties.end()) {
      return std::unexpected{
          form_reject("parties." + party.name, "Who is this party?", "缺少此方")};
    }
    const auto joined = draft_.circle().parties.find(it->second);
    const bool member = joined != draft_.circle().parties.end() && joined->second.member;
    if (it->second != self() && !member) {
      return std::unexpected{reject(RejectCode::not_ready, "parties." + party.name,
                                    it->second + " is no party of the circle",
                                    it->second + " 不是本圈成员")};
    }
    const auto& adopted = draft_.circle().packs.find(of->pack->digest)->second.adopted;
    const auto since = adopted.find(it->second);
    if (since == adopted.end() || since->second > moment_.today) {
      return std::unexpected{reject(RejectCode::unknown_pack, "parties." + party.name,
                                    "The pack is not in force at " + it->second,
                                    "业务包在 " + it->second + " 尚未生效")};
    }
  }
  for (auto it = parties.begin(); it != parties.end();) {
    if (service.party(it->first)) {
      ++it;
      continue;
    }
    if (!parent) {
      return std::unexpected{
          form_reject("parties." + it->first, "The service has no such party", "本事项没有此方")};
    }
    it = parties.erase(it);
  }
  if (parties.find(service.start.owner)->second != self()) {
    return std::unexpected{
        reject(RejectCode::not_owner, {},
               "Only " + parties.find(service.start.owner)->second + " can open this case",
               "只能由 " + parties.find(service.start.owner)->second + " 发起")};
  }
  const bool has_role = std::find(command.by.roles.begin(), command.by.roles.end(), command.role) !=
                        command.by.roles.end();
  const packs::By wanted{.party = service.start.owner, .role = command.role};
  const auto& by = service.start.event.by;
  if (!has_role || std::find(by.begin(), by.end(), wanted) == by.end()) {
    return std::unexpected{reject(RejectCode::role, "role",
                                  "The role " + command.role + " may not open this case",
                                  "角色 " + command.role + " 不得发起")};
  }

  CaseOpened opened{.id = command.id,
                    .pack = of->pack->digest,
                    .service = command.service,
                    .parties = parties,
                    .parent = command.parent,
                    .opened_by = command.by.principal,
                    .on = moment_.today,
                    .number = 0};
  if (opened.id.empty() && parent) {
    const std::string counter = command.parent + "/" + command.service;
    const std::int64_t n = draft_.serial("#children", counter) + 1;
    draft_.decide(SerialTaken{.name = "#children", .key = counter, .value = n});
    opened.id = counter + "-" + self() + "-" + std::to_string(n);
  } else if (opened.id.empty()) {
    opened.number = draft_.serial(Store::kCasesOpened, "") + 1;
    opened.id = self() + "-" + std::to_string(opened.number);
  }
  if (opened.id.size() > kCaseIdMax) {
    return std::unexpected{
        reject(RejectCode::too_large, "id", "The case id is too long", "办件编号过长")};
  }
  if (draft_.find_case(opened.id)) {
    return std::unexpected{
        reject(RejectCode::exists, "id", opened.id + " exists", opened.id + " 已存在")};
  }
  auto input = fill_form(service, service.start.event.form, command.with);
  if (!input) return std::unexpected{input.error()};
  if (auto ok = within(command.by, command.parent); !ok) return ok;
  if (auto ok = within(command.by, service.fields, *input, "with."); !ok) return ok;
  const CaseId id = opened.id;
  draft_.decide(std::move(opened));
  NewStep first{.event = "$start",
                .role = command.role,
                .principal = command.by.principal,
                .branches = &service.start.event.branches,
                .input = std::move(*input)};
  if (auto ok = step_and_enter(id, first); !ok) return ok;
  // Nor may what the pack computes from the form lie where they could not see it.
  if (auto ok = within(command.by, id); !ok) return ok;
  run_pending();
  case_answer(id, answer);
  return {};
}

Result Decider::start_child(const CaseId& parent_id, const StartDone& start) {
  const Case& parent = *draft_.find_case(parent_id);
  const auto of = definition(parent.pack, start.service);
  if (!of) return std::unexpected{of.error()};
  if (draft_.find_case(start.id)) {
    return std::unexpected{
        reject(RejectCode::exists, "id", start.id + " exists", start.id + " 已存在")};
  }
  std::vector<std::string> given;
  for (const auto& [name, value] : *start.with.as_record()) given.push_back(name);
  for (const std::string& name : given) {
    if (!of->service->field(name)) {
      return std::unexpected{
          form_reject("with." + name, "The sub-case has no such field", "子办件没有此字段")};
    }
  }
  auto input = fill_form(*of->service, given, start.with);
  if (!input) return std::unexpected{input.error()};
  draft_.decide(CaseOpened{.id = start.id,
                           .pack = parent.pack,
                           .service = start.service,
                           .parties = start.parties,
                           .parent = parent_id,
                           .opened_by = {},
                           .on = moment_.today,
                           .number = 0});
  NewStep first{.event = "$start",
                .role = "system",
                .principal = {},
                .branches = &of->service->start.event.branches,
                .input = std::move(*input)};
  return step_and_enter(start.id, first);
}

Result Decider::fire_event(const FireEvent& command, Value* answer) {
  const Case* c = draft_.find_case(command.id);
  if (!c) {
    return std::unexpected{reject(RejectCode::unknown_case, "case",
                                  "There is no case " + command.id, "没有办件 " + command.id)};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  const auto* state = packs::find(of->service->states, c->state);
  if (c->dispute) {
    return std::unexpected{reject(
        RejectCode::disputed, {},
        "The case is in dispute (" + c->dispute->reason + "); both sides must settle it first",
        "办件存在争议（" + c->dispute->reason + "），须双方共同处理")};
  }
  if (!state || state->final) {
    return std::unexpected{
        reject(RejectCode::state, {}, "The case has ended: " + c->state,
               "办件已办结：" + (state ? in_language(state->title, "zh") : c->state))};
  }
  const auto* event = packs::find(state->events, command.event);
  const PartyId holder = owner(*c, *of);
  // An asker of another party, as `party.role`.
  std::string asking_party;
  if (event && holder != self()) {
    for (const packs::By& by : event->by) {
      const auto it = c->parties.find(by.party);
      if (by.role == command.role && it != c->parties.end() && it->second == self() &&
          by.party != state->owner) {
        asking_party = by.party;
      }
    }
  }
  if (holder != self() && asking_party.empty()) {
    return std::unexpected{
        reject(RejectCode::not_owner, {},
               "The case is with " + holder + ": " + in_language(state->title, "en"),
               "办件现由 " + holder + " 办理：" + in_language(state->title, "zh"))};
  }
  if (!event) {
    std::string names;
    for (const auto& [name, one] : state->events) names += (names.empty() ? "" : ", ") + name;
    return std::unexpected{
        reject(RejectCode::state, "event",
               command.event + " is not taken in " + c->state + "; possible: " + names,
               "当前状态“" + in_language(state->title, "zh") + "”不能办理 " + command.event +
                   "；可办：" + names)};
  }
  const bool has_role = std::find(command.by.roles.begin(), command.by.roles.end(), command.role) !=
                        command.by.roles.end();
  const auto taken_by = [&](const std::string& party) {
    return std::find(event->by.begin(), event->by.end(),
                     packs::By{.party = party, .role = command.role}) != event->by.end();
  };
  std::string role = command.role;
  if (!asking_party.empty()) {
    role = asking_party + "." + command.role;
  } else if (!taken_by(state->owner)) {
    // The owner's own person in another party's role, where one jurisdiction plays both.
    for (const auto& [name, party] : c->parties) {
      if (party == self() && taken_by(name)) role = name + "." + command.role;
    }
    if (role == command.role) {
      return std::unexpected{reject(RejectCode::role, "role",
                                    "The role " + command.role + " may not do this",
                                    "角色 " + command.role + " 无权办理")};
    }
  }
  if (!has_role) {
    return std::unexpected{reject(RejectCode::role, "role",
                                  "You do not have the role " + command.role,
                                  "您没有角色 " + command.role)};
  }
  if (command.version && *command.version != c->version) {
    return std::unexpected{
        reject(RejectCode::conflict, "version",
               "The case has changed; it is now at version " + std::to_string(c->version),
               "办件已变更，当前版本为 " + std::to_string(c->version))};
  }
  auto input = fill_form(*of->service, event->form, command.with);
  if (!input) return std::unexpected{input.error()};
  Value data = c->data;
  for (const auto& [name, value] : *input->as_record()) (*data.as_record())[name] = value;
  if (auto ok = within(command.by, of->service->fields, data, "data."); !ok) return ok;
  if (!asking_party.empty()) {
    Value::Record body;
    body["case"] = command.id;
    body["event"] = command.event;
    body["party"] = asking_party;
    body["role"] = command.role;
    body["input"] = std::move(*input);
    if (auto ok = queue(holder, "case.ask", command.id, of->pack->digest, Value{std::move(body)},
                        command.by.principal);
        !ok) {
      return ok;
    }
    case_answer(command.id, answer);
    (*answer->as_record())["asked"] = holder;
    return {};
  }
  NewStep next{.event = command.event,
               .role = role,
               .principal = command.by.principal,
               .branches = &event->branches,
               .input = std::move(*input)};
  if (auto ok = step_and_enter(command.id, next); !ok) return ok;
  run_pending();
  case_answer(command.id, answer);
  return {};
}

Result Decider::signal(const CaseId& target, const std::string& event, const Value& with) {
  const Case* c = draft_.find_case(target);
  if (!c) {
    return std::unexpected{reject(RejectCode::unknown_case, "case", "There is no case " + target,
                                  "没有办件 " + target)};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  const auto* state = packs::find(of->service->states, c->state);
  if (!state || state->final) {
    return std::unexpected{
        reject(RejectCode::state, {}, target + " has ended: " + c->state, target + " 已办结")};
  }
  if (const PartyId holder = owner(*c, *of); holder != self()) {
    Value::Record body;
    body["case"] = target;
    body["event"] = event;
    body["input"] = with;
    return queue(holder, "case.signal", target, of->pack->digest, Value{std::move(body)});
  }
  if (c->dispute) {
    return std::unexpected{
        reject(RejectCode::disputed, {}, target + " is in dispute", target + " 存在争议")};
  }
  const auto* definition = packs::find(state->events, event);
  if (!definition) {
    return std::unexpected{reject(RejectCode::state, "event",
                                  event + " is not taken by " + target + " in " + c->state,
                                  target + " 当前状态不接受 " + event)};
  }
  if (!definition->taken_by_system()) {
    return std::unexpected{reject(RejectCode::role, "event",
                                  event + " is not taken from the engine",
                                  event + " 不由系统触发")};
  }
  auto input = fill_form(*of->service, definition->form, with);
  if (!input) return std::unexpected{input.error()};
  return step_and_enter(target, {.event = event,
                                 .role = "system",
                                 .principal = {},
                                 .branches = &definition->branches,
                                 .input = std::move(*input)});
}

Result Decider::fire_clock(const FireClock& command) {
  const Case* c = draft_.find_case(command.id);
  const auto it =
      c ? c->clocks.find(command.clock) : std::map<std::string, Clock>::const_iterator{};
  if (!c || it == c->clocks.end() || it->second.fired || !it->second.due ||
      *it->second.due >= moment_.today) {
    return std::unexpected{reject(RejectCode::state, "clock", "The clock is not due", "时限未到")};
  }
  if (c->dispute) {
    return std::unexpected{
        reject(RejectCode::disputed, {}, "The case is in dispute", "办件存在争议")};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  const auto* clock = packs::find(of->service->clocks, command.clock);
  const auto* state = packs::find(of->service->states, c->state);
  const PartyId holder = owner(*c, *of);
  if (!clock || !state || holder.empty()) {
    return std::unexpected{
        reject(RejectCode::state, "clock", "The clock does not run", "时限未在计算")};
  }
  if (holder != self()) {
    if (it->second.alarmed) {
      return std::unexpected{reject(RejectCode::state, "clock", "The alarm was raised", "已告警")};
    }
    const Date due = *it->second.due;
    draft_.decide(ClockAlarmed{.id = command.id, .clock = command.clock, .due = due});
    raise(TaskKind::silence, command.id, {},
          bilingual("The other side is silent: " + holder + " has let " +
                        in_language(state->title, "en") + " run out",
                    "对方逾期未回应：" + holder + "，" + in_language(state->title, "zh")),
          command.clock + " was due on " + due.text());
    return {};
  }
  CaseScope scope{draft_, *of->pack, of->service, c, &c->data, moment_.today, self()};
  if (!scope.calendar().works(moment_.today)) {
    return std::unexpected{
        reject(RejectCode::state, "clock", "Today is not a working day", "今日非工作日")};
  }
  ClockSet fired{.id = command.id,
                 .clock = command.clock,
                 .used = it->second.used,
                 .since = it->second.since,
                 .due = it->second.due,
                 .fired = true};
  draft_.decide(fired);
  const auto* event = packs::find(state->events, clock->breach);
  Draft inner{&draft_};
  Decider decider{inner, moment_, budget_, state_};
  const auto ok = decider.step_and_enter(
      command.id,
      {.event = clock->breach, .role = "system", .principal = {}, .branches = &event->branches});
  if (!ok) {
    exception(command.id, "clock " + command.clock + ": " + describe(ok.error()));
    return {};
  }
  accept(inner, decider);
  run_pending();
  return {};
}

void Decider::run_pending() {
  while (!pending_.empty()) {
    const Pending next = std::move(pending_.front());
    pending_.pop_front();
    if (--*budget_ < 0) {
      exception(next.id, "more than 10,000 follow-ups in one decision");
      return;
    }
    if (const auto* start = std::get_if<StartDone>(&next.what)) {
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      if (const auto ok = decider.start_child(next.id, *start); ok) {
        accept(inner, decider);
      } else {
        exception(next.id, start->id + ": " + describe(ok.error()));
      }
      continue;
    }
    const auto& signal_done = std::get<SignalDone>(next.what);
    for (const CaseId& target : signal_done.targets) {
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      if (const auto ok = decider.signal(target, signal_done.event, signal_done.with); ok) {
        accept(inner, decider);
      } else {
        exception(target, "signal " + signal_done.event + ": " + describe(ok.error()));
      }
    }
  }
}

std::vector<Choice> Decider::choices(std::string_view id, const std::vector<std::string>& roles) {
  std::vector<Choice> found;
  const Case* c = draft_.find_case(id);
  const auto of = c ? definition(*c) : std::unexpected{Reject{}};
  const auto* state = of ? packs::find(of->service->states, c->state) : nullptr;
  if (!state || state->final) return found;
  const PartyId holder = owner(*c, *of);
  for (const auto& [name, event] : state->events) {
    const bool may = std::any_of(event.by.begin(), event.by.end(), [&](const packs::By& by) {
      const auto party = c->parties.find(by.party);
      return party != c->parties.end() && party->second == self() &&
             std::find(roles.begin(), roles.end(), by.role) != roles.end();
    });
    if (!may) continue;
    Choice choice{.event = name, .passes = true, .why = {}};
    if (c->dispute) {
      choice.passes = false;
      choice.why.push_back(bilingual("The case is in dispute", "办件存在争议"));
    } else if (holder == self() && event.form.empty()) {
      // With a form the guard can only be asked once it is filled in.
      Chosen chosen = choose(*of, *c, event.branches, c->data, nullptr);
      choice.passes = chosen.index >= 0;
      if (!choice.passes) choice.why = std::move(chosen.why);
    }
    found.push_back(std::move(choice));
  }
  return found;
}

}  // namespace bashu::core
