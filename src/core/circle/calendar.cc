#include <vector>

#include "base/try.h"
#include "core/cases/clocks.h"
#include "core/circle/circle.h"
#include "core/people/people.h"

namespace bashu::core {

Result set_calendar(Deciding& d, const SetCalendar& command) {
  const auto known = d.circle().calendars.find(command.calendar.party);
  const std::int64_t held = known == d.circle().calendars.end() ? 0 : known->second.version;
  if (command.calendar.version <= held) return refuse(Why::older_calendar, held);
  BASHU_TRY_OK(alone_or_second(d, command.approval, command.by, command));
  // What was asked for holds the other years as they stood then.
  if (command.approval != 0 && command.replaces != held) return refuse(Why::older_calendar, held);
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
  if (command.approval != 0) close_approval(d, command.approval, "approved", command.by);
  return {};
}

}  // namespace bashu::core
