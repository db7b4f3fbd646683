// All journeys of a day worth making from one place to another: "62 minutes" honestly.
#pragma once

#include <vector>

#include "network/scan.h"

namespace bashu::network {

// Leaves as late as its arrival allows.
struct Departure {
  Seconds departs_s = 0, arrives_s = 0;
  [[nodiscard]] Seconds takes_s() const { return arrives_s - departs_s; }
  friend bool operator==(const Departure&, const Departure&) = default;
};

// Those that set out in the window (whose step says how finely it is looked at; a departure between
// two steps is found by the earlier one), by departure; no other leaves later and arrives no later.
// `backwards` scans the timetable reversed.
[[nodiscard]] std::vector<Departure> departures(Scan& forwards, Scan& backwards, StationIndex from,
                                                StationIndex to, const Window& window);

}  // namespace bashu::network
