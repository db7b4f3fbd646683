#include "network/cheapest.h"

#include <algorithm>
#include <tuple>

namespace bashu::network {

namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// Where one is inside an area, since when, and what was paid before.
struct Open {
  std::uint32_t area = kNoArea;
  StationIndex entry = kNowhere;
  Cost before{};
  Seconds since_s = 0;
  std::uint32_t entered = 0;  // by Fares::entered
  [[nodiscard]] bool same(const Open& other) const {
    return area == other.area && entry == other.entry && entered == other.entered;
  }
};

// One way to be somewhere: by a ride (`enter` to `leave`, connections) after another way, perhaps
// with a walk behind it; or by setting out.
struct Label {
  StationIndex station = 0;
  Seconds at_s = 0;  // when one may board here
  Cost cost{};       // if one leaves the area here
  Open open{};
  int rides = 0;
  std::uint32_t before = kNone, enter = kNone, leave = kNone;
  StationIndex walked_from = kNowhere;
  Seconds set_out_s = 0;  // of a walk before any ride

  // What was paid, whatever follows.
  [[nodiscard]] const Cost& spent() const { return open.area == kNoArea ? cost : open.before; }
  // Two ways inside different areas, or entered elsewhere or when it costs something else, cannot
  // stand for each other: what follows is priced from where and when one entered. To leave here may
  // be dear at one moment and cheap at the next, and say nothing of what follows.
  [[nodiscard]] bool beats(const Label& other) const {
    return at_s <= other.at_s && cost <= other.cost && open.before <= other.open.before &&
           open.same(other.open);
  }
};

class Search {
 public:
  Search(const Timetable& timetable, std::span<const End> to, Bounds bounds, const Fares& fares)
      : timetable_{timetable},
        fares_{fares},
        bounds_{bounds},
        after_(timetable.stations(), kNever),
        there_(timetable.stations()),
        vehicles_(timetable.stations()),
        boarded_(timetable.runs.size()) {
    for (const End& end : to) after_[end.station] = std::min(after_[end.station], end.after_s);
  }

  std::optional<Journey> run(std::span<const Start> from) {
    Seconds departs = kNever;
    for (const Start& start : from) {
      set_out(start);
      departs = std::min(departs, start.at_s);
    }
    const auto& all = timetable_.connections;
    const auto first = std::ranges::lower_bound(
        all, departs, {}, [](const Connection& one) { return one.departs_s; });
    for (auto n = static_cast<std::uint32_t>(first - all.begin()); n < all.size(); ++n) {
      if (all[n].departs_s > bounds_.latest_s) break;
      board(n);
      alight(n);
    }
    return best_ == kNone ? std::nullopt : std::optional{journey()};
  }

 private:
  // On board of a trip since a connection.
  struct Aboard {
    std::uint32_t enter = 0, label = 0;
    Open open;  // if the trip is of no area: from where this ride is priced
  };
  struct Came {
    Seconds at_s = 0;
    Cost cost;
  };

  template <typename Work>
  void walks_from(StationIndex station, Label one, Seconds at_s, Work work) {
    one.open = {};
    one.walked_from = station;
    for (std::uint32_t p = timetable_.paths_from[station]; p < timetable_.paths_from[station + 1];
         ++p) {
      one.station = timetable_.paths[p].to;
      one.at_s = at_s + timetable_.paths[p].walk_s;
      work(one);
    }
  }

  void set_out(const Start& start) {
    const Label one{.station = start.station, .at_s = start.at_s, .set_out_s = start.at_s};
    reach(one, one.at_s);
    walks_from(start.station, one, start.at_s,
               [this](const Label& walked) { reach(walked, walked.at_s); });
  }

  // From every station of a trip, the cheapest way to be there in time: one for all who enter its
  // area there, and one for each station where they entered it.
  void board(std::uint32_t n) {
    const Connection& one = timetable_.connections[n];
    if (!one.boards) return;
    const std::uint32_t area = fares_.area(one.trip);
    const auto here = static_cast<StationIndex>(one.from);
    auto& aboard = boarded_[one.trip];
    const auto fresh = static_cast<std::ptrdiff_t>(aboard.size());
    for (const std::uint32_t n_label : there_[here]) {
      const Label& label = labels_[n_label];
      if (label.at_s > one.departs_s) continue;
      const bool inside = area != kNoArea && label.open.area == area;
      const Open open = inside ? label.open : enters(one, area, label.cost);
      const auto known = std::find_if(aboard.begin() + fresh, aboard.end(),
                                      [&](const Aboard& other) { return other.open.same(open); });
      if (known == aboard.end()) {
        aboard.push_back({.enter = n, .label = n_label, .open = open});
      } else if (open.before < known->open.before) {
        *known = {.enter = n, .label = n_label, .open = open};
      }
    }
  }

  [[nodiscard]] Open enters(const Connection& one, std::uint32_t area, const Cost& before) const {
    const bool timed = area != kNoArea && fares_.entered;
    return {.area = area,
            .entry = static_cast<StationIndex>(one.from),
            .before = before,
            .since_s = one.departs_s,
            .entered = timed ? fares_.entered(one.trip, one.departs_s) : 0};
  }

  void alight(std::uint32_t n) {
    const Connection& one = timetable_.connections[n];
    const Seconds arrives = one.arrives_s();
    if (!one.alights || arrives > bounds_.latest_s) return;
    const auto to = static_cast<StationIndex>(one.to);
    for (const Aboard& aboard : boarded_[one.trip]) {
      Label came{.station = to,
                 .at_s = arrives + timetable_.change_s[to],
                 .cost = aboard.open.before,
                 .open = aboard.open.area == kNoArea ? Open{} : aboard.open,
                 .rides = labels_[aboard.label].rides + 1,
                 .before = aboard.label,
                 .enter = aboard.enter,
                 .leave = n};
      if (const auto fen = fares_.of({.trip = one.trip,
                                      .from = aboard.open.entry,
                                      .to = to,
                                      .departs_s = aboard.open.since_s,
                                      .arrives_s = arrives})) {
        came.cost.fen += *fen;
      } else {
        ++came.cost.unknown;
      }
      reach(came, arrives);
      if (!first_there(vehicles_[to], {.at_s = arrives, .cost = came.cost})) continue;
      walks_from(to, came, arrives, [this](const Label& walked) { reach(walked, walked.at_s); });
    }
  }

  // Whether nobody came as early and as cheaply before; then this is kept.
  static bool first_there(std::vector<Came>& known, const Came& came) {
    const bool beaten = std::ranges::any_of(
        known, [&](const Came& one) { return one.at_s <= came.at_s && one.cost <= came.cost; });
    if (beaten) return false;
    std::erase_if(known,
                  [&](const Came& one) { return came.at_s <= one.at_s && came.cost <= one.cost; });
    known.push_back(came);
    return true;
  }

  void reach(const Label& one, Seconds arrives_s) {
    if (best_ != kNone && one.spent() > labels_[best_].cost) return;
    const bool ends = ends_here(one, arrives_s);
    auto& here = there_[one.station];
    const bool beaten =
        std::ranges::any_of(here, [&](std::uint32_t known) { return labels_[known].beats(one); });
    if (!ends && beaten) return;
    const auto index = static_cast<std::uint32_t>(labels_.size());
    labels_.push_back(one);
    if (ends) best_ = index;
    if (beaten) return;
    std::erase_if(here, [&](std::uint32_t known) { return one.beats(labels_[known]); });
    here.push_back(index);
  }

  // Whether it is the best journey so far.
  bool ends_here(const Label& one, Seconds arrives_s) {
    const Seconds after = after_[one.station];
    if (after == kNever || one.rides < bounds_.rides_least) return false;
    const Seconds ends = arrives_s + after;
    if (ends > bounds_.latest_s) return false;
    if (best_ != kNone && std::tie(labels_[best_].cost, best_ends_s_) <= std::tie(one.cost, ends)) {
      return false;
    }
    best_ends_s_ = ends;
    return true;
  }

  [[nodiscard]] Journey journey() const {
    Journey out{.legs = {}, .arrives_s = best_ends_s_, .rides = labels_[best_].rides};
    for (std::uint32_t at = best_; at != kNone; at = labels_[at].before) {
      const Label& one = labels_[at];
      const bool rode = one.leave != kNone;
      if (one.walked_from != kNowhere) {
        out.legs.push_back(
            {.from = one.walked_from,
             .to = one.station,
             .departs_s = rode ? timetable_.connections[one.leave].arrives_s() : one.set_out_s,
             .arrives_s = one.at_s,
             .trip = kOnFoot});
      }
      if (!rode) break;
      const Connection &enter = timetable_.connections[one.enter],
                       &leave = timetable_.connections[one.leave];
      out.legs.push_back({.from = static_cast<StationIndex>(enter.from),
                          .to = static_cast<StationIndex>(leave.to),
                          .departs_s = enter.departs_s,
                          .arrives_s = leave.arrives_s(),
                          .trip = enter.trip});
    }
    std::ranges::reverse(out.legs);
    return out;
  }

  const Timetable& timetable_;
  const Fares& fares_;
  Bounds bounds_;
  std::vector<Seconds> after_;  // by station; kNever: no end
  std::vector<Label> labels_;
  std::vector<std::vector<std::uint32_t>> there_;  // by station: labels that no other beats
  std::vector<std::vector<Came>> vehicles_;        // by station: arrivals by vehicle, the same
  std::vector<std::vector<Aboard>> boarded_;       // by trip
  std::uint32_t best_ = kNone;
  Seconds best_ends_s_ = 0;
};

}  // namespace

std::vector<Ticket> tickets(std::span<const Leg> legs, const Fares& fares) {
  std::vector<Ticket> out;
  std::uint32_t area = kNoArea;  // where one is inside before this leg
  for (std::size_t n = 0; n < legs.size(); ++n) {
    if (legs[n].trip == kOnFoot) {
      area = kNoArea;
      continue;
    }
    const std::uint32_t of = fares.area(legs[n].trip);
    if (of == kNoArea || of != area) out.push_back({.first = n, .last = n});
    out.back().last = n;
    const Leg& entered = legs[out.back().first];
    out.back().fen = fares.of({.trip = legs[n].trip,
                               .from = entered.from,
                               .to = legs[n].to,
                               .departs_s = entered.departs_s,
                               .arrives_s = legs[n].arrives_s});
    area = of;
  }
  return out;
}

Cost cost_of(std::span<const Ticket> tickets) {
  Cost out;
  for (const Ticket& one : tickets) {
    if (one.fen) {
      out.fen += *one.fen;
    } else {
      ++out.unknown;
    }
  }
  return out;
}

std::optional<Journey> cheapest(const Timetable& timetable, std::span<const Start> from,
                                std::span<const End> to, Bounds bounds, const Fares& fares) {
  return Search{timetable, to, bounds, fares}.run(from);
}

}  // namespace bashu::network
