// A day's trains as one sorted array of connections, and the walks between stations.
//
//     Schedule (every date) ── on_day(date, offsets) ──► Timetable (one day, ready to be scanned)
//
// Pure: no file, clock or chance. The same schedule gives the same timetable, byte for byte.
#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"

namespace bashu::network {

// Since midnight at the beginning of the day asked about; 90,000 is 01:00 on the next day.
using Seconds = std::int32_t;
inline constexpr Seconds kNever = std::numeric_limits<Seconds>::max();
inline constexpr Seconds kDay = 86'400;

using StationIndex = std::uint32_t;
using TripIndex = std::uint32_t;
inline constexpr StationIndex kNowhere = std::numeric_limits<StationIndex>::max();
inline constexpr StationIndex kStationsMax = 1u << 23;
inline constexpr Seconds kRideMax = 65'535;  // between two neighbouring calls

struct Station {
  std::string id, name;
  std::int32_t lon_e6 = 0, lat_e6 = 0;  // millionths of a degree
  // From one train to another here. At least one second: who arrives at 10:00 does not catch what
  // leaves at 10:00, so that the order of connections at one moment never matters.
  Seconds change_s = 1;
};

struct Call {
  StationIndex station = 0;
  Seconds arrives_s = 0, departs_s = 0;
  bool boards = true, alights = true;  // whether passengers may
};
struct Trip {
  std::string id, line;
  std::uint32_t service = 0;  // index into Schedule::services
  std::vector<Call> calls;
  // A line that runs every `headway_s` from `first_s` to before `end_s`, its calls counted from
  // the first departure. Without a phase the plan does not say when within the headway it starts:
  // an offset is chosen by who asks, see Offsets.
  struct Headway {
    Seconds first_s = 0, end_s = 0, headway_s = 0;
    bool phased = true;
  };
  std::optional<Headway> headway{};
  bool rail = true;  // runs on rails; so does what nothing is said of
};
struct Service {
  std::string id;
  Date first;
  std::vector<bool> runs;  // from `first` on, a day each
  [[nodiscard]] bool on(Date day) const;
};
struct Walk {
  StationIndex from = 0, to = 0;
  Seconds walk_s = 0;  // change included; at least one second
};
struct Schedule {
  std::vector<Station> stations;
  std::vector<Service> services;
  std::vector<Trip> trips;
  std::vector<Walk> walks;  // each in its own direction
};

// One ride between two neighbouring calls: 16 bytes.
struct Connection {
  std::uint64_t from : 23;
  std::uint64_t boards : 1;
  std::uint64_t to : 23;
  std::uint64_t alights : 1;
  std::uint64_t ride_s : 16;
  Seconds departs_s;
  TripIndex trip;

  [[nodiscard]] Seconds arrives_s() const { return departs_s + static_cast<Seconds>(ride_s); }
};
static_assert(sizeof(Connection) == 16);

struct Footpath {
  StationIndex to = 0;
  Seconds walk_s = 0;
};

// What a trip of the timetable is: a trip of the schedule on one day, and one of its runs.
struct Run {
  std::uint32_t trip = 0;  // index into Schedule::trips
  std::int32_t day = 0;    // 0: the day asked about; -1: the one before, still under way
  Seconds departs_s = 0;   // of its first call
};

struct Timetable {
  std::vector<Connection> connections;    // by departure, trip and order in the trip
  std::vector<Seconds> change_s;          // by station
  std::vector<std::uint32_t> paths_from;  // by station, and one more: where its footpaths begin
  std::vector<Footpath> paths;
  std::vector<Run> runs;  // by TripIndex

  [[nodiscard]] std::size_t stations() const { return change_s.size(); }
};

// Seconds after the beginning of its headway at which each unphased line starts; by trip of the
// schedule, 0 where it is shorter.
using Offsets = std::vector<Seconds>;

// What is wrong with a schedule: the trip (or walk) concerned and why.
struct Wrong {
  std::string where, what;
};
[[nodiscard]] std::optional<Wrong> check(const Schedule& schedule);

// The trains of `day`, those of the day before that still run after midnight, and those of the
// next `days_after` days, so that a journey may wait past midnight. The schedule must be sound.
[[nodiscard]] Timetable on_day(const Schedule& schedule, Date day, int days_after = 1,
                               const Offsets& offsets = {});

// Walks joined into each other as long as the whole is no longer than `limit_s`. Whoever is tired
// after `limit_s` does not walk on: two walks of 10 minutes under a limit of 15 stay two.
[[nodiscard]] std::vector<Walk> closed(std::size_t stations, const std::vector<Walk>& walks,
                                       Seconds limit_s);

// The timetable run backwards: time t becomes kMirror - t, arrivals departures. A scan of it from
// a destination tells the latest departures that still arrive.
inline constexpr Seconds kMirror = 8 * kDay;
[[nodiscard]] Timetable reversed(const Timetable& timetable);

}  // namespace bashu::network
