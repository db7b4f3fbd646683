// Last connections missed: trains that arrive after the last bus of a feeder line has left, where
// bus and rail meet, and by how much. Exact: the change or the walk counts, to the second.
//
//     buses of a day ── last_buses ─► the last of each line and direction at each stop ─┐
//     trains of the day, their arrivals ────────────────────────────────── missed ◄─────┘
//
// A day is one of service: trains and buses that began on it, whatever the clock says when they
// come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/title.h"
#include "network/circle.h"
#include "network/timetable.h"

namespace bashu::network {

// The last bus of a line towards its end, and how it is reached from where trains call.
struct LastBus {
  std::string line;
  Title towards;  // its last stop
  StationIndex at = 0;
  Seconds departs_s = 0;
  bool assumed = false;  // of a line that only says how often it runs, or that no source tells
  struct Way {
    StationIndex from = 0;  // where a train calls
    Seconds takes_s = 0;    // the change, or the walk
  };
  std::vector<Way> ways;
};

struct MissedTrain {
  std::uint32_t trip = 0;  // of the schedule
  StationIndex at = 0;     // where one gets off
  Seconds arrives_s = 0;
  Seconds by_s = 0;  // so much earlier one would have had to be at the bus
};
struct Missed {
  LastBus bus;
  std::size_t trains = 0;           // of the day, from which one might change
  std::vector<MissedTrain> missed;  // by arrival
};

// Lines none of whose trips runs on rails.
[[nodiscard]] std::vector<std::string> bus_lines(const Schedule& schedule);

// Of these lines, at every stop from which they take passengers to their end and which is a station
// of trains or a walk away from one; by line, stop and direction.
[[nodiscard]] std::vector<LastBus> last_buses(const Schedule& schedule, const Timetable& timetable,
                                              const std::vector<std::string>& lines);

// Those of a circle that run on the day, each from its station. The change there comes before the
// walk.
[[nodiscard]] std::vector<LastBus> last_buses(const Circle& circle, Date day);

// What each of them misses, in their order. Trains run on rails and are of another line. From where
// one gets to the bus soonest is where one gets off.
[[nodiscard]] std::vector<Missed> missed(const Schedule& schedule, const Timetable& timetable,
                                         const std::vector<LastBus>& buses);

// The same for a circle: buses that run on the day, trains of its timetable.
[[nodiscard]] std::vector<Missed> missed(const Circle& circle, Date day);

}  // namespace bashu::network
