#include "core/cases/signal.h"

#include <string>
#include <utility>

#include "base/try.h"
#include "core/cases/form.h"
#include "core/cases/step.h"
#include "core/peers/objection.h"
#include "core/told/signal.h"

namespace bashu::core {

Result signal_case(Deciding& d, const CaseId& target, const std::string& event, const Value& with) {
  const Case* c = d.draft.find_case(target);
  if (!c) return refuse(Why::no_such_case, target);
  BASHU_TRY(const Definition of, definition_of(d, *c));
  const auto* state = running_state(*c, of);
  if (!state) return refuse(Why::target_ended, target, c->state);
  if (const PartyId holder = holder_of(*c, of); holder != d.self()) {
    return queue(d, holder,
                 {.kind = std::string{told::Signal::kKind},
                  .stream = target,
                  .pack = of.pack->digest,
                  .body = told::write(told::Signal{.id = target, .event = event, .input = with})});
  }
  if (is_stopped(*c)) return refuse(Why::target_in_dispute, target);
  const auto* definition = packs::find(state->events, event);
  if (!definition) return refuse(Why::target_takes_not, event, target, c->state);
  if (!definition->taken_by_system()) return refuse(Why::not_of_engine, event);
  BASHU_TRY(Value input, fill_form(*of.service, definition->form, with));
  return step_and_enter(d, target,
                        {.event = event,
                         .role = std::string{told::Step::kSystem},
                         .branches = &definition->branches,
                         .input = std::move(input)});
}

}  // namespace bashu::core
