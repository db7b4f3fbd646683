// How one gets there: legs and waits, and the choice between being earlier and changing less.
#pragma once

#include <span>
#include <vector>

#include "network/scan.h"
#include "network/timetable.h"

namespace bashu::network {

struct Leg {
  StationIndex from = 0, to = 0;
  Seconds departs_s = 0, arrives_s = 0;
  TripIndex trip = 0;  // of the timetable; kOnFoot: a walk
  friend bool operator==(const Leg&, const Leg&) = default;
};
inline constexpr TripIndex kOnFoot = std::numeric_limits<TripIndex>::max();

struct Journey {
  std::vector<Leg> legs;  // empty: one is there already
  Seconds arrives_s = 0;
  int rides = 0;  // changes are one fewer
};

inline constexpr int kRidesMax = 8;

// Every journey that no other beats in arrival and number of rides, fewest rides first; the last
// one arrives first of all. Among equals each leg is the first found in the timetable's order.
[[nodiscard]] std::vector<Journey> journeys(const Timetable& timetable, StationIndex from,
                                            StationIndex to, Seconds departs_s,
                                            int rides_max = kRidesMax);

// Where a journey may end, and how long one is on the way after that.
struct End {
  StationIndex station = 0;
  Seconds after_s = 0;
};
struct Rides {
  int least = 0, most = kRidesMax;
};
// The same from the best of several starts to the best of several ends; the time after the end is
// part of the arrival and no leg. Among equal ends the first counts.
[[nodiscard]] std::vector<Journey> journeys(const Timetable& timetable, std::span<const Start> from,
                                            std::span<const End> to, Rides rides = {});

}  // namespace bashu::network
