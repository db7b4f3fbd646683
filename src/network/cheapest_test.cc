#include "network/cheapest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <utility>

#include "network/test_networks.h"

namespace bashu::network {
namespace {

constexpr Seconds at(int hour, int minute) { return hour * 3'600 + minute * 60; }

std::uint32_t no_area(TripIndex) { return kNoArea; }

struct Question {
  StationIndex from = 0, to = 0;
  Seconds departs_s = 0, latest_s = 0;
};
std::optional<Journey> ask(const Timetable& timetable, const Question& what, const Fares& fares) {
  const Start start{.station = what.from, .at_s = what.departs_s};
  const End end{.station = what.to, .after_s = 0};
  return cheapest(timetable, std::span{&start, 1}, std::span{&end, 1}, {.latest_s = what.latest_s},
                  fares);
}
Cost cost_of(const Journey& journey, const Fares& fares) {
  return network::cost_of(tickets(journey.legs, fares));
}

// A fast dear train, and two slow ones that are cheaper together.
Timetable two_ways() {
  Schedule out = test::stations(3, 300);
  out.trips = {test::trip("fast", {{0, at(8, 0)}, {2, at(9, 0)}}),
               test::trip("slow", {{0, at(8, 0)}, {1, at(9, 0)}}),
               test::trip("on", {{1, at(9, 5)}, {2, at(10, 0)}})};
  return on_day(out, test::kMonday, 0);
}
Fares dear_and_cheap() {
  return {.of = [](const Ride& ride) -> std::optional<std::int64_t> {
            return ride.from == 0 && ride.to == 2 ? 10'000 : 3'000;
          },
          .area = no_area};
}

TEST(Cheapest, TheCheapestWithinTheLatestArrival) {
  const Fares fares = dear_and_cheap();
  const auto cheap = ask(two_ways(), {0, 2, at(8, 0), at(10, 0)}, fares);
  ASSERT_TRUE(cheap);
  EXPECT_EQ(cost_of(*cheap, fares), (Cost{.unknown = 0, .fen = 6'000}));
  EXPECT_EQ(cheap->rides, 2);
  EXPECT_EQ(cheap->arrives_s, at(10, 0));
  ASSERT_EQ(cheap->legs.size(), 2U);
  EXPECT_EQ(cheap->legs[0].to, 1U);
  EXPECT_EQ(cheap->legs[1].departs_s, at(9, 5));
  const auto hurried = ask(two_ways(), {0, 2, at(8, 0), at(10, 0) - 1}, fares);
  ASSERT_TRUE(hurried);
  EXPECT_EQ(cost_of(*hurried, fares).fen, 10'000);
  EXPECT_FALSE(ask(two_ways(), {0, 2, at(8, 0), at(8, 59)}, fares));
  EXPECT_FALSE(ask(two_ways(), {0, 2, at(8, 1), at(12, 0)}, fares));
}

// What no tariff tells is not free.
TEST(Cheapest, ARideWithoutATariffIsNotFree) {
  const Fares fast_only{.of = [](const Ride& ride) -> std::optional<std::int64_t> {
                          if (ride.from == 0 && ride.to == 2) return 10'000;
                          return std::nullopt;
                        },
                        .area = no_area};
  const auto cheap = ask(two_ways(), {0, 2, at(8, 0), at(12, 0)}, fast_only);
  ASSERT_TRUE(cheap);
  EXPECT_EQ(cost_of(*cheap, fast_only), (Cost{.unknown = 0, .fen = 10'000}));
  const Fares unknown{.of = [](const Ride&) { return std::optional<std::int64_t>{}; },
                      .area = no_area};
  const auto none = ask(two_ways(), {0, 2, at(8, 0), at(12, 0)}, unknown);
  ASSERT_TRUE(none);
  EXPECT_EQ(cost_of(*none, unknown), (Cost{.unknown = 1, .fen = 0}));
}

// Two trains of one metro are paid from gate to gate; with a walk in the street they are two rides.
TEST(Cheapest, WhoChangesInsideAnAreaPaysOnce) {
  Fares fares = dear_and_cheap();
  fares.area = [](TripIndex) { return 7U; };
  const auto journey = ask(two_ways(), {0, 2, at(8, 0), at(10, 0)}, fares);
  ASSERT_TRUE(journey);
  EXPECT_EQ(cost_of(*journey, fares), (Cost{.unknown = 0, .fen = 10'000}));
  EXPECT_EQ(journey->arrives_s, at(9, 0));  // as dear by either way: the earlier one
  const std::vector<Leg> slow{{.from = 0, .to = 1, .departs_s = 0, .arrives_s = 1, .trip = 1},
                              {.from = 1, .to = 2, .departs_s = 2, .arrives_s = 3, .trip = 2}};
  EXPECT_EQ(tickets(slow, fares), (std::vector<Ticket>{{.first = 0, .last = 1, .fen = 10'000}}));
  std::vector<Leg> walked{slow[0], {.from = 1, .to = 1, .trip = kOnFoot}, slow[1]};
  EXPECT_EQ(tickets(walked, fares), (std::vector<Ticket>{{.first = 0, .last = 0, .fen = 3'000},
                                                         {.first = 2, .last = 2, .fen = 3'000}}));
}

// Two buses to a metro, whose rides cost 2 until half past nine and 8 afterwards, by when one comes
// out. Who came by the dear bus could leave on the way for less in all; who came by the cheap one
// pays less to the end.
TEST(Cheapest, WhatItCostsToLeaveOnTheWaySaysNothingOfTheRest) {
  Schedule all = test::stations(4, 60);
  all.trips = {test::trip("dear", {{0, at(8, 0)}, {1, at(9, 0)}}),
               test::trip("cheap", {{0, at(8, 0)}, {1, at(9, 20)}}),
               test::trip("m1", {{1, at(9, 5)}, {2, at(9, 15)}}),
               test::trip("m2", {{1, at(9, 25)}, {2, at(9, 35)}}),
               test::trip("m3", {{2, at(9, 40)}, {3, at(9, 50)}})};
  const Timetable timetable = on_day(all, test::kMonday, 0);
  const Fares fares{.of = [](const Ride& ride) -> std::optional<std::int64_t> {
                      if (ride.trip == 0) return 1'000;
                      if (ride.trip == 1) return 500;
                      return ride.arrives_s < at(9, 30) ? 200 : 800;
                    },
                    .area = [](TripIndex trip) { return trip < 2 ? kNoArea : 1U; },
                    .entered = [](TripIndex, Seconds) { return 0U; }};
  const auto half_way = ask(timetable, {0, 2, at(8, 0), at(9, 30)}, fares);
  ASSERT_TRUE(half_way);
  EXPECT_EQ(cost_of(*half_way, fares).fen, 1'200);
  const auto to_the_end = ask(timetable, {0, 3, at(8, 0), at(10, 0)}, fares);
  ASSERT_TRUE(to_the_end);
  EXPECT_EQ(cost_of(*to_the_end, fares).fen, 1'300);
}

TEST(Cheapest, WhoIsThereAlreadyPaysNothing) {
  const Fares fares = dear_and_cheap();
  const auto here = ask(two_ways(), {1, 1, at(8, 0), at(9, 0)}, fares);
  ASSERT_TRUE(here);
  EXPECT_EQ(cost_of(*here, fares), Cost{});
  EXPECT_TRUE(here->legs.empty());
}

// Another idea: from every place, what everything that can follow costs.
class Oracle {
 public:
  Oracle(const Timetable& timetable, const Question& what, const Fares& fares)
      : timetable_{timetable}, what_{what}, fares_{fares} {}

  std::optional<Cost> least() {
    std::optional<Cost> best = arrived(what_.from, what_.departs_s);
    less(best, boards(what_.from, what_.departs_s, kNoArea));
    less(best, walks(what_.from, what_.departs_s));
    return best;
  }

 private:
  static void less(std::optional<Cost>& best, const std::optional<Cost>& other) {
    if (other && (!best || *other < *best)) best = other;
  }
  [[nodiscard]] std::optional<Cost> arrived(StationIndex station, Seconds at_s) const {
    return station == what_.to && at_s <= what_.latest_s ? std::optional{Cost{}} : std::nullopt;
  }
  std::optional<Cost> walks(StationIndex station, Seconds at_s) {
    std::optional<Cost> best;
    for (std::uint32_t p = timetable_.paths_from[station]; p < timetable_.paths_from[station + 1];
         ++p) {
      const Footpath& path = timetable_.paths[p];
      less(best, arrived(path.to, at_s + path.walk_s));
      less(best, boards(path.to, at_s + path.walk_s, kNoArea));
    }
    return best;
  }
  // What is of another area than one comes out of.
  std::optional<Cost> boards(StationIndex station, Seconds ready, std::uint32_t out_of) {
    std::optional<Cost> best;
    for (const Connection& enter : timetable_.connections) {
      if (enter.from != station || !enter.boards || enter.departs_s < ready) continue;
      if (out_of != kNoArea && fares_.area(enter.trip) == out_of) continue;
      less(best, rides(enter, {.station = station, .at_s = enter.departs_s}));
    }
    return best;
  }
  // Where and when one went in.
  struct Entry {
    StationIndex station = 0;
    Seconds at_s = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  std::optional<Cost> stays(StationIndex station, Seconds ready, std::uint32_t area, Entry entry) {
    std::optional<Cost> best;
    for (const Connection& enter : timetable_.connections) {
      if (enter.from != station || !enter.boards || enter.departs_s < ready) continue;
      if (fares_.area(enter.trip) == area) less(best, rides(enter, entry));
    }
    return best;
  }
  // On board, priced from `entry` on.
  std::optional<Cost> rides(const Connection& enter, Entry entry) {
    const auto known = known_.find({&enter, entry});
    if (known != known_.end()) return known->second;
    const std::uint32_t area = fares_.area(enter.trip);
    std::optional<Cost> best;
    for (const Connection& leave : timetable_.connections) {
      if (leave.trip != enter.trip || &leave < &enter || !leave.alights) continue;
      const auto to = static_cast<StationIndex>(leave.to);
      const Seconds arrives = leave.arrives_s(), after = arrives + timetable_.change_s[to];
      if (arrives > what_.latest_s) continue;
      std::optional<Cost> rest = arrived(to, arrives);
      less(rest, walks(to, arrives));
      less(rest, boards(to, after, area));
      if (rest) {
        const auto fen = fares_.of({.trip = enter.trip,
                                    .from = entry.station,
                                    .to = to,
                                    .departs_s = entry.at_s,
                                    .arrives_s = arrives});
        less(best, Cost{.unknown = rest->unknown + !fen, .fen = rest->fen + fen.value_or(0)});
      }
      if (area != kNoArea) less(best, stays(to, after, area, entry));
    }
    return known_[{&enter, entry}] = best;
  }

  const Timetable& timetable_;
  Question what_;
  const Fares& fares_;
  std::map<std::pair<const Connection*, Entry>, std::optional<Cost>> known_;
};

// Fares of chance that obey no law: unknown, free, dear; areas of some trips; other prices by the
// time of the first tap, of the last one, or at no time.
Fares fares_of_chance() {
  const auto first_s = 60 * static_cast<Seconds>(test::pick(0, 90)),
             last_s = 60 * static_cast<Seconds>(test::pick(0, 90));
  const auto entered = [first_s](TripIndex, Seconds at_s) {
    return first_s == 0 ? 0U : static_cast<std::uint32_t>(at_s / first_s);
  };
  const auto salt = static_cast<unsigned>(test::pick(1, 1'000));
  const auto areas = static_cast<unsigned>(test::pick(0, 4));
  const auto area = [areas](TripIndex trip) { return trip % 4 < areas ? trip % 2 : kNoArea; };
  return {.of = [=](const Ride& ride) -> std::optional<std::int64_t> {
            const std::uint32_t of = area(ride.trip);
            const unsigned by = of == kNoArea ? 100 + ride.trip : of;
            const unsigned when =
                entered(ride.trip, ride.departs_s) * 3 +
                (last_s == 0 ? 0U : static_cast<unsigned>(ride.arrives_s / last_s));
            const unsigned mixed = (by * 7 + ride.from * 13 + ride.to * 31 + when * 17) * salt;
            if (mixed % 11 == 0) return std::nullopt;
            return mixed % 5;
          },
          .area = area,
          .entered = entered};
}

void agrees(const Timetable& timetable, const Question& what, const Fares& fares) {
  const auto found = ask(timetable, what, fares);
  const auto expected = Oracle{timetable, what, fares}.least();
  RC_ASSERT(found.has_value() == expected.has_value());
  if (!found) return;
  RC_ASSERT(cost_of(*found, fares) == *expected);
  RC_ASSERT(found->arrives_s <= what.latest_s);
  Seconds now = what.departs_s;
  StationIndex here = what.from;
  for (const Leg& leg : found->legs) {
    RC_ASSERT(leg.from == here && leg.departs_s >= now && leg.arrives_s >= leg.departs_s);
    here = leg.to;
    now = leg.arrives_s;
  }
  RC_ASSERT(here == what.to);
  const auto earlier =
      ask(timetable, {what.from, what.to, what.departs_s, found->arrives_s - 1}, fares);
  if (earlier) RC_ASSERT(cost_of(*earlier, fares) > *expected);
}

RC_GTEST_PROP(Cheapest, AgreesWithEveryJourneyThereIs, ()) {
  const Timetable timetable = on_day(test::random_schedule(), test::kMonday, 0);
  const Fares fares = fares_of_chance();
  const auto n = static_cast<StationIndex>(timetable.stations());
  const StationIndex from = test::pick<StationIndex>(0, n);
  for (StationIndex to = 0; to < n; ++to) {
    agrees(timetable, {from, to, at(8, 0), at(9, 0) + 60 * test::pick(0, 90)}, fares);
  }
}

RC_GTEST_PROP(Cheapest, NeverCostsMoreThanTheFastestOrTheOneWithFewestChanges, ()) {
  const Timetable timetable = on_day(test::random_schedule(), test::kMonday, 0);
  const Fares fares = fares_of_chance();
  const auto n = static_cast<StationIndex>(timetable.stations());
  const StationIndex from = test::pick<StationIndex>(0, n), to = test::pick<StationIndex>(0, n);
  for (const Journey& one : journeys(timetable, from, to, at(8, 0))) {
    const auto cheap = ask(timetable, {from, to, at(8, 0), one.arrives_s}, fares);
    RC_ASSERT(cheap.has_value());
    RC_ASSERT(cost_of(*cheap, fares) <= cost_of(one, fares));
    // Whoever may arrive later pays no more.
    const auto later = ask(timetable, {from, to, at(8, 0), one.arrives_s + 1'200}, fares);
    RC_ASSERT(later.has_value());
    RC_ASSERT(cost_of(*later, fares) <= cost_of(*cheap, fares));
  }
}

}  // namespace
}  // namespace bashu::network
