#include "fares/rules2.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "fares/editions.h"
#include "fares/scope.h"

namespace bashu::fares {

namespace {

constexpr auto kIssuer = static_cast<std::size_t>(Bearer::issuer);
constexpr auto kPlace = static_cast<std::size_t>(Bearer::place);
constexpr auto kOperators = static_cast<std::size_t>(Bearer::operators);

// Shares by largest remainder; nothing of nothing.
std::vector<Money> shared(Money total, const std::vector<Money>& weights) {
  if (std::ranges::all_of(weights, [](Money weight) { return weight == 0; })) {
    return std::vector<Money>(weights.size());
  }
  return clearing::split(total, weights);
}

// What each bears of `off`.
template <typename Rule>
ByBearer borne(const Rule& rule, Money off) {
  ByBearer weights = rule.borne_by;
  if (weights == ByBearer{}) weights.at(static_cast<std::size_t>(rule.bearer)) = 1;
  const std::vector<Money> parts = clearing::split(off, weights);
  ByBearer out{};
  std::ranges::copy(parts, out.begin());
  return out;
}

// A sum that begins anew with each period; rides come in the order of time.
struct Running {
  std::int64_t period = std::numeric_limits<std::int64_t>::min();
  Money sum = 0;

  [[nodiscard]] Money of(std::int64_t now) const { return now == period ? sum : 0; }
  void add(std::int64_t now, Money more) {
    sum = of(now) + more;
    period = now;
  }
};

// Rides between which one changed by one rule.
struct Chain {
  std::int64_t began_s = 0;
  int transfers = 0;
  Money dearest = 0;             // fare
  const Ride* before = nullptr;  // the last ride that the rule looks at, if it is without a fault
  std::vector<Ride*> rides{};    // of a rule by which they share
};

// Whether a rule looks at rides of this group; if not, it is as if there were none.
bool looks_at(const Transfer& rule, const Tap& tap) {
  return !rule.through || among(rule.from, tap.group) || among(rule.to, tap.group);
}

// What of a ride is borne by its operators.
Money lost(const Ride& ride) { return ride.borne[kOperators] + ride.relief_borne[kOperators]; }

// What the rules of one edition have seen so far, each by itself: rides of other editions too.
struct Seen {
  const Tariff* edition;
  std::vector<Running> fares;  // by discount
  std::vector<Chain> chains;   // by transfer
  std::vector<Running> spent;  // by cap
};

bool counts(const Cap& cap, const Tap& tap, const Ride& ride) {
  return applies(cap.scope, tap) && (!ride.missing() || cap.counts_missing) &&
         (!ride.completed || cap.counts_completed);
}

Money taken_off(const Transfer& rule, const Chain& chain, Money fare) {
  switch (rule.off) {
    case Transfer::Off::up_to:
      return std::min(fare, rule.amount);
    case Transfer::Off::difference:
      return std::min(fare, chain.dearest);
    case Transfer::Off::fixed:
      return std::max(Money{0}, fare - rule.amount);
  }
  return 0;
}

class Rater {
 public:
  Rater(const Tariff& tariff, const std::vector<Tap>& taps) : tariff_{tariff}, taps_{taps} {
    for (const Tariff* edition : editions_of(tariff)) {
      seen_.push_back({.edition = edition,
                       .fares = std::vector<Running>(edition->discounts.size()),
                       .chains = std::vector<Chain>(edition->transfers.size()),
                       .spent = std::vector<Running>(edition->caps.size())});
    }
  }

  void ride(Ride& ride) {
    const Tap& tap = taps_[ride.first];
    const Date day = service_day(tariff_, tap.at_s);
    const Tariff& now = edition_on(tariff_, day);
    if (ride.fault == Fault::not_in_force) return transfer(now, ride);
    price(now, ride);
    if (!ride.missing()) discount(now, ride, tap, day);
    transfer(now, ride);
    cap(now, ride, tap, day);
  }

  // Once all rides are priced. What operators lose by a chain they lose by their fares.
  void share() const {
    std::map<std::size_t, std::vector<Ride*>> pools;
    for (const auto& [ride, pool] : pool_of_) pools[pool].push_back(ride);
    for (auto& [pool, rides] : pools) {
      std::ranges::sort(rides, {}, &Ride::first);
      Money whole = 0;
      std::vector<Money> fares;
      for (const Ride* one : rides) {
        whole += lost(*one);
        fares.push_back(one->fare);
      }
      const std::vector<Money> parts = shared(whole, fares);
      for (std::size_t i = 0; i < rides.size(); ++i) rides[i]->moved = lost(*rides[i]) - parts[i];
    }
  }

 private:
  // Who taps once at a gate goes nobody knows how far.
  void price(const Tariff& now, Ride& ride) const {
    const Group* group = group_of(tariff_, taps_[ride.first]);
    const bool once =
        group && group->two_taps && ride.fault == Fault::none && ride.first == ride.last;
    if (!once) return set_fare(now, taps_, ride);
    const auto* flat = std::get_if<Flat>(&group->prices);
    if (group->single || flat) {
      ride.fare = group->single ? *group->single : flat->fare;
      return;
    }
    ride.fault = Fault::unknown_fare;
    ride.fare = group->missing > 0 ? group->missing : dearest(*group).value_or(0);
  }

  void discount(const Tariff& now, Ride& ride, const Tap& tap, Date day) {
    const std::int64_t month = period(Cap::Period::month, day);
    for (Seen& seen : seen_) {
      for (std::size_t i = 0; i < seen.fares.size(); ++i) {
        const Discount& one = seen.edition->discounts[i];
        const Money before = seen.fares[i].of(month);
        if (one.above && applies(one.counts, tap)) seen.fares[i].add(month, ride.fare);
        const bool reached = !one.above || before > *one.above;
        if (seen.edition != &now || !reached || !applies(one.scope, tap)) continue;
        const Money off = clearing::part_of(ride.fare, one.off_ppm, one.rounding);
        if (off <= ride.discount) continue;
        ride.discount = off;
        ride.borne = borne(one, off);
        ride.rule = one.name;
      }
    }
  }

  // A chain goes on also where another rule or a discount takes off more. A ride with a fault ends
  // every chain.
  void transfer(const Tariff& now, Ride& ride) {
    for (Seen& seen : seen_) {
      for (std::size_t i = 0; i < seen.chains.size(); ++i) {
        const Transfer& one = seen.edition->transfers[i];
        if (!looks_at(one, taps_[ride.first])) continue;
        Chain& chain = seen.chains[i];
        if (ride.fault != Fault::none) {
          chain.before = nullptr;
        } else {
          go_on(one, seen.edition == &now, chain, ride);
        }
      }
    }
  }

  void go_on(const Transfer& rule, bool in_force, Chain& chain, Ride& ride) {
    const Ride* before = std::exchange(chain.before, &ride);
    const std::int64_t at_s = taps_[ride.first].at_s;
    if (!before || chain.transfers >= rule.most ||
        !may_change(rule, taps_, *before, ride, chain.began_s)) {
      chain = {.began_s = at_s, .dearest = ride.fare, .before = &ride};
      if (rule.shared) chain.rides = {&ride};
      return;
    }
    if (in_force) take(rule, taken_off(rule, chain, ride.fare), ride);
    ++chain.transfers;
    if (rule.renews && ride.fare > chain.dearest) chain.began_s = at_s;
    chain.dearest = std::max(chain.dearest, ride.fare);
    if (rule.shared) join(chain, ride, in_force);
  }

  // A ride is in one pool: that of the first ride of its chain.
  void join(Chain& chain, Ride& ride, bool in_force) {
    chain.rides.push_back(&ride);
    if (!in_force) return;
    Ride* first = chain.rides.front();
    if (taps_[first->first].issuer != taps_[ride.first].issuer) return;
    const std::size_t pool = pool_of_.try_emplace(first, first->first).first->second;
    for (Ride* one : chain.rides) pool_of_.try_emplace(one, pool);
  }

  static void take(const Transfer& rule, Money off, Ride& ride) {
    if (off <= ride.discount + ride.transfer) return;
    ride.discount = 0;
    ride.transfer = off;
    ride.borne = borne(rule, off);
    ride.rule = rule.name;
  }

  void cap(const Tariff& now, Ride& ride, const Tap& tap, Date day) {
    const Money price = ride.paid();
    for (Seen& seen : seen_) {
      for (std::size_t i = 0; seen.edition == &now && i < seen.spent.size(); ++i) {
        const Cap& one = now.caps[i];
        if (!counts(one, tap, ride)) continue;
        const Money over = seen.spent[i].of(period(one.period, day)) + price - one.limit;
        const Money relief = std::clamp(over, Money{0}, price);
        if (relief <= ride.relief) continue;
        ride.relief = relief;
        ride.relief_borne = borne(one, relief);
      }
    }
    for (Seen& seen : seen_) {
      for (std::size_t i = 0; i < seen.spent.size(); ++i) {
        const Cap& one = seen.edition->caps[i];
        if (counts(one, tap, ride)) seen.spent[i].add(period(one.period, day), ride.paid());
      }
    }
  }

  const Tariff& tariff_;
  const std::vector<Tap>& taps_;
  std::vector<Seen> seen_;
  std::map<Ride*, std::size_t> pool_of_;  // of rides whose operators share, by its first tap
};

// Of one operator's part of the fare; together that part.
struct Parts {
  Money from_issuer = 0, place = 0, place_relief = 0, operators = 0, operators_relief = 0;
};

// First the fare is shared by weight, then each part by what is left of the shares: so both an
// operator's parts and the operators' shares of a part add up, and none is negative.
std::vector<Parts> parts_of(const Ride& ride, const std::vector<Money>& fares) {
  std::vector<Parts> out(fares.size());
  std::vector<Money> left = fares;
  const auto give = [&](Money Parts::* part, Money total) {
    const std::vector<Money> shares = shared(total, left);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i].*part = shares[i];
      left[i] -= shares[i];
    }
  };
  const Money off = lost(ride) - ride.moved;
  const Money relief = std::min(off, ride.relief_borne[kOperators]);
  give(&Parts::from_issuer,
       ride.paid() + ride.moved + ride.borne[kIssuer] + ride.relief_borne[kIssuer]);
  give(&Parts::place, ride.borne[kPlace]);
  give(&Parts::place_relief, ride.relief_borne[kPlace]);
  give(&Parts::operators, off - relief);
  give(&Parts::operators_relief, relief);
  return out;
}

// The fee of the whole ride, shared by what each operator is owed.
std::vector<Money> fees_of(const Tariff& edition, const std::vector<Parts>& parts) {
  std::vector<Money> owed;
  for (const Parts& one : parts) owed.push_back(one.from_issuer);
  const Money whole = std::accumulate(owed.begin(), owed.end(), Money{0});
  return shared(clearing::part_of(whole, edition.fee_ppm, edition.fee_rounding), owed);
}

}  // namespace

void mark_not_in_force(const Tariff& tariff, const std::vector<Tap>& taps,
                       std::vector<Ride>& rides) {
  for (Ride& ride : rides) {
    const Date day = service_day(tariff, taps[ride.first].at_s);
    if (!in_force(edition_on(tariff, day), day)) ride.fault = Fault::not_in_force;
  }
}

void rate_by_2(const Tariff& tariff, const std::vector<Tap>& taps, std::vector<Ride>& rides) {
  Rater rater{tariff, taps};
  for (Ride& ride : rides) rater.ride(ride);
  rater.share();
}

std::vector<Posting> postings_by_2(const Tariff& tariff, const std::vector<Tap>& taps,
                                   const std::vector<Ride>& rides) {
  std::vector<Posting> out;
  for (const Ride& ride : rides) {
    const Tap& tap = taps[ride.first];
    const Group* group = group_of(tariff, tap);
    if (!group) continue;
    const Date day = service_day(tariff, tap.at_s);
    const Tariff& edition = edition_on(tariff, day);
    std::vector<std::int64_t> weights;
    for (const auto& [name, weight] : group->operators) weights.push_back(weight);
    const std::vector<Money> fares = clearing::split(ride.fare, weights);
    const std::vector<Parts> parts = parts_of(ride, fares);
    const std::vector<Money> fees = fees_of(edition, parts);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      Posting& one = out.emplace_back(posting_of(taps, ride, *group, i));
      one.day = day;
      one.tariff_version = edition.version;
      one.fare = fares[i];
      one.off = parts[i].operators + parts[i].operators_relief;
      one.from_issuer = parts[i].from_issuer;
      one.from_place = parts[i].place + parts[i].place_relief;
      one.fee = fees[i];
      one.relief = parts[i].place_relief + parts[i].operators_relief;
    }
  }
  return out;
}

}  // namespace bashu::fares
