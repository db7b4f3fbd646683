#include "network/pair.h"

#include <algorithm>
#include <utility>

namespace bashu::network {

namespace {

// The two ends as the stations that are near them.
class Doors {
 public:
  Doors(const Standing& standing, Ends ends) : standing_{standing}, ends_{ends} {
    if (ends.from == ends.to) return;  // one is there already
    for (const Standing::Way& way : standing.ways[ends.to]) {
      out_.push_back({.station = way.station, .after_s = way.takes_s});
    }
  }

  [[nodiscard]] std::vector<Passage> passages(Seconds departs_s) const {
    std::vector<Passage> found;
    for (Journey& journey : journeys(standing_.timetables.front(), starts(departs_s), out_,
                                     {.least = 1, .most = kRidesMax})) {
      found.push_back(passage(std::move(journey)));
    }
    return found;
  }

  [[nodiscard]] std::optional<Passage> cheapest(Seconds departs_s, Seconds latest_s,
                                                const Fares& fares) const {
    auto found = network::cheapest(standing_.timetables.front(), starts(departs_s), out_,
                                   {.latest_s = latest_s, .rides_least = 1}, fares);
    return found ? std::optional{passage(std::move(*found))} : std::nullopt;
  }

  // Every moment of the window at which setting out catches a train in the last second, in order.
  [[nodiscard]] std::vector<Seconds> last_seconds(const Window& window) const {
    const Timetable& timetable = standing_.timetables.front();
    std::vector<Seconds> before_train(timetable.stations(), kNever);  // from the door
    for (const auto& [station, takes] : near_start()) {
      before_train[station] = std::min(before_train[station], takes);
    }
    std::vector<Seconds> out;
    for (const Connection& one : timetable.connections) {
      const Seconds takes = before_train[one.from];
      if (takes == kNever || !one.boards) continue;
      const Seconds at = one.departs_s - takes;
      if (at >= window.first_s && at <= window.last_s) out.push_back(at);
    }
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
    return out;
  }

 private:
  [[nodiscard]] std::vector<Start> starts(Seconds departs_s) const {
    std::vector<Start> out;
    for (const Standing::Way& way : standing_.ways[ends_.from]) {
      out.push_back({.station = way.station, .at_s = departs_s + before(way)});
    }
    return out;
  }
  [[nodiscard]] Seconds before(const Standing::Way& way) const {
    return way.takes_s + standing_.enter_s;
  }
  // Stations where a first train may be taken, and how long before it the door is left.
  [[nodiscard]] std::vector<std::pair<StationIndex, Seconds>> near_start() const {
    const Timetable& timetable = standing_.timetables.front();
    std::vector<std::pair<StationIndex, Seconds>> out;
    for (const Standing::Way& way : standing_.ways[ends_.from]) {
      out.emplace_back(way.station, before(way));
      for (std::uint32_t p = timetable.paths_from[way.station];
           p < timetable.paths_from[way.station + 1]; ++p) {
        out.emplace_back(timetable.paths[p].to, before(way) + timetable.paths[p].walk_s);
      }
    }
    return out;
  }
  [[nodiscard]] Passage passage(Journey journey) const {
    const Leg &first = journey.legs.front(), &last = journey.legs.back();
    Passage out{.departs_s = 0,
                .arrives_s = journey.arrives_s,
                .to_train_s = 0,
                .from_train_s = journey.arrives_s - last.arrives_s,
                .legs = {},
                .rides = journey.rides};
    for (const Standing::Way& way : standing_.ways[ends_.from]) {
      if (way.station == first.from) out.to_train_s = way.takes_s;
    }
    out.departs_s = first.departs_s - standing_.enter_s - out.to_train_s;
    out.legs = std::move(journey.legs);
    return out;
  }

  const Standing& standing_;
  Ends ends_;
  std::vector<End> out_;
};

}  // namespace

std::vector<Passage> passages(const Standing& standing, Ends ends, Seconds departs_s) {
  return Doors{standing, ends}.passages(departs_s);
}

std::vector<Passage> passages_by(const Standing& standing, Ends ends, Seconds arrives_s,
                                 Seconds earliest_s) {
  auto all = passages_of(standing, ends, {.first_s = earliest_s, .last_s = arrives_s});
  std::erase_if(all, [&](const Passage& one) { return one.arrives_s > arrives_s; });
  if (all.empty()) return {};
  auto found = passages(standing, ends, all.back().departs_s);
  std::erase_if(found, [&](const Passage& one) { return one.arrives_s > arrives_s; });
  return found;
}

std::vector<Passage> passages_of(const Standing& standing, Ends ends, const Window& window) {
  const Doors doors{standing, ends};
  const auto moments = doors.last_seconds(window);
  std::vector<Passage> out;
  Seconds earliest = kNever;  // of those that leave later
  for (auto at = moments.rbegin(); at != moments.rend(); ++at) {
    auto ways = doors.passages(*at);
    if (ways.empty() || ways.back().arrives_s >= earliest) continue;
    earliest = ways.back().arrives_s;
    // What is caught in time may be not the best: that may leave after the window.
    if (ways.back().departs_s <= window.last_s) out.push_back(std::move(ways.back()));
  }
  std::ranges::reverse(out);
  return out;
}

std::optional<Passage> cheapest_passage(const Standing& standing, Ends ends, Seconds departs_s,
                                        Seconds arrives_s, const Fares& fares) {
  const Doors doors{standing, ends};
  Seconds latest = arrives_s;
  if (latest == kNever) {
    const auto soonest = doors.passages(departs_s);
    latest = soonest.empty() ? kDay : std::max(kDay, soonest.back().arrives_s);
  }
  auto best = doors.cheapest(departs_s, latest, fares);
  if (!best) return best;
  // Who sets out later pays no less and arrives no earlier: the last moment at which both are the
  // same is searched for by halves.
  const Cost cost = cost_of(tickets(best->legs, fares));
  const auto moments =
      doors.last_seconds({.first_s = departs_s, .last_s = best->arrives_s, .step_s = 60});
  std::size_t same = 0, worse = moments.size();
  while (same < worse) {
    const std::size_t middle = same + (worse - same) / 2;
    auto later = doors.cheapest(moments[middle], best->arrives_s, fares);
    if (later && cost_of(tickets(later->legs, fares)) == cost) {
      best = std::move(later);
      same = middle + 1;
    } else {
      worse = middle;
    }
  }
  return best;
}

Drive drive(const Standing& standing, Ends ends) {
  Drive out{.takes_s = drive_times(standing.roads, ends.from, standing.day)[ends.to]};
  for (const std::uint32_t section : drive(standing.roads, ends.from, ends.to, standing.day)) {
    out.length_m += standing.roads.sections[section].length_m;
  }
  return out;
}

}  // namespace bashu::network
