// What the parties of a circle agree on, and this node keeps for itself: packs, agreements and key
// lists, calendars, tasks.
#pragma once

#include "core/deciding.h"

namespace bashu::core {

Result adopt_pack(Deciding& d, const AdoptPack& command);
Result adopt_record(Deciding& d, const AdoptRecord& command);
// A calendar corrected after deadlines were computed: one decision that moves them.
Result set_calendar(Deciding& d, const SetCalendar& command);
Result close_task(Deciding& d, const CloseTask& command);

// A peer has adopted a pack.
Result take_adoption(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
