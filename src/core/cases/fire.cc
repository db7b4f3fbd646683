#include "core/cases/fire.h"

#include <algorithm>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/answers.h"
#include "core/cases/form.h"
#include "core/cases/step.h"
#include "core/peers/objection.h"
#include "core/told/ask.h"
#include "core/told/members.h"

namespace bashu::core {

namespace {

bool is_taken_by(const packs::EventDef& event, const std::string& party, const std::string& role) {
  return std::ranges::find(event.by, packs::By{.party = party, .role = role}) != event.by.end();
}

// As which party of the case somebody here may ask the holder elsewhere; empty: as none.
std::string asking_party(const Deciding& d, const Case& c, const packs::StateDef& state,
                         const packs::EventDef* event, const std::string& role) {
  std::string asking;
  if (!event) return asking;
  for (const packs::By& by : event->by) {
    const auto it = c.parties.find(by.party);
    if (by.role == role && it != c.parties.end() && it->second == d.self() &&
        by.party != state.owner) {
      asking = by.party;
    }
  }
  return asking;
}

// The role at the holder, as the step names it.
std::expected<std::string, Reject> role_at_holder(const Deciding& d, const Case& c,
                                                  const packs::StateDef& state,
                                                  const packs::EventDef& event,
                                                  const std::string& role) {
  if (is_taken_by(event, state.owner, role)) return role;
  // The owner's own person in another party's role, where one jurisdiction plays both.
  std::string found;
  for (const auto& [name, party] : c.parties) {
    if (party == d.self() && is_taken_by(event, name, role)) found = name + "." + role;
  }
  if (found.empty()) return refuse(Why::role_may_not, role);
  return found;
}

std::string names_of(const packs::StateDef& state) {
  std::vector<std::string> names;
  for (const auto& [name, event] : state.events) names.push_back(name);
  return joined(names);
}

}  // namespace

Result fire_event(Deciding& d, const FireEvent& command, Decision& decision) {
  const Case* c = d.draft.find_case(command.id);
  if (!c) return refuse(Why::no_such_case, command.id);
  BASHU_TRY(const Definition of, definition_of(d, *c));
  if (is_stopped(*c)) return refuse(Why::in_dispute, c->dispute->reason);
  if (const PartyId gone = left_of(d, *c); !gone.empty()) return refuse(Why::party_left, gone);
  const auto* state = packs::find(of.service->states, c->state);
  const auto titled = bilingual(c->state, state ? in_language(state->title, "zh") : c->state);
  if (!state || state->final) return refuse(Why::ended, titled);
  const auto* event = packs::find(state->events, command.event);
  const PartyId holder = holder_of(*c, of);
  const bool ours = holder == d.self();
  const std::string asking =
      ours ? std::string{} : asking_party(d, *c, *state, event, command.role);
  if (!ours && asking.empty()) return refuse(Why::with_another, holder, state->title);
  if (!event) return refuse(Why::event_not_taken, command.event, titled, names_of(*state));
  std::string role = command.role;
  if (ours) {
    BASHU_TRY(role, role_at_holder(d, *c, *state, *event, command.role));
  }
  if (!has_role(command.by, command.role)) return refuse(Why::role_not_held, command.role);
  if (command.version && *command.version != c->version) {
    return refuse(Why::case_changed, c->version);
  }
  for (const std::string& earlier : event->another_than) {
    const auto by = c->acted.find(earlier);
    if (by != c->acted.end() && by->second == command.by.principal) {
      return refuse(Why::same_person, earlier);
    }
  }
  BASHU_TRY(Value input, fill_form(*of.service, event->form, command.with));
  BASHU_TRY_OK(within(command.by, of.service->fields, with_form(*c, input), "data."));
  if (!ours) {
    BASHU_TRY_OK(queue(d, holder,
                       {.kind = std::string{told::Ask::kKind},
                        .stream = command.id,
                        .pack = of.pack->digest,
                        .body = told::vouched_for(told::write(told::Ask{.id = command.id,
                                                                        .event = command.event,
                                                                        .party = asking,
                                                                        .role = command.role,
                                                                        .input = std::move(input)}),
                                                  command.by.voucher),
                        .principal = command.by.principal}));
    decision.answer = answer_of(*d.draft.find_case(command.id), holder);
    return {};
  }
  BASHU_TRY_OK(step_and_enter(d, command.id,
                              {.event = command.event,
                               .role = role,
                               .principal = command.by.principal,
                               .voucher = command.by.voucher,
                               .branches = &event->branches,
                               .input = std::move(input)}));
  run_follow_ups(d);
  decision.answer = answer_of(*d.draft.find_case(command.id));
  return {};
}

std::vector<Choice> choices_of(const Deciding& d, std::string_view id,
                               const std::vector<std::string>& roles) {
  std::vector<Choice> found;
  const Case* c = d.draft.find_case(id);
  const auto of = c ? definition_of(d, *c) : std::unexpected{Reject{}};
  const auto* state = of ? running_state(*c, *of) : nullptr;
  if (!state) return found;
  const PartyId holder = holder_of(*c, *of), gone = left_of(d, *c);
  for (const auto& [name, event] : state->events) {
    const bool may = std::ranges::any_of(event.by, [&](const packs::By& by) {
      const auto party = c->parties.find(by.party);
      return party != c->parties.end() && party->second == d.self() &&
             std::ranges::find(roles, by.role) != roles.end();
    });
    if (!may) continue;
    Choice choice{.event = name, .passes = true, .why = {}};
    if (is_stopped(*c)) {
      choice.passes = false;
      choice.why = refusal(Why::waits_for_settlement, {}, {}).why;
    } else if (!gone.empty()) {
      choice.passes = false;
      choice.why = refusal(Why::party_left, {}, {gone}).why;
    } else if (holder == d.self() && event.form.empty()) {
      // With a form the guard can only be asked once it is filled in.
      Chosen chosen = choose(d, *of, *c, event.branches, c->data, nullptr);
      choice.passes = chosen.index >= 0;
      if (!choice.passes) choice.why = std::move(chosen.why);
    }
    found.push_back(std::move(choice));
  }
  return found;
}

}  // namespace bashu::core
