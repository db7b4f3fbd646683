#include <vector>

#include "core/cases/clocks.h"
#include "core/circle/circle.h"

namespace bashu::core {

Result set_calendar(Deciding& d, const SetCalendar& command) {
  const auto known = d.circle().calendars.find(command.calendar.party);
  if (known != d.circle().calendars.end() && command.calendar.version <= known->second.version) {
    return refuse(Why::older_calendar, known->second.version);
  }
  d.draft.decide(command.calendar);
  // Of those it holds and of those it observes: the breach will be told with the new days.
  const PartyId& whose = command.calendar.party;
  std::vector<CaseId> running;
  d.before.each_case([&](const Case& c) { running.push_back(c.id); });
  for (const CaseId& id : running) {
    const auto of = definition_of(d, *d.draft.find_case(id));
    if (of && holder_of(*d.draft.find_case(id), *of) == whose) {
      update_clocks(d, id, *of, {}, whose);  // none runs in a final state
    }
  }
  return {};
}

}  // namespace bashu::core
