#include "network/scan.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

#include "network/journey.h"
#include "network/test_networks.h"

namespace bashu::network {
namespace {

using test::kMonday;

Seconds at(int hours, int minutes) { return hours * 3'600 + minutes * 60; }

TEST(Scan, ATrainAfterMidnightBelongsToTheDayItBegan) {
  Schedule schedule = test::stations(2);
  schedule.services[0] = {.id = "one day", .first = kMonday, .runs = {true}};
  schedule.trips = {test::trip("night", {{0, at(23, 50)}, {1, at(24, 40)}})};

  const Timetable monday = on_day(schedule, kMonday);
  EXPECT_EQ((Scan{monday}.earliest(0, at(23, 45))[1]), at(24, 40));
  // The evening before the service begins there is none, but a long wait finds it.
  const Timetable sunday = on_day(schedule, kMonday.plus_days(-1), 0);
  EXPECT_EQ((Scan{sunday}.earliest(0, at(23, 45))[1]), kNever);
  // On Tuesday it is still under way, but nobody boards it any more.
  const Timetable tuesday = on_day(schedule, kMonday.plus_days(1), 0);
  EXPECT_EQ((Scan{tuesday}.earliest(0, 0)[1]), kNever);
}

TEST(Scan, ATrainUnderWayAtMidnightIsBoardedWhereItStillCalls) {
  Schedule schedule = test::stations(3);
  schedule.services[0] = {.id = "one day", .first = kMonday, .runs = {true}};
  schedule.trips = {test::trip("night", {{0, at(23, 0)}, {1, at(24, 30)}, {2, at(25, 0)}})};
  const Timetable tuesday = on_day(schedule, kMonday.plus_days(1), 0);
  EXPECT_EQ((Scan{tuesday}.earliest(1, at(0, 10))[2]), at(1, 0));
}

// B is reached on foot before the train comes there; only who comes by train may still walk to C.
TEST(Scan, TwoWalksInARowDoNotMakeALongerOne) {
  Schedule schedule = test::stations(4);
  schedule.walks = closed(
      4, {{.from = 0, .to = 1, .walk_s = 600}, {.from = 1, .to = 2, .walk_s = 600}}, 15 * 60);
  EXPECT_EQ(schedule.walks.size(), 2U);
  EXPECT_EQ((Scan{on_day(schedule, kMonday)}.earliest(0, at(8, 0))[2]), kNever);

  schedule.trips = {test::trip("slow", {{0, at(8, 1)}, {1, at(8, 20)}})};
  const Timetable timetable = on_day(schedule, kMonday);
  Scan scan{timetable};
  EXPECT_EQ(scan.earliest(0, at(8, 0))[1], at(8, 10));
  EXPECT_EQ(scan.earliest(0, at(8, 0))[2], at(8, 30));
}

TEST(Scan, WalksAreJoinedUpToTheLimit) {
  const auto walks = closed(
      3, {{.from = 0, .to = 1, .walk_s = 300}, {.from = 1, .to = 2, .walk_s = 400}}, 15 * 60);
  ASSERT_EQ(walks.size(), 3U);
  EXPECT_EQ(walks[1].to, 2U);
  EXPECT_EQ(walks[1].walk_s, 700);
}

TEST(Scan, OnAGridTimesHaveAClosedForm) {
  constexpr std::uint32_t kSide = 5;
  constexpr Seconds kBlock = 120, kEvery = 600;
  const Timetable timetable = on_day(test::grid(kSide, kBlock, kEvery, 60), kMonday);
  Scan scan{timetable};
  // The next departure of a line that passes `blocks` after its beginning.
  const auto next = [&](Seconds now, std::uint32_t blocks) {
    const Seconds phase = static_cast<Seconds>(blocks) * kBlock % kEvery;
    return now + ((phase - now) % kEvery + kEvery) % kEvery;
  };
  const auto ride = [&](Seconds now, std::uint32_t from, std::uint32_t to) {
    if (from == to) return now;
    const std::uint32_t before = from < to ? from : kSide - 1 - from;
    return next(now, before) + std::abs(static_cast<int>(to) - static_cast<int>(from)) * kBlock;
  };
  for (std::uint32_t from = 0; from < kSide * kSide; ++from) {
    const Seconds begin = at(8, 3) + static_cast<Seconds>(from);
    const auto arrivals = scan.earliest(from, begin);
    for (std::uint32_t to = 0; to < kSide * kSide; ++to) {
      const std::uint32_t x = from % kSide, y = from / kSide, x2 = to % kSide, y2 = to / kSide;
      const Seconds change = x != x2 && y != y2 ? 60 : 0;
      const Seconds expected = std::min(ride(ride(begin, x, x2) + change, y, y2),
                                        ride(ride(begin, y, y2) + change, x, x2));
      ASSERT_EQ(arrivals[to], expected) << from << " to " << to;
    }
  }
}

TEST(Scan, EveryOffsetOfALineWithoutPhaseIsTried) {
  Schedule schedule = test::stations(2);
  Trip line = test::trip("bus", {{0, 0}, {1, at(0, 20)}});
  line.headway =
      Trip::Headway{.first_s = at(6, 0), .end_s = at(22, 0), .headway_s = 600, .phased = false};
  schedule.trips = {line};
  std::vector<Seconds> taken;
  for (Seconds offset = 0; offset < 600; offset += 60) {
    const Timetable timetable = on_day(schedule, kMonday, 0, {offset});
    taken.push_back(Scan{timetable}.earliest(0, at(8, 0))[1] - at(8, 0));
  }
  EXPECT_EQ(std::ranges::min(taken), at(0, 20));
  EXPECT_EQ(std::ranges::max(taken), at(0, 29));
}

RC_GTEST_PROP(Scan, AgreesWithTheOracle, ()) {
  const Schedule schedule = test::random_schedule();
  RC_ASSERT(!check(schedule));
  const Timetable timetable = on_day(schedule, kMonday, 0);
  const test::Oracle oracle{timetable};
  Scan scan{timetable};
  for (StationIndex from = 0; from < timetable.stations(); ++from) {
    const Seconds departs = at(8, test::pick(0, 90));
    const auto got = scan.earliest(from, departs);
    RC_ASSERT(std::vector(got.begin(), got.end()) == oracle.earliest(from, departs));
  }
}

RC_GTEST_PROP(Scan, OneMoreLineNeverMakesAnybodyLater, ()) {
  Schedule schedule = test::random_schedule();
  Schedule fewer = schedule;
  if (!fewer.trips.empty()) fewer.trips.pop_back();
  const Timetable more = on_day(schedule, kMonday, 0), less = on_day(fewer, kMonday, 0);
  Scan with{more}, without{less};
  for (StationIndex from = 0; from < more.stations(); ++from) {
    const auto a = with.earliest(from, at(8, 30)), b = without.earliest(from, at(8, 30));
    for (std::size_t s = 0; s < a.size(); ++s) RC_ASSERT(a[s] <= b[s]);
  }
}

RC_GTEST_PROP(Scan, WhatIsShiftedInTimeArrivesShifted, ()) {
  const Schedule schedule = test::random_schedule();
  Schedule later = schedule;
  const Seconds shift = test::pick(0, 7'200);
  for (Trip& one : later.trips) {
    for (Call& call : one.calls) {
      call.arrives_s += shift;
      call.departs_s += shift;
    }
  }
  const Timetable a = on_day(schedule, kMonday, 0), b = on_day(later, kMonday, 0);
  Scan first{a}, second{b};
  for (StationIndex from = 0; from < a.stations(); ++from) {
    const auto x = first.earliest(from, at(8, 20)), y = second.earliest(from, at(8, 20) + shift);
    for (std::size_t s = 0; s < x.size(); ++s) {
      RC_ASSERT(y[s] == (x[s] == kNever ? kNever : x[s] + shift));
    }
  }
}

RC_GTEST_PROP(Scan, TheNumbersOfStationsDoNotMatter, ()) {
  const Schedule schedule = test::random_schedule();
  const auto n = static_cast<StationIndex>(schedule.stations.size());
  const auto other = [n](StationIndex s) { return n - 1 - s; };
  Schedule renumbered = schedule;
  std::ranges::reverse(renumbered.stations);
  std::ranges::reverse(renumbered.trips);
  for (Trip& one : renumbered.trips) {
    for (Call& call : one.calls) call.station = other(call.station);
  }
  for (Walk& walk : renumbered.walks) {
    walk.from = other(walk.from);
    walk.to = other(walk.to);
  }
  const Timetable a = on_day(schedule, kMonday, 0), b = on_day(renumbered, kMonday, 0);
  Scan first{a}, second{b};
  for (StationIndex from = 0; from < n; ++from) {
    const auto x = first.earliest(from, at(8, 15)), y = second.earliest(other(from), at(8, 15));
    for (StationIndex s = 0; s < n; ++s) RC_ASSERT(x[s] == y[other(s)]);
  }
}

RC_GTEST_PROP(Scan, ForwardsAndBackwardsAgree, ()) {
  const Timetable timetable = on_day(test::random_schedule(), kMonday, 0);
  const Timetable back = reversed(timetable);
  Scan forwards{timetable}, backwards{back};
  const Seconds by = at(9, test::pick(0, 60));
  for (StationIndex to = 0; to < timetable.stations(); ++to) {
    const auto latest = latest_departures(backwards, to, by, at(7, 0));
    for (StationIndex from = 0; from < timetable.stations(); ++from) {
      if (latest[from] < 0) {
        RC_ASSERT(forwards.earliest(from, at(7, 0))[to] > by);
        continue;
      }
      RC_ASSERT(forwards.earliest(from, latest[from])[to] <= by);
      RC_ASSERT(forwards.earliest(from, latest[from] + 1)[to] > by);
    }
  }
}

RC_GTEST_PROP(Scan, ThreadsDoNotChangeAnything, ()) {
  const Timetable timetable = on_day(test::random_schedule(), kMonday, 0);
  const Window window{.first_s = at(8, 0), .last_s = at(8, 30)};
  const auto all = [&](unsigned threads) {
    std::vector<std::vector<Spread>> out(timetable.stations());
    for_each_station(timetable, threads, [&](Scan& scan, StationIndex from) {
      out[from] = spreads(scan, from, window, 2 * 3'600);
    });
    return out;
  };
  RC_ASSERT(all(1) == all(3));
}

// The journey told is one that can be made, and none is earlier or changes less.
RC_GTEST_PROP(Journey, CanBeMadeAndIsTheEarliest, ()) {
  const Timetable timetable = on_day(test::random_schedule(), kMonday, 0);
  Scan scan{timetable};
  const auto n = static_cast<StationIndex>(timetable.stations());
  const Seconds departs = at(8, 10);
  for (StationIndex from = 0; from < n; ++from) {
    const auto earliest = scan.earliest(from, departs);
    for (StationIndex to = 0; to < n; ++to) {
      const auto ways = journeys(timetable, from, to, departs, 16);
      RC_ASSERT((earliest[to] == kNever) == ways.empty());
      if (ways.empty()) continue;
      RC_ASSERT(ways.back().arrives_s == earliest[to]);
      int rides = -1;
      Seconds before = kNever;
      for (const Journey& way : ways) {
        RC_ASSERT(way.rides > rides);
        RC_ASSERT(way.arrives_s < before);
        rides = way.rides;
        before = way.arrives_s;
        StationIndex here = from;
        Seconds now = departs;
        bool rode = false;
        int counted = 0;
        for (const Leg& leg : way.legs) {
          RC_ASSERT(leg.from == here);
          const bool walk = leg.trip == kOnFoot;
          RC_ASSERT(leg.departs_s >= now + (rode && !walk ? timetable.change_s[here] : 0));
          counted += !walk;
          rode = !walk;
          here = leg.to;
          now = leg.arrives_s;
        }
        RC_ASSERT(here == to);
        RC_ASSERT(now == way.arrives_s);
        RC_ASSERT(counted == way.rides);
      }
    }
  }
}

}  // namespace
}  // namespace bashu::network
