// Networks for tests: small ones of chance, a grid city, and an oracle that shares no idea with the
// scan: which connections can be taken is closed over all pairs of them until nothing changes.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "network/timetable.h"

namespace bashu::network::test {

inline const Date kMonday = *Date::parse("2026-03-02");

inline Service every_day() {
  return {.id = "daily", .first = kMonday.plus_days(-10), .runs = std::vector<bool>(30, true)};
}

inline Schedule stations(std::size_t n, Seconds change_s = 1) {
  Schedule out;
  for (std::size_t i = 0; i < n; ++i) {
    out.stations.push_back({.id = "S" + std::to_string(i), .name = {}, .change_s = change_s});
  }
  out.services = {every_day()};
  return out;
}

// A trip that calls at stations with rides between them, without stopping longer.
inline Trip trip(std::string id, std::vector<std::pair<StationIndex, Seconds>> calls) {
  Trip out{.id = std::move(id), .line = {}, .service = 0, .calls = {}};
  for (const auto& [station, at] : calls) {
    out.calls.push_back({.station = station, .arrives_s = at, .departs_s = at});
  }
  return out;
}

// Evenly from the whole range, whatever the size of the case.
template <typename T>
T pick(T from, T below) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(from, below));
}

// Up to 8 stations, 14 trips between 08:00 and 10:00, walks closed under a limit.
inline Schedule random_schedule() {
  Schedule out = stations(pick<std::size_t>(2, 9));
  const auto n = static_cast<StationIndex>(out.stations.size());
  for (Station& station : out.stations) station.change_s = pick(1, 400);
  const int trips = pick(0, 15);
  for (int t = 0; t < trips; ++t) {
    Trip one{.id = "T" + std::to_string(t), .line = {}, .service = 0, .calls = {}};
    Seconds at = 8 * 3'600 + 60 * pick(0, 120);
    const int calls = pick(2, 6);
    for (int c = 0; c < calls; ++c) {
      Call call{.station = pick<StationIndex>(0, n), .arrives_s = at};
      call.departs_s = at + 60 * pick(0, 3);
      call.boards = pick(0, 8) != 0;
      call.alights = pick(0, 8) != 0;
      at = call.departs_s + 60 * pick(0, 15);
      one.calls.push_back(call);
    }
    out.trips.push_back(std::move(one));
  }
  std::vector<Walk> walks;
  const int links = pick(0, 6);
  for (int w = 0; w < links; ++w) {
    walks.push_back({.from = pick<StationIndex>(0, n),
                     .to = pick<StationIndex>(0, n),
                     .walk_s = 60 * pick(1, 12)});
  }
  out.walks = closed(out.stations.size(), walks, 15 * 60);
  return out;
}

// Earliest arrivals by closing over all pairs of connections.
class Oracle {
 public:
  explicit Oracle(const Timetable& timetable) : t_{timetable} {}

  [[nodiscard]] std::vector<Seconds> earliest(StationIndex from, Seconds departs_s) const {
    const auto& all = t_.connections;
    std::vector<char> taken(all.size(), 0);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (taken[i] || all[i].departs_s < departs_s) continue;
        bool can = all[i].boards && starts(from, departs_s, all[i]);
        for (std::size_t j = 0; j < all.size() && !can; ++j) {
          can = taken[j] && ((all[j].trip == all[i].trip && j < i) || changes(all[j], all[i]));
        }
        if (!can) continue;
        taken[i] = 1;
        changed = true;
      }
    }
    std::vector<Seconds> out(t_.stations(), kNever);
    out[from] = departs_s;
    for (StationIndex s = 0; s < t_.stations(); ++s) {
      if (const Seconds walk = walk_s(from, s); walk != kNever) {
        out[s] = std::min(out[s], departs_s + walk);
      }
      for (std::size_t j = 0; j < all.size(); ++j) {
        if (!taken[j] || !all[j].alights) continue;
        const auto to = static_cast<StationIndex>(all[j].to);
        const Seconds walk = to == s ? 0 : walk_s(to, s);
        if (walk != kNever) out[s] = std::min(out[s], all[j].arrives_s() + walk);
      }
    }
    return out;
  }

 private:
  [[nodiscard]] Seconds walk_s(StationIndex from, StationIndex to) const {
    for (std::uint32_t p = t_.paths_from[from]; p < t_.paths_from[from + 1]; ++p) {
      if (t_.paths[p].to == to) return t_.paths[p].walk_s;
    }
    return kNever;
  }
  [[nodiscard]] bool starts(StationIndex from, Seconds at, const Connection& c) const {
    if (c.from == from) return at <= c.departs_s;
    const Seconds walk = walk_s(from, static_cast<StationIndex>(c.from));
    return walk != kNever && at + walk <= c.departs_s;
  }
  [[nodiscard]] bool changes(const Connection& a, const Connection& b) const {
    if (!a.alights || !b.boards) return false;
    const auto from = static_cast<StationIndex>(a.to), to = static_cast<StationIndex>(b.from);
    const Seconds way = from == to ? t_.change_s[from] : walk_s(from, to);
    return way != kNever && a.arrives_s() + way <= b.departs_s;
  }

  const Timetable& t_;
};

// A square city of `side` by `side` stations, `block_s` apart, a train in each direction of each
// street every `every_s` from midnight on; changes take `change_s`.
inline Schedule grid(std::uint32_t side, Seconds block_s, Seconds every_s, Seconds change_s) {
  Schedule out = stations(std::size_t{side} * side, change_s);
  const auto line = [&](std::uint32_t street, bool across, bool back) {
    Trip one{.id = std::to_string(street) + (across ? "a" : "d") + (back ? "-" : "+"),
             .line = {},
             .service = 0,
             .calls = {},
             .headway = Trip::Headway{.first_s = 0, .end_s = kDay, .headway_s = every_s}};
    for (std::uint32_t i = 0; i < side; ++i) {
      const std::uint32_t at = back ? side - 1 - i : i;
      const Seconds when = static_cast<Seconds>(i) * block_s;
      one.calls.push_back({.station = across ? street * side + at : at * side + street,
                           .arrives_s = when,
                           .departs_s = when});
    }
    out.trips.push_back(std::move(one));
  };
  for (std::uint32_t street = 0; street < side; ++street) {
    for (const bool across : {true, false}) {
      for (const bool back : {true, false}) line(street, across, back);
    }
  }
  return out;
}

}  // namespace bashu::network::test
