#include "network/missed.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace bashu::network {

namespace {

// Trips that began on the day itself.
const Trip* of_the_day(const Schedule& schedule, const Timetable& timetable, TripIndex trip) {
  const Run& run = timetable.runs[trip];
  return run.day == 0 ? &schedule.trips[run.trip] : nullptr;
}

// By station: whether a train of the day lets passengers off there.
std::vector<bool> called(const Schedule& schedule, const Timetable& timetable) {
  std::vector<bool> out(timetable.stations());
  for (const Connection& ride : timetable.connections) {
    const Trip* train = of_the_day(schedule, timetable, ride.trip);
    if (train && train->rail && ride.alights) out[ride.to] = true;
  }
  return out;
}

// By station: from where one walks to it.
std::vector<std::vector<LastBus::Way>> walks_to(const Timetable& timetable) {
  std::vector<std::vector<LastBus::Way>> out(timetable.stations());
  for (StationIndex from = 0; from < timetable.stations(); ++from) {
    for (std::uint32_t p = timetable.paths_from[from]; p < timetable.paths_from[from + 1]; ++p) {
      const Footpath& path = timetable.paths[p];
      out[path.to].push_back({.from = from, .takes_s = path.walk_s});
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> bus_lines(const Schedule& schedule) {
  std::set<std::string> buses, trains;
  for (const Trip& trip : schedule.trips) (trip.rail ? trains : buses).insert(trip.line);
  std::vector<std::string> out;
  std::ranges::set_difference(buses, trains, std::back_inserter(out));
  return out;
}

std::vector<LastBus> last_buses(const Schedule& schedule, const Timetable& timetable,
                                const std::vector<std::string>& lines) {
  using Key = std::tuple<std::string, StationIndex, StationIndex>;  // line, stop, last stop
  std::map<Key, LastBus> last;
  for (const Connection& ride : timetable.connections) {
    const Trip* bus = of_the_day(schedule, timetable, ride.trip);
    if (!bus || !ride.boards || std::ranges::find(lines, bus->line) == lines.end()) continue;
    const Station& end = schedule.stations[bus->calls.back().station];
    LastBus& one =
        last[{bus->line, static_cast<StationIndex>(ride.from), bus->calls.back().station}];
    const bool later = one.line.empty() || ride.departs_s > one.departs_s;
    if (!later) continue;
    one = {.line = bus->line,
           .towards = end.name.empty() ? bilingual(end.id, end.id) : bilingual(end.name, end.name),
           .at = static_cast<StationIndex>(ride.from),
           .departs_s = ride.departs_s,
           .assumed = bus->headway && !bus->headway->phased,
           .ways = {}};
  }
  const auto trains = called(schedule, timetable);
  const auto walks = walks_to(timetable);
  std::vector<LastBus> out;
  for (auto& [key, bus] : last) {
    if (trains[bus.at]) bus.ways.push_back({.from = bus.at, .takes_s = timetable.change_s[bus.at]});
    for (const LastBus::Way& walk : walks[bus.at]) {
      if (trains[walk.from]) bus.ways.push_back(walk);
    }
    if (!bus.ways.empty()) out.push_back(std::move(bus));
  }
  return out;
}

std::vector<LastBus> last_buses(const Circle& circle, Date day) {
  std::vector<LastBus> out;
  for (const Bus& bus : circle.buses) {
    if (status_on(bus.opening, day) != Status::open) continue;
    const Seconds takes = circle.trains.stations[bus.station].change_s + bus.walk_s;
    out.push_back({.line = bus.code,
                   .towards = bus.towards,
                   .at = bus.station,
                   .departs_s = bus.last_s,
                   .assumed = bus.assumed,
                   .ways = {{.from = bus.station, .takes_s = takes}}});
  }
  return out;
}

std::vector<Missed> missed(const Schedule& schedule, const Timetable& timetable,
                           const std::vector<LastBus>& buses) {
  struct From {
    std::size_t bus = 0;
    Seconds takes_s = 0;
  };
  std::vector<std::vector<From>> ways(timetable.stations());  // by station
  for (std::size_t b = 0; b < buses.size(); ++b) {
    for (const LastBus::Way& way : buses[b].ways) ways[way.from].push_back({b, way.takes_s});
  }
  struct Best {
    StationIndex at = 0;
    Seconds arrives_s = 0, ready_s = kNever;
  };
  std::map<std::pair<std::size_t, TripIndex>, Best> best;  // by bus and train
  for (const Connection& ride : timetable.connections) {
    if (ways[ride.to].empty() || !ride.alights) continue;
    const Trip* train = of_the_day(schedule, timetable, ride.trip);
    if (!train || !train->rail) continue;
    for (const From& way : ways[ride.to]) {
      if (train->line == buses[way.bus].line) continue;
      Best& one = best[{way.bus, ride.trip}];
      const Seconds ready = ride.arrives_s() + way.takes_s;
      if (ready >= one.ready_s) continue;
      one = {.at = static_cast<StationIndex>(ride.to),
             .arrives_s = ride.arrives_s(),
             .ready_s = ready};
    }
  }
  std::vector<Missed> out;
  for (const LastBus& bus : buses) out.push_back({.bus = bus, .trains = 0, .missed = {}});
  for (const auto& [key, one] : best) {
    Missed& of = out[key.first];
    ++of.trains;
    if (one.ready_s <= of.bus.departs_s) continue;
    of.missed.push_back({.trip = timetable.runs[key.second].trip,
                         .at = one.at,
                         .arrives_s = one.arrives_s,
                         .by_s = one.ready_s - of.bus.departs_s});
  }
  for (Missed& one : out) std::ranges::stable_sort(one.missed, {}, &MissedTrain::arrives_s);
  return out;
}

std::vector<Missed> missed(const Circle& circle, Date day) {
  return missed(circle.trains, on_day(circle.trains, circle.timetable_of), last_buses(circle, day));
}

}  // namespace bashu::network
