#include "core/peers/ask.h"

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "core/cases/form.h"
#include "core/cases/signal.h"
#include "core/cases/step.h"
#include "core/peers/objection.h"
#include "core/told/ask.h"
#include "core/told/members.h"
#include "core/told/signal.h"

namespace bashu::core {

Result take_signal(Deciding& d, const TakeMessage& message) {
  const auto signal = told::read_signal(message.body);
  const Case* c = signal ? d.draft.find_case(signal->id) : nullptr;
  if (!c) return refuse(Why::ask_of_no_case, signal ? signal->id : message.stream);
  if (!is_party(*c, message.from)) return refuse(Why::ask_of_no_party, message.from);
  return signal_case(d, signal->id, signal->event, signal->input);
}

Result take_ask(Deciding& d, const TakeMessage& message) {
  const auto ask = told::read_ask(message.body);
  const Case* c = ask ? d.draft.find_case(ask->id) : nullptr;
  if (!c) return refuse(Why::ask_of_no_case, ask ? ask->id : message.stream);
  const auto asked_as = c->parties.find(ask->party);
  if (asked_as == c->parties.end() || asked_as->second != message.from) {
    return refuse(Why::ask_of_another_party, message.from, ask->party);
  }
  BASHU_TRY(const Definition of, definition_of(d, *c));
  if (is_stopped(*c)) return refuse(Why::ask_in_dispute);
  if (holder_of(*c, of) != d.self()) return refuse(Why::ask_of_no_holder);
  const auto* state = packs::find(of.service->states, c->state);
  const auto* event = packs::find(state->events, ask->event);
  if (!event) return refuse(Why::ask_not_taken, c->state);
  const packs::By who{.party = ask->party, .role = ask->role};
  if (std::ranges::find(event->by, who) == event->by.end()) return refuse(Why::ask_role_may_not);
  BASHU_TRY(Value filled, fill_form(*of.service, event->form, ask->input));
  return step_and_enter(d, ask->id,
                        {.event = ask->event,
                         .role = ask->party + "." + ask->role,
                         .officer = told::officer_in(message.body),
                         .branches = &event->branches,
                         .input = std::move(filled)});
}

}  // namespace bashu::core
