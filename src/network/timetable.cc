#include "network/timetable.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>

namespace bashu::network {

namespace {

constexpr std::uint64_t kStationBits = kStationsMax - 1;
constexpr std::uint64_t kRideBits = kRideMax;

// Connections with the place in their trip that keeps equal moments in order.
struct Sorted {
  Connection connection;
  std::uint32_t order;
};

void sort_into(std::vector<Sorted>& all, std::vector<Connection>& out) {
  std::ranges::sort(all, [](const Sorted& a, const Sorted& b) {
    return std::tie(a.connection.departs_s, a.connection.trip, a.order) <
           std::tie(b.connection.departs_s, b.connection.trip, b.order);
  });
  out.reserve(all.size());
  for (const Sorted& one : all) out.push_back(one.connection);
}

void set_paths(Timetable& out, std::size_t stations, std::vector<Walk> walks) {
  std::ranges::sort(walks, [](const Walk& a, const Walk& b) {
    return std::tie(a.from, a.to, a.walk_s) < std::tie(b.from, b.to, b.walk_s);
  });
  out.paths_from.assign(stations + 1, 0);
  for (std::size_t i = 0; i < walks.size(); ++i) {
    const Walk& walk = walks[i];
    const bool again = i > 0 && walks[i - 1].from == walk.from && walks[i - 1].to == walk.to;
    if (again || walk.from == walk.to) continue;  // the shortest of them came first
    out.paths.push_back({.to = walk.to, .walk_s = walk.walk_s});
    ++out.paths_from[walk.from + 1];
  }
  for (std::size_t s = 0; s < stations; ++s) out.paths_from[s + 1] += out.paths_from[s];
}

class Compiler {
 public:
  Compiler(const Schedule& schedule, Timetable& out) : schedule_{schedule}, out_{out} {}

  // A run whose calls are `shift` later than written; what departs before `from` is left out.
  void add(std::uint32_t trip, std::int32_t day, Seconds shift, Seconds from) {
    const std::vector<Call>& calls = schedule_.trips[trip].calls;
    const auto index = static_cast<TripIndex>(out_.runs.size());
    bool any = false;
    for (std::size_t i = 0; i + 1 < calls.size(); ++i) {
      const Call &a = calls[i], &b = calls[i + 1];
      const Seconds departs = a.departs_s + shift;
      if (departs < from) continue;
      any = true;
      const auto ride = static_cast<std::uint64_t>(b.arrives_s - a.departs_s);
      all_.push_back({.connection = {.from = a.station & kStationBits,
                                     .boards = a.boards,
                                     .to = b.station & kStationBits,
                                     .alights = b.alights,
                                     .ride_s = ride & kRideBits,
                                     .departs_s = departs,
                                     .trip = index},
                      .order = static_cast<std::uint32_t>(i)});
    }
    if (any) {
      out_.runs.push_back({.trip = trip, .day = day, .departs_s = calls.front().departs_s + shift});
    }
  }

  void add_day(Date date, std::int32_t day, const Offsets& offsets) {
    const Seconds midnight = day * kDay;
    for (std::uint32_t t = 0; t < schedule_.trips.size(); ++t) {
      const Trip& trip = schedule_.trips[t];
      if (!schedule_.services[trip.service].on(date) || trip.calls.size() < 2) continue;
      if (!trip.headway) {
        add(t, day, midnight, 0);
        continue;
      }
      const Trip::Headway& every = *trip.headway;
      const Seconds offset = every.phased || t >= offsets.size() ? 0 : offsets[t] % every.headway_s;
      for (Seconds at = every.first_s + offset; at < every.end_s; at += every.headway_s) {
        add(t, day, midnight + at - trip.calls.front().departs_s, 0);
      }
    }
  }

  void finish() { sort_into(all_, out_.connections); }

 private:
  const Schedule& schedule_;
  Timetable& out_;
  std::vector<Sorted> all_;
};

}  // namespace

bool Service::on(Date day) const {
  const std::int64_t n = day.days() - first.days();
  return n >= 0 && n < static_cast<std::int64_t>(runs.size()) && runs[static_cast<std::size_t>(n)];
}

std::optional<Wrong> check(const Schedule& schedule) {
  const std::size_t stations = schedule.stations.size();
  if (stations >= kStationsMax) return Wrong{"stations", "more than 8,388,607"};
  for (const Station& station : schedule.stations) {
    if (station.change_s < 1) return Wrong{station.id, "a change takes at least one second"};
  }
  for (const Walk& walk : schedule.walks) {
    if (walk.from >= stations || walk.to >= stations) return Wrong{"walk", "no such station"};
    if (walk.walk_s < 1) {
      return Wrong{schedule.stations[walk.from].id, "a walk takes at least one second"};
    }
  }
  for (const Trip& trip : schedule.trips) {
    if (trip.service >= schedule.services.size()) return Wrong{trip.id, "no such service"};
    if (trip.headway && trip.headway->headway_s < 1) return Wrong{trip.id, "a headway of nothing"};
    for (std::size_t i = 0; i < trip.calls.size(); ++i) {
      const Call& call = trip.calls[i];
      if (call.station >= stations) return Wrong{trip.id, "no such station"};
      if (call.departs_s < call.arrives_s) return Wrong{trip.id, "departs before it arrives"};
      if (i == 0) continue;
      const Seconds ride = call.arrives_s - trip.calls[i - 1].departs_s;
      if (ride < 0) return Wrong{trip.id, "arrives before it departed"};
      if (ride > kRideMax) return Wrong{trip.id, "rides for more than 18 hours without a stop"};
    }
  }
  return std::nullopt;
}

Timetable on_day(const Schedule& schedule, Date day, int days_after, const Offsets& offsets) {
  Timetable out;
  out.change_s.reserve(schedule.stations.size());
  for (const Station& station : schedule.stations) out.change_s.push_back(station.change_s);
  set_paths(out, schedule.stations.size(), schedule.walks);
  Compiler compiler{schedule, out};
  for (int n = -1; n <= days_after; ++n) compiler.add_day(day.plus_days(n), n, offsets);
  compiler.finish();
  return out;
}

std::vector<Walk> closed(std::size_t stations, const std::vector<Walk>& walks, Seconds limit_s) {
  Timetable direct;
  set_paths(direct, stations, walks);
  std::vector<Walk> out;
  std::vector<Seconds> best(stations, kNever);
  std::vector<StationIndex> seen;
  using Step = std::pair<Seconds, StationIndex>;
  for (StationIndex from = 0; from < stations; ++from) {
    if (direct.paths_from[from] == direct.paths_from[from + 1]) continue;
    std::priority_queue<Step, std::vector<Step>, std::greater<>> open;
    best[from] = 0;
    seen.assign(1, from);
    open.emplace(0, from);
    while (!open.empty()) {
      const auto [at, here] = open.top();
      open.pop();
      if (at > best[here]) continue;
      for (std::uint32_t p = direct.paths_from[here]; p < direct.paths_from[here + 1]; ++p) {
        const Footpath& path = direct.paths[p];
        if (path.walk_s > limit_s - at || at + path.walk_s >= best[path.to]) continue;
        if (best[path.to] == kNever) seen.push_back(path.to);
        best[path.to] = at + path.walk_s;
        open.emplace(best[path.to], path.to);
      }
    }
    std::ranges::sort(seen);
    for (const StationIndex to : seen) {
      if (to != from) out.push_back({.from = from, .to = to, .walk_s = best[to]});
      best[to] = kNever;
    }
  }
  return out;
}

Timetable reversed(const Timetable& timetable) {
  Timetable out;
  out.change_s = timetable.change_s;
  out.runs = timetable.runs;
  std::vector<Walk> walks;
  walks.reserve(timetable.paths.size());
  for (StationIndex from = 0; from < timetable.stations(); ++from) {
    for (std::uint32_t p = timetable.paths_from[from]; p < timetable.paths_from[from + 1]; ++p) {
      walks.push_back(
          {.from = timetable.paths[p].to, .to = from, .walk_s = timetable.paths[p].walk_s});
    }
  }
  set_paths(out, timetable.stations(), std::move(walks));
  std::vector<Sorted> all;
  all.reserve(timetable.connections.size());
  for (std::size_t i = 0; i < timetable.connections.size(); ++i) {
    const Connection& one = timetable.connections[i];
    const Connection back{.from = one.to,
                          .boards = one.alights,
                          .to = one.from,
                          .alights = one.boards,
                          .ride_s = one.ride_s,
                          .departs_s = kMirror - one.arrives_s(),
                          .trip = one.trip};
    all.push_back({.connection = back,
                   .order = static_cast<std::uint32_t>(timetable.connections.size() - i)});
  }
  sort_into(all, out.connections);
  return out;
}

}  // namespace bashu::network
