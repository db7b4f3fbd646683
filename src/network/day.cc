#include "network/day.h"

namespace bashu::network {

std::vector<Departure> departures(Scan& forwards, Scan& backwards, StationIndex from,
                                  StationIndex to, const Window& window) {
  std::vector<Departure> out;
  for (Seconds at = window.first_s; at <= window.last_s; at += window.step_s) {
    const Seconds arrives = forwards.earliest(from, at)[to];
    if (arrives == kNever) break;
    if (!out.empty() && out.back().arrives_s == arrives) continue;
    const Seconds departs = latest_departures(backwards, to, arrives)[from];
    if (departs <= window.last_s) out.push_back({.departs_s = departs, .arrives_s = arrives});
  }
  return out;
}

}  // namespace bashu::network
