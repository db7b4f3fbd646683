#include "fares/rate.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "fares/bands.h"
#include "fares/completion.h"
#include "fares/rules2.h"
#include "fares/scope.h"

namespace bashu::fares {

namespace {

constexpr std::int64_t kDayS = 86'400;

std::int64_t floor_days(std::int64_t seconds) {
  return seconds >= 0 ? seconds / kDayS : -((-seconds + kDayS - 1) / kDayS);
}

std::optional<Money> find(const ByPair<Money>& fares, std::string_view from, std::string_view to) {
  const auto it = fares.find(std::pair{from, to});
  return it == fares.end() ? std::nullopt : std::optional{it->second};
}

struct PriceOf {
  const Group& group;
  std::string_view from, to;

  std::optional<Money> operator()(const Flat& flat) const { return flat.fare; }
  std::optional<Money> operator()(const Bands& bands) const {
    const auto metres = group.metres.find(std::pair{from, to});
    if (metres == group.metres.end()) return std::nullopt;
    return band_fare(bands, metres->second);
  }
  std::optional<Money> operator()(const Table& table) const { return find(table.fares, from, to); }
  std::optional<Money> operator()(const Zones& zones) const {
    const auto a = zones.of.find(std::string{from}), b = zones.of.find(std::string{to});
    if (a == zones.of.end() || b == zones.of.end()) return std::nullopt;
    return find(zones.fares, a->second, b->second);
  }
};

// Whether prices of some times are those of this moment.
bool at_the_time(const Instead& one, const Tap& tap) {
  const std::int64_t day = floor_days(tap.at_s), clock = tap.at_s - day * kDayS;
  const bool overnight = one.until_s <= one.from_s;
  const bool begun = clock >= one.from_s, over = clock >= one.until_s;
  if (overnight ? !begun && over : !begun || over) return false;
  // What is left of a night belongs to the day on which it began.
  const std::int64_t of = overnight && !begun ? day - 1 : day;
  return one.days.empty() ||
         std::ranges::find(one.days, Date::from_days(static_cast<std::int32_t>(of)).weekday()) !=
             one.days.end();
}

struct Dearest {
  std::optional<Money> operator()(const Flat& flat) const { return flat.fare; }
  std::optional<Money> operator()(const Bands& bands) const {
    if (bands.each_m > 0 || bands.bands.empty()) return bands.most;
    return bands.bands.back().fare;
  }
  std::optional<Money> operator()(const Table& table) const { return most(table.fares); }
  std::optional<Money> operator()(const Zones& zones) const { return most(zones.fares); }

 private:
  static std::optional<Money> most(const ByPair<Money>& fares) {
    std::optional<Money> out;
    for (const auto& [pair, fare] : fares) out = std::max(out.value_or(0), fare);
    return out;
  }
};

}  // namespace

void set_fare(const Tariff& tariff, const std::vector<Tap>& taps, Ride& ride) {
  const Tap &in = taps[ride.first], &out = taps[ride.last];
  const Group* group = group_of(tariff, in);
  if (!group) {
    ride.fault = Fault::unknown_group;
    return;
  }
  if (ride.fault != Fault::none) {
    ride.fare = ride.completed ? ride.completed->fare : group->missing;
    return;
  }
  const std::int64_t stayed = out.at_s - in.at_s;
  if (group->two_taps && in.place == out.place) {
    ride.fare = stayed <= group->same_place_s ? 0 : group->same_place;
    return;
  }
  const auto fare = fare_of(*group, in, out, in.place, out.place);
  if (!fare) {
    ride.fault = Fault::unknown_fare;
    ride.fare = group->missing;
    return;
  }
  ride.fare = *fare + (group->limit_s > 0 && stayed > group->limit_s ? group->overtime : 0);
}

std::int64_t period(Cap::Period kind, Date day) {
  switch (kind) {
    case Cap::Period::day:
      return day.days();
    case Cap::Period::week:
      return (std::int64_t{day.days()} - day.weekday());
    case Cap::Period::month:
      return std::int64_t{day.year()} * 12 + day.month();
  }
  return 0;
}

bool may_change(const Transfer& rule, const std::vector<Tap>& taps, const Ride& from,
                const Ride& to, std::int64_t began_s) {
  const Tap &tap = taps[to.first], &left = taps[from.last];
  if (!among(rule.from, taps[from.first].group) || !among(rule.to, tap.group)) return false;
  Scope scope = rule.scope;
  scope.groups.clear();
  if (!applies(scope, tap)) return false;
  if (rule.another_vehicle && !tap.vehicle.empty() && tap.vehicle == left.vehicle) return false;
  if (!tap.line.empty() && tap.line == left.line && tap.at_s - left.at_s < rule.same_line_gap_s) {
    return false;
  }
  const std::int64_t since = tap.at_s - (rule.from_last_out ? left.at_s : began_s);
  return rule.inclusive ? since <= rule.window_s : since < rule.window_s;
}

namespace {

// Rides that belong together since one changed from each to the next.
struct Chain {
  std::int64_t began_s = 0;
  int transfers = 0;
  Money dearest = 0;  // fare
};

class Rater {
 public:
  Rater(const Tariff& tariff, const std::vector<Tap>& taps) : tariff_{tariff}, taps_{taps} {}

  void ride(Ride& ride) {
    set_fare(tariff_, taps_, ride);
    const Tap& tap = taps_[ride.first];
    const Date day = service_day(tariff_, tap.at_s);
    Money& month = month_[period(Cap::Period::month, day)];
    if (!ride.missing()) discount(ride, month);
    if (ride.fault == Fault::none) transfer(ride);
    month += ride.missing() ? 0 : ride.fare;
    cap(ride, tap, day);
    before_ = ride.fault == Fault::none ? &ride : nullptr;
  }

 private:
  // Of all discounts and transfers the one that takes off most; a rider never pays more for one
  // more rule.
  void discount(Ride& ride, Money month) {
    const Tap& tap = taps_[ride.first];
    for (const Discount& one : tariff_.discounts) {
      if (!applies(one.scope, tap) || (one.above && month <= *one.above)) continue;
      const Money off = clearing::part_of(ride.fare, one.off_ppm, one.rounding);
      if (off <= ride.discount) continue;
      ride.discount = off;
      ride.discount_by = one.bearer;
      ride.rule = one.name;
    }
  }

  // It continues the chain also where a discount is worth more. When a missing tap was is not known
  // of a completed ride either, so nothing is changed from or to one.
  void transfer(Ride& ride) {
    const Tap& tap = taps_[ride.first];
    bool continues = false;
    for (const Transfer& one : tariff_.transfers) {
      if (!transfers(one, ride)) continue;
      continues = true;
      const Money off = one.off == Transfer::Off::up_to ? std::min(ride.fare, one.amount)
                                                        : std::min(ride.fare, chain_.dearest);
      if (off <= ride.discount + ride.transfer) continue;
      ride.discount = 0;
      ride.transfer = off;
      ride.transfer_by = one.bearer;
      ride.rule = one.name;
    }
    if (continues) {
      ++chain_.transfers;
      chain_.dearest = std::max(chain_.dearest, ride.fare);
    } else {
      chain_ = {.began_s = tap.at_s, .transfers = 0, .dearest = ride.fare};
    }
  }

  [[nodiscard]] bool transfers(const Transfer& rule, const Ride& ride) const {
    return before_ && chain_.transfers < rule.most &&
           may_change(rule, taps_, *before_, ride, chain_.began_s);
  }

  void cap(Ride& ride, const Tap& tap, Date day) {
    for (std::size_t i = 0; i < tariff_.caps.size(); ++i) {
      const Cap& one = tariff_.caps[i];
      if (!applies(one.scope, tap) || (ride.missing() && !one.counts_missing) ||
          (ride.completed && !one.counts_completed)) {
        continue;
      }
      Money& spent = spent_[{i, period(one.period, day)}];
      const Money over = std::max(Money{0}, spent + ride.paid() - one.limit);
      if (over > 0) {
        ride.relief += over;
        ride.relief_by = one.bearer;
      }
      spent += ride.paid();
    }
  }

  const Tariff& tariff_;
  const std::vector<Tap>& taps_;
  const Ride* before_ = nullptr;  // the last one without a fault
  Chain chain_;
  std::map<std::int64_t, Money> month_;
  std::map<std::pair<std::size_t, std::int64_t>, Money> spent_;
};

}  // namespace

std::optional<Money> full_fare(const Group& group, std::string_view from, std::string_view to) {
  if (group.two_taps && from == to) return group.same_place;
  return std::visit(PriceOf{group, from, to}, group.prices);
}

std::optional<Money> fare_of(const Group& group, const Tap& first, const Tap& last,
                             std::string_view from, std::string_view to) {
  for (const Instead& one : group.instead) {
    if (!applies(one.scope, first) || !at_the_time(one, one.by_last_tap ? last : first)) continue;
    if (const auto fare = std::visit(PriceOf{group, from, to}, one.prices)) return fare;
  }
  return std::visit(PriceOf{group, from, to}, group.prices);
}

std::optional<Money> dearest(const Group& group) {
  auto out = std::visit(Dearest{}, group.prices);
  for (const Instead& one : group.instead) {
    const auto there = std::visit(Dearest{}, one.prices);
    if (out && there) out = std::max(*out, *there);
    if (!there) out.reset();
  }
  return out;
}

Date service_day(const Tariff& tariff, std::int64_t at_s) {
  return Date::from_days(static_cast<std::int32_t>(floor_days(at_s - tariff.day_begins_s)));
}

namespace {

// Everything that a tap says, first what it is ordered by: which of two came first never decides.
auto all_of(const Tap& tap) {
  return std::tie(tap.at_s, tap.sequence, tap.id, tap.kind, tap.group, tap.place, tap.device,
                  tap.vehicle, tap.line, tap.medium, tap.issuer, tap.rider_class, tap.corrects);
}

}  // namespace

std::vector<Tap> in_order(std::vector<Tap> taps) {
  // Positions are sorted, not taps: those are large.
  std::vector<std::size_t> order(taps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(
      order, [&](std::size_t x, std::size_t y) { return all_of(taps[x]) < all_of(taps[y]); });
  std::vector<std::string_view> corrected;
  for (const Tap& tap : taps) {
    if (!tap.corrects.empty() && tap.corrects != tap.id) corrected.push_back(tap.corrects);
  }
  std::ranges::sort(corrected);
  // Of one id the first in order stays.
  std::vector<std::size_t> by_id(order.size());
  std::iota(by_id.begin(), by_id.end(), std::size_t{0});
  std::ranges::sort(by_id, [&](std::size_t x, std::size_t y) {
    return std::tie(taps[order[x]].id, x) < std::tie(taps[order[y]].id, y);
  });
  std::vector<bool> stays(order.size());
  for (std::size_t i = 0; i < by_id.size(); ++i) {
    const std::string& id = taps[order[by_id[i]]].id;
    const bool copy = i > 0 && taps[order[by_id[i - 1]]].id == id;
    stays[by_id[i]] = !copy && !std::ranges::binary_search(corrected, std::string_view{id});
  }
  std::vector<Tap> out;
  out.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (stays[i]) out.push_back(std::move(taps[order[i]]));
  }
  return out;
}

std::vector<Ride> pair(const Tariff& tariff, const std::vector<Tap>& taps) {
  std::vector<Ride> rides;
  std::optional<std::size_t> open;
  const auto close = [&](Fault fault) {
    if (open) rides.push_back({.first = *open, .last = *open, .fault = fault});
    open.reset();
  };
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const Tap& tap = taps[i];
    const Group* group = group_of(tariff, tap);
    const bool single = !group || !group->two_taps || tap.kind == Tap::Kind::single;
    if (single) {
      close(Fault::no_exit);
      rides.push_back({.first = i, .last = i});
    } else if (tap.kind == Tap::Kind::in) {
      close(Fault::no_exit);
      open = i;
    } else if (open && taps[*open].group == tap.group) {
      rides.push_back({.first = *open, .last = i});
      open.reset();
    } else {
      close(Fault::no_exit);
      rides.push_back({.first = i, .last = i, .fault = Fault::no_entry});
    }
  }
  close(Fault::no_exit);
  if (tariff.rules >= 2) mark_not_in_force(tariff, taps, rides);
  return rides;
}

void rate(const Tariff& tariff, const std::vector<Tap>& taps, std::vector<Ride>& rides) {
  complete(tariff, taps, rides);
  if (tariff.rules >= 2) return rate_by_2(tariff, taps, rides);
  Rater rater{tariff, taps};
  for (Ride& ride : rides) rater.ride(ride);
}

Posting posting_of(const std::vector<Tap>& taps, const Ride& ride, const Group& group,
                   std::size_t number) {
  const Tap& tap = taps[ride.first];
  return {.issuer = tap.issuer,
          .operator_name = group.operators[number].first,
          .party = group.party,
          .first_tap = tap.id,
          .last_tap = taps[ride.last].id,
          .day = {},
          .fault = ride.fault,
          .token = tap.token,
          .rider_class = tap.rider_class,
          .at_s = tap.at_s,
          .completion = ride.completed ? ride.completed->rule : std::string{},
          .completed_at = ride.completed ? ride.completed->place : std::string{}};
}

std::vector<Posting> postings(const Tariff& tariff, const std::vector<Tap>& taps,
                              const std::vector<Ride>& rides) {
  if (tariff.rules >= 2) return postings_by_2(tariff, taps, rides);
  std::vector<Posting> out;
  for (const Ride& ride : rides) {
    const Tap& tap = taps[ride.first];
    const Group* group = group_of(tariff, tap);
    if (!group) continue;
    const auto borne = [&](Bearer by) {
      return (ride.discount_by == by ? ride.discount : 0) +
             (ride.transfer_by == by ? ride.transfer : 0) +
             (ride.relief_by == by ? ride.relief : 0);
    };
    std::vector<std::int64_t> weights;
    for (const auto& [name, weight] : group->operators) weights.push_back(weight);
    const auto fares = clearing::split(ride.fare, weights);
    const auto offs = clearing::split(borne(Bearer::operators), weights);
    const auto issuers = clearing::split(ride.paid() + borne(Bearer::issuer), weights);
    const auto places = clearing::split(borne(Bearer::place), weights);
    const auto reliefs =
        clearing::split(ride.relief_by == Bearer::issuer ? 0 : ride.relief, weights);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      Posting& one = out.emplace_back(posting_of(taps, ride, *group, i));
      one.day = service_day(tariff, tap.at_s);
      one.tariff_version = tariff.version;
      one.fare = fares[i];
      one.off = offs[i];
      one.from_issuer = issuers[i];
      one.from_place = places[i];
      one.fee = clearing::part_of(issuers[i], tariff.fee_ppm, tariff.fee_rounding);
      one.relief = reliefs[i];
    }
  }
  return out;
}

std::vector<Posting> rated(const Tariff& tariff, std::vector<Tap> taps) {
  const std::vector<Tap> ordered = in_order(std::move(taps));
  std::vector<Ride> rides = pair(tariff, ordered);
  rate(tariff, ordered, rides);
  return postings(tariff, ordered, rides);
}

}  // namespace bashu::fares
