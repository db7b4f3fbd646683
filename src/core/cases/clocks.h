// Working-day clocks. A budget runs only in its states, stands still elsewhere and continues on
// return; the day on which the case enters is not counted (Civil Code, articles 201-203).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cases/definition.h"
#include "core/told/step.h"

namespace bashu::core {

// `by` decided the step: what stops is counted by its calendar, what runs by that of whoever holds
// the case now. Gives how all clocks stand that ever ran.
told::ClockStands update_clocks(Deciding& d, const CaseId& id, const Definition& of,
                                const std::vector<std::string>& reset, const PartyId& by);

// Of a clock that runs, by the calendar of `holder` as it is held here.
[[nodiscard]] std::optional<Date> last_day(const Deciding& d, const CaseId& id,
                                           const Definition& of, std::string_view name,
                                           const PartyId& holder);

// A clock has run out: the owner takes the breach, an observer notes that it is missing.
Result fire_clock(Deciding& d, const FireClock& command);

}  // namespace bashu::core
