#include "network/rail/list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "network/scan.h"
#include "testing/checkout.h"

namespace bashu::network::rail {
namespace {

const Date kDay1 = *Date::parse("2021-01-30");

List read(
    const std::string& calls,
    const std::string& stations = "station,division,lon,lat\nA,,104,30\nB,,105,30\nC,,106,30\n") {
  Reader reader{{.first = kDay1, .last = kDay1.plus_days(10)}};
  reader.stations("stations.csv", stations);
  reader.calls("calls.csv", calls);
  return reader.finish();
}

std::string text_of(const std::string& path) {
  std::ifstream in{checkout("circles/chengdu-chongqing/network/" + path), std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// Minutes of each train from one station to another, shortest first.
std::vector<Seconds> minutes(const Schedule& schedule, const std::string& from,
                             const std::string& to) {
  std::vector<Seconds> out;
  for (const Trip& trip : schedule.trips) {
    const auto at = [&](const std::string& name) {
      return std::ranges::find(
          trip.calls, name, [&](const Call& call) { return schedule.stations[call.station].name; });
    };
    const auto a = at(from), b = at(to);
    if (a < b && b != trip.calls.end()) out.push_back((b->arrives_s - a->departs_s) / 60);
  }
  std::ranges::sort(out);
  return out;
}

TEST(RailList, TheOrderOfCallsIsThatOfTheClock) {
  const List list =
      read("number,station,arrives,departs\nK1,C,02:10,\nK1,A,,23:00\nK1,B,23:50,00:05\n");
  ASSERT_EQ(list.schedule.trips.size(), 1U);
  const auto& calls = list.schedule.trips[0].calls;
  EXPECT_EQ(calls[0].station, 0U);
  EXPECT_EQ(calls[1].departs_s, kDay + 5 * 60);
  EXPECT_EQ(calls[2].arrives_s, kDay + 130 * 60);
}

TEST(RailList, WithoutABeginningATrainStartsAfterItsLongestGap) {
  const List list = read(
      "number,station,arrives,departs\nK1,C,02:10,02:15\nK1,A,22:55,23:00\nK1,B,23:50,00:05\n");
  ASSERT_EQ(list.schedule.trips.size(), 1U);
  EXPECT_EQ(list.schedule.trips[0].calls.front().station, 0U);
  EXPECT_EQ(list.schedule.trips[0].calls.back().station, 2U);
}

TEST(RailList, FaultsNameFileLineAndField) {
  const List list = read(
      "number,station,arrives,departs\nK1,X,1:00,\nK1,A,25:00,\nK1,A,,\n,A,,10:00\nK1,A,,10:00\n");
  ASSERT_EQ(list.notices.size(), 3U);
  EXPECT_EQ(list.notices[0].code, "foreign_key_violation");
  EXPECT_EQ(list.notices[0].line, 2U);
  EXPECT_EQ(list.notices[1].field, "arrives");
  EXPECT_EQ(list.notices[2].count, 2U);
  EXPECT_TRUE(list.schedule.trips.empty());
}

// As published: 62 minutes between Chengdu East and Shapingba, by 7 of 13 trains and 7 of 15 back.
TEST(RailList, TheSixtyTwoMinutesAreThere) {
  const List list = read(text_of("calls.csv"), text_of("stations.csv"));
  EXPECT_TRUE(list.notices.empty());
  const auto east = minutes(list.schedule, "成都东", "沙坪坝");
  ASSERT_EQ(east.size(), 13U);
  EXPECT_EQ(std::ranges::count(east, 62), 7);
  EXPECT_EQ(east.front(), 62);
  EXPECT_EQ(east[6], 62);
  EXPECT_EQ(east.back(), 88);
  const auto west = minutes(list.schedule, "沙坪坝", "成都东");
  ASSERT_EQ(west.size(), 15U);
  EXPECT_EQ(std::ranges::count(west, 62), 7);
  EXPECT_EQ(west[7], 70);
  EXPECT_EQ(west.back(), 110);
  const auto north = minutes(list.schedule, "成都东", "重庆北");
  ASSERT_EQ(north.size(), 36U);
  EXPECT_EQ(north.front(), 77);
  EXPECT_EQ(north[18], 118);
}

TEST(RailList, OverADayTheBestIsWhatTheFastestTrainTakes) {
  const List list = read(text_of("calls.csv"), text_of("stations.csv"));
  const auto station = [&](const std::string& name) {
    return static_cast<StationIndex>(
        std::ranges::find(list.schedule.stations, name, &Station::name) -
        list.schedule.stations.begin());
  };
  const Timetable timetable = on_day(list.schedule, kDay1);
  Scan scan{timetable};
  const auto over =
      spreads(scan, station("成都东"), {.first_s = 6 * 3'600, .last_s = 22 * 3'600}, 6 * 3'600);
  EXPECT_EQ(over[station("沙坪坝")].best_s, 62 * 60);
  EXPECT_GT(over[station("沙坪坝")].median_s, 62 * 60);
}

}  // namespace
}  // namespace bashu::network::rail
