#include "network/pair.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "network/clock.h"
#include "network/questions.h"
#include "network/test_networks.h"

namespace bashu::network {
namespace {

Seconds at(int hours, int minutes) { return hours * 3'600 + minutes * 60; }

// Three stations in a row, each ten minutes from its place, and a fast train that must be changed
// to: A to C directly in two hours, or by B in an hour and a half.
Standing three_places() {
  Schedule schedule = test::stations(3, 300);
  schedule.trips = {test::trip("slow", {{0, at(9, 0)}, {2, at(11, 0)}}),
                    test::trip("first", {{0, at(9, 0)}, {1, at(9, 40)}}),
                    test::trip("second", {{1, at(9, 50)}, {2, at(10, 30)}}),
                    test::trip("noon", {{0, at(12, 0)}, {2, at(13, 30)}})};
  Standing out;
  out.timetables = {on_day(schedule, test::kMonday)};
  for (const Trip& trip : schedule.trips) {
    out.trains.push_back({.id = trip.id, .line = {}, .timed = true});
  }
  out.ways = {{{.station = 0, .takes_s = 600}},
              {{.station = 1, .takes_s = 600}},
              {{.station = 2, .takes_s = 600}}};
  out.roads = {.places = 3,
               .sections = {{.id = {}, .a = 0, .b = 2, .length_m = 200'000, .speed_kmh = 100}}};
  out.day = test::kMonday;
  out.enter_s = 600;
  return out;
}
constexpr Ends kThrough{.from = 0, .to = 2};

TEST(DoorToDoor, TheDoorIsLeftAsLateAsTheTrainAllowsAndFewerChangesAreAnAlternative) {
  const auto ways = passages(three_places(), kThrough, at(7, 0));
  ASSERT_EQ(ways.size(), 2U);
  EXPECT_EQ(clock(ways[0].departs_s), "08:40");
  EXPECT_EQ(clock(ways[0].arrives_s), "11:10");
  EXPECT_EQ(ways[0].rides, 1);
  EXPECT_EQ(clock(ways[1].arrives_s), "10:40");
  EXPECT_EQ(ways[1].rides, 2);
  EXPECT_EQ(ways[1].legs[1].departs_s - ways[1].legs[0].arrives_s, 600);
  EXPECT_EQ(ways[1].to_train_s, 600);
  EXPECT_EQ(ways[1].from_train_s, 600);
}

TEST(DoorToDoor, ToArriveByATimeOneLeavesAsLateAsPossible) {
  const Standing standing = three_places();
  const auto ways = passages_by(standing, kThrough, at(13, 40), at(6, 0));
  ASSERT_EQ(ways.size(), 1U);
  EXPECT_EQ(clock(ways[0].departs_s), "11:40");
  EXPECT_EQ(clock(passages_by(standing, kThrough, at(13, 39), 0).back().departs_s), "08:40");
  EXPECT_TRUE(passages_by(standing, kThrough, at(10, 39), 0).empty());
  EXPECT_TRUE(passages_by(standing, kThrough, at(10, 40), at(8, 41)).empty());
}

// The two short trains cost less together than the slow one; where they do not, it is taken. The
// first of them may leave as late as the second allows.
TEST(DoorToDoor, TheCheapestLeavesAsLateAsItsArrivalAllows) {
  Standing standing = three_places();
  const auto fares = [](std::int64_t through) {
    return Fares{.of = [through](const Ride& ride) -> std::optional<std::int64_t> {
                   return ride.from == 0 && ride.to == 2 ? through : 3'000;
                 },
                 .area = [](TripIndex) { return kNoArea; }};
  };
  const auto changed = cheapest_passage(standing, kThrough, at(6, 0), kNever, fares(6'001));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->rides, 2);
  EXPECT_EQ(clock(changed->departs_s), "08:40");
  EXPECT_EQ(clock(changed->arrives_s), "10:40");
  const auto through = cheapest_passage(standing, kThrough, at(6, 0), kNever, fares(5'999));
  EXPECT_EQ(clock(through->arrives_s), "11:10");
  EXPECT_EQ(clock(cheapest_passage(standing, kThrough, at(9, 0), kNever, fares(1))->departs_s),
            "11:40");
  // By 11:00 only the dearer way is there.
  EXPECT_EQ(cheapest_passage(standing, kThrough, 0, at(11, 0), fares(1))->rides, 2);
  // Where nothing leaves any more, the first train of the next day counts, as it does elsewhere.
  EXPECT_GT(cheapest_passage(standing, kThrough, at(12, 0), kNever, fares(1))->departs_s, kDay);
  EXPECT_FALSE(cheapest_passage(standing, kThrough, at(12, 0), kDay, fares(1)));
  EXPECT_FALSE(cheapest_passage(standing, {.from = 0, .to = 0}, 0, kNever, fares(1)));

  Schedule schedule = test::stations(3, 300);
  schedule.trips = {test::trip("early", {{0, at(7, 0)}, {1, at(7, 30)}}),
                    test::trip("late", {{0, at(9, 0)}, {1, at(9, 30)}}),
                    test::trip("on", {{1, at(10, 0)}, {2, at(11, 0)}})};
  standing.timetables = {on_day(schedule, test::kMonday)};
  EXPECT_EQ(clock(cheapest_passage(standing, kThrough, at(6, 0), kNever, fares(1))->departs_s),
            "08:40");
}

TEST(DoorToDoor, TheDayTellsTheQuickestAndHowOftenItCanBeHad) {
  const PairDay day = pair_day(three_places(), kThrough, {.first_s = 0, .last_s = at(23, 0)});
  ASSERT_EQ(day.all.size(), 2U);
  EXPECT_EQ(day.best_s, at(1, 50) + 600);
  EXPECT_EQ(day.worst_s, day.best_s);
  EXPECT_EQ(day.quickest, 2);
  EXPECT_EQ(day.all[0].rides, 2);
  EXPECT_EQ(day.all[1].rides, 1);
}

// Who sets out in time for a slow train may still wait for a quick one, which leaves too late.
TEST(DoorToDoor, WhatLeavesAfterTheWindowIsNotOfIt) {
  Schedule schedule = test::stations(2, 300);
  schedule.trips = {test::trip("slow", {{0, at(9, 0)}, {1, at(15, 0)}}),
                    test::trip("quick", {{0, at(10, 0)}, {1, at(11, 0)}})};
  Standing standing = three_places();
  standing.timetables = {on_day(schedule, test::kMonday, 0)};
  standing.ways = {{{.station = 0, .takes_s = 0}}, {{.station = 1, .takes_s = 0}}};
  const Ends ends{.from = 0, .to = 1};
  EXPECT_TRUE(passages_of(standing, ends, {.first_s = 0, .last_s = at(9, 30)}).empty());
  EXPECT_EQ(passages_of(standing, ends, {.first_s = 0, .last_s = at(10, 0)}).size(), 1U);
}

TEST(DoorToDoor, TheWayByRoadIsToldBesides) {
  const Drive drive = network::drive(three_places(), kThrough);
  EXPECT_EQ(drive.takes_s, 7'200);
  EXPECT_EQ(drive.length_m, 200'000);
  EXPECT_EQ(network::drive(three_places(), {.from = 0, .to = 1}).takes_s, kNever);
}

TEST(DoorToDoor, WhoIsThereAlreadyTakesNoTrainOutAndBack) {
  Standing standing = three_places();
  standing.ways[0].push_back({.station = 2, .takes_s = 1'200});
  EXPECT_TRUE(passages(standing, {.from = 0, .to = 0}, 0).empty());
  EXPECT_TRUE(passages_of(standing, {.from = 0, .to = 0}, {.first_s = 0, .last_s = kDay}).empty());
}

// Two places at one station: the way through it is no journey by train, at any moment of the day.
TEST(DoorToDoor, AStationBothAreNearIsNoJourney) {
  Standing standing = three_places();
  standing.ways[1] = standing.ways[0];
  const Ends ends{.from = 0, .to = 1};
  EXPECT_TRUE(passages_of(standing, ends, {.first_s = 0, .last_s = kDay}).empty());
  EXPECT_TRUE(passages(standing, ends, 0).empty());
}

// The law that the table of a day stands for: whenever one sets out, the best of what is listed
// from then on arrives when the scan says.
RC_GTEST_PROP(DoorToDoor, TheDaysJourneysAreAllThatAreWorthMaking, ()) {
  const Schedule schedule = test::random_schedule();
  Standing standing;
  standing.timetables = {on_day(schedule, test::kMonday, 0)};
  standing.ways.resize(2);
  const auto n = static_cast<StationIndex>(schedule.stations.size());
  for (StationIndex s = 0; s < n; ++s) {
    standing.ways[s % 2].push_back({.station = s, .takes_s = static_cast<Seconds>(60 * (s + 1))});
  }
  const Ends ends{.from = 0, .to = 1};
  const auto all = passages_of(standing, ends, {.first_s = 0, .last_s = kDay});
  Scan scan{standing.timetables.front()};
  for (Seconds departs = at(7, 0); departs <= at(10, 0); departs += 420) {
    std::vector<Start> starts;
    for (const auto& way : standing.ways[0]) {
      starts.push_back({.station = way.station, .at_s = departs + way.takes_s});
    }
    const auto arrivals = scan.earliest(starts);
    Seconds on_foot = kNever, best = kNever;
    for (const auto& way : standing.ways[1]) {
      if (arrivals[way.station] != kNever) {
        best = std::min(best, arrivals[way.station] + way.takes_s);
      }
    }
    // A walk from a near station needs no train.
    const Timetable none = on_day({.stations = schedule.stations,
                                   .services = schedule.services,
                                   .trips = {},
                                   .walks = schedule.walks},
                                  test::kMonday, 0);
    Scan walking{none};
    const auto walked = walking.earliest(starts);
    for (const auto& way : standing.ways[1]) {
      if (walked[way.station] != kNever) {
        on_foot = std::min(on_foot, walked[way.station] + way.takes_s);
      }
    }
    Seconds listed = kNever;
    for (const Passage& one : all) {
      if (one.departs_s >= departs) listed = std::min(listed, one.arrives_s);
    }
    RC_ASSERT(std::min(listed, on_foot) == best);
  }
}

}  // namespace
}  // namespace bashu::network
