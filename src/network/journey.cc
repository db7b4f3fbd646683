#include "network/journey.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace bashu::network {

namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// After exactly so many rides. A stop is reached by a ride (`enter` to `leave`, connections) and
// perhaps a walk from where that ended.
struct Reached {
  Seconds at_s = kNever;
  std::uint32_t enter = kNone, leave = kNone;
  StationIndex walked_from = kNowhere;
  Seconds set_out_s = kNever;  // of a walk before any ride
};
struct Label {
  Reached ready, arrival;
  Seconds vehicle_s = kNever;
};

class Rounds {
 public:
  Rounds(const Timetable& timetable, int rides_max)
      : timetable_{timetable},
        rides_{static_cast<std::size_t>(rides_max)},
        labels_(timetable.stations() * (rides_ + 1)),
        entered_(timetable.runs.size() * rides_, kNone) {}

  void run(std::span<const Start> from) {
    Seconds departs = kNever;
    for (const Start& start : from) {
      set_out(start.station, start.at_s);
      departs = std::min(departs, start.at_s);
    }
    const auto& all = timetable_.connections;
    const auto first = std::ranges::lower_bound(
        all, departs, {}, [](const Connection& one) { return one.departs_s; });
    for (auto it = first; it != all.end(); ++it) {
      for (std::size_t ride = 0; ride < rides_; ++ride) take(*it, index(it), ride);
    }
  }

  [[nodiscard]] const Label& reached(StationIndex station, std::size_t rides) const {
    return labels_[station * (rides_ + 1) + rides];
  }

  [[nodiscard]] Journey journey(StationIndex to, std::size_t rides) const {
    Journey out{
        .legs = {}, .arrives_s = reached(to, rides).arrival.at_s, .rides = static_cast<int>(rides)};
    const Reached* how = &reached(to, rides).arrival;
    StationIndex at = to;
    while (true) {
      if (how->walked_from != kNowhere) {
        const Seconds began = rides == 0 ? how->set_out_s : connection(how->leave).arrives_s();
        out.legs.push_back({.from = how->walked_from,
                            .to = at,
                            .departs_s = began,
                            .arrives_s = how->at_s,
                            .trip = kOnFoot});
        at = how->walked_from;
      }
      if (rides == 0) break;
      const Connection &enter = connection(how->enter), &leave = connection(how->leave);
      at = static_cast<StationIndex>(enter.from);
      out.legs.push_back({.from = at,
                          .to = static_cast<StationIndex>(leave.to),
                          .departs_s = enter.departs_s,
                          .arrives_s = leave.arrives_s(),
                          .trip = enter.trip});
      how = &reached(at, --rides).ready;
    }
    std::ranges::reverse(out.legs);
    return out;
  }

 private:
  using At = std::vector<Connection>::const_iterator;
  [[nodiscard]] std::uint32_t index(At it) const {
    return static_cast<std::uint32_t>(it - timetable_.connections.begin());
  }
  [[nodiscard]] const Connection& connection(std::uint32_t n) const {
    return timetable_.connections[n];
  }
  Label& label(StationIndex station, std::size_t rides) {
    return labels_[station * (rides_ + 1) + rides];
  }

  void set_out(StationIndex from, Seconds departs_s) {
    begin(label(from, 0), {.at_s = departs_s});
    for (std::uint32_t p = timetable_.paths_from[from]; p < timetable_.paths_from[from + 1]; ++p) {
      begin(label(timetable_.paths[p].to, 0), {.at_s = departs_s + timetable_.paths[p].walk_s,
                                               .walked_from = from,
                                               .set_out_s = departs_s});
    }
  }

  static void begin(Label& there, const Reached& how) {
    improve(there.ready, how, how.at_s);
    improve(there.arrival, how, how.at_s);
  }

  void take(const Connection& one, std::uint32_t n, std::size_t ride) {
    std::uint32_t& entered = entered_[one.trip * rides_ + ride];
    if (entered == kNone) {
      const auto from = static_cast<StationIndex>(one.from);
      if (!one.boards || label(from, ride).ready.at_s > one.departs_s) return;
      entered = n;
    }
    const auto to = static_cast<StationIndex>(one.to);
    Label& here = label(to, ride + 1);
    const Seconds arrives = one.arrives_s();
    if (!one.alights || arrives >= here.vehicle_s) return;
    here.vehicle_s = arrives;
    const Reached how{.at_s = arrives, .enter = entered, .leave = n};
    improve(here.arrival, how, arrives);
    improve(here.ready, how, arrives + timetable_.change_s[to]);
    for (std::uint32_t p = timetable_.paths_from[to]; p < timetable_.paths_from[to + 1]; ++p) {
      Label& there = label(timetable_.paths[p].to, ride + 1);
      Reached walked = how;
      walked.walked_from = to;
      improve(there.arrival, walked, arrives + timetable_.paths[p].walk_s);
      improve(there.ready, walked, arrives + timetable_.paths[p].walk_s);
    }
  }

  static void improve(Reached& place, const Reached& how, Seconds at_s) {
    if (at_s >= place.at_s) return;
    place = how;
    place.at_s = at_s;
  }

  const Timetable& timetable_;
  std::size_t rides_;
  std::vector<Label> labels_;           // by station, then by rides
  std::vector<std::uint32_t> entered_;  // by trip, then by rides before it
};

}  // namespace

std::vector<Journey> journeys(const Timetable& timetable, std::span<const Start> from,
                              std::span<const End> to, Rides rides_wanted) {
  if (from.empty()) return {};
  Rounds rounds{timetable, rides_wanted.most};
  rounds.run(from);
  std::vector<Journey> out;
  Seconds best = kNever;
  for (auto rides = static_cast<std::size_t>(rides_wanted.least);
       rides <= static_cast<std::size_t>(rides_wanted.most); ++rides) {
    const End* nearest = nullptr;
    for (const End& end : to) {
      const Seconds at = rounds.reached(end.station, rides).arrival.at_s;
      if (at == kNever || at + end.after_s >= best) continue;
      best = at + end.after_s;
      nearest = &end;
    }
    if (!nearest) continue;
    out.push_back(rounds.journey(nearest->station, rides));
    out.back().arrives_s = best;
  }
  return out;
}

std::vector<Journey> journeys(const Timetable& timetable, StationIndex from, StationIndex to,
                              Seconds departs_s, int rides_max) {
  const Start start{.station = from, .at_s = departs_s};
  const End end{.station = to, .after_s = 0};
  return journeys(timetable, std::span{&start, 1}, std::span{&end, 1},
                  {.least = 0, .most = rides_max});
}

}  // namespace bashu::network
