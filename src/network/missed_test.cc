#include "network/missed.h"

#include <gtest/gtest.h>

#include "network/test_networks.h"

namespace bashu::network {
namespace {

Date day(const char* text) { return *Date::parse(text); }
constexpr Seconds at(int hour, int minute) { return hour * 3'600 + minute * 60; }

Trip bus(const char* id, std::vector<std::pair<StationIndex, Seconds>> calls) {
  Trip out = test::trip(id, std::move(calls));
  out.line = "B8";
  out.rail = false;
  return out;
}

const Title kEnd = bilingual("S3", "S3");

// Stations 0 and 1 on rails, 300 s to change; a stop 2 that is 480 s on foot from 1; the bus runs
// from 2 by 0 to 3, which no train calls at.
Schedule border() {
  Schedule out = test::stations(4, 300);
  out.walks = {{.from = 1, .to = 2, .walk_s = 480}};
  out.trips = {
      bus("early", {{2, at(18, 0)}, {0, at(18, 30)}, {3, at(19, 0)}}),
      bus("last", {{2, at(21, 0)}, {0, at(21, 30)}, {3, at(22, 0)}}),
      bus("back", {{3, at(20, 0)}, {0, at(20, 30)}, {2, at(21, 0)}}),
      test::trip("caught", {{0, at(20, 0)}, {1, at(20, 52)}}),
      test::trip("one-second", {{0, at(20, 0)}, {1, at(20, 52) + 1}}),
      test::trip("late", {{1, at(21, 0)}, {0, at(21, 50)}}),
      // Begins on the day and comes on the next one by the clock.
      test::trip("night", {{1, at(23, 40)}, {0, at(24, 10)}}),
  };
  return out;
}
std::vector<Missed> of(const Schedule& schedule) {
  const Timetable timetable = on_day(schedule, test::kMonday);
  return missed(schedule, timetable, last_buses(schedule, timetable, bus_lines(schedule)));
}

TEST(Missed, TheTrainsAfterWhichNoBusLeavesAndByHowMuch) {
  const Schedule schedule = border();
  EXPECT_EQ(bus_lines(schedule), (std::vector<std::string>{"B8"}));
  const auto all = of(schedule);
  ASSERT_EQ(all.size(), 3U);  // at 0 to both ends, at 2; none from 3, where no train is near
  const Missed &back = all[0], &on = all[1], &walked = all[2];

  EXPECT_EQ(on.bus.at, 0U);
  EXPECT_EQ(on.bus.towards, kEnd);
  EXPECT_EQ(on.bus.departs_s, at(21, 30));
  EXPECT_EQ(on.trains, 2U);  // those that call at 0 on their way or at their end
  ASSERT_EQ(on.missed.size(), 2U);
  EXPECT_EQ(schedule.trips[on.missed[0].trip].id, "late");
  EXPECT_EQ(on.missed[0].by_s, 20 * 60 + 300);
  EXPECT_EQ(schedule.trips[on.missed[1].trip].id, "night");
  EXPECT_EQ(on.missed[1].arrives_s, at(24, 10));
  EXPECT_EQ(on.missed[1].by_s, 160 * 60 + 300);

  EXPECT_EQ(back.bus.towards, bilingual("S2", "S2"));
  EXPECT_EQ(back.bus.departs_s, at(20, 30));

  // 20:52 and eight minutes on foot is 21:00 sharp; a second more is too late.
  EXPECT_EQ(walked.bus.at, 2U);
  EXPECT_EQ(walked.trains, 2U);
  ASSERT_EQ(walked.missed.size(), 1U);
  EXPECT_EQ(schedule.trips[walked.missed[0].trip].id, "one-second");
  EXPECT_EQ(walked.missed[0].by_s, 1);
  EXPECT_EQ(walked.missed[0].at, 1U);
}

TEST(Missed, ABusThatRunsLaterMissesNone) {
  Schedule schedule = border();
  schedule.trips.push_back(bus("night bus", {{2, at(24, 0)}, {0, at(24, 15)}, {3, at(24, 45)}}));
  for (const Missed& one : of(schedule)) {
    EXPECT_EQ(one.missed.empty(), one.bus.towards == kEnd) << one.bus.at;
  }
}

TEST(Missed, WhatStaysOnBoardOrRunsOnAnotherDayDoesNotCount) {
  Schedule schedule = border();
  for (Trip& trip : schedule.trips) {
    if (trip.id == "late") trip.calls.back().alights = false;
    if (trip.id == "night") trip.service = 1;
  }
  schedule.services.push_back({.id = "never", .first = test::kMonday, .runs = {false}});
  EXPECT_EQ(of(schedule).size(), 1U);  // no train lets anybody off at 0
}

TEST(Missed, ALineThatOnlySaysHowOftenIsMarked) {
  Schedule schedule = border();
  for (Trip& trip : schedule.trips) {
    if (trip.id == "last") {
      trip.headway = Trip::Headway{
          .first_s = at(20, 0), .end_s = at(21, 30), .headway_s = 3'600, .phased = false};
    }
  }
  for (const Missed& one : of(schedule)) {
    EXPECT_EQ(one.bus.assumed, one.bus.towards == kEnd) << one.bus.at;
  }
}

// A circle's buses run between two days, from their stations.
TEST(Missed, BusesOfACircleRunFromTheDayTheyOpen) {
  Circle circle;
  circle.trains = border();
  circle.buses = {
      {.code = "B1",
       .name = {},
       .station = 0,
       .towards = kEnd,
       .walk_s = 60,
       .last_s = at(21, 50),
       .opening = {.since = day("2021-01-20"), .plan = {}, .closed = day("2027-01-01")}}};
  EXPECT_TRUE(last_buses(circle, day("2021-01-19")).empty());
  EXPECT_TRUE(last_buses(circle, day("2027-01-01")).empty());
  const auto buses = last_buses(circle, day("2021-01-20"));
  ASSERT_EQ(buses.size(), 1U);
  EXPECT_TRUE(buses.front().assumed);
  circle.timetable_of = test::kMonday;
  const auto all = missed(circle, day("2021-01-20"));
  EXPECT_EQ(all.front().missed.size(), 2U);
  EXPECT_EQ(all.front().missed.front().by_s, 300 + 60);  // the change and the walk
}

}  // namespace
}  // namespace bashu::network
