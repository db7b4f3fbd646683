#include "travel/rows.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "network/rail/list.h"

namespace bashu::travel {
namespace {

const Date kDay = *Date::parse("2021-01-30");

Listed listed(const std::string& calls) {
  network::rail::Reader reader{{.first = kDay, .last = kDay}};
  reader.stations("stations.csv",
                  "station,division,lon,lat,english,since\n成都东,510108,104.1,30.6,Chengdu "
                  "East,2011-05-08\n简阳南,510185,104.5,30.4,,\n沙坪坝,500106,106.4,29.5,,\n");
  reader.calls("calls.csv", "number,station,arrives,departs\n" + calls);
  auto list = reader.finish();
  EXPECT_TRUE(list.notices.empty());
  return {.trains = std::move(list.schedule),
          .divisions = std::move(list.divisions),
          .since = std::move(list.since),
          .day = kDay};
}
Rows rows(const std::string& calls, const char* division) {
  return rows_of(listed(calls), {.side = "sichuan",
                                 .source = "T",
                                 .divisions = {division},
                                 .valid_from = *Date::parse("2021-02-01")});
}
std::string text(const Value::List& rows) {
  std::string out;
  for (const Value& row : rows) out += canonical_json(row) + "\n";
  return out;
}

// A side tells its own stations, and whole trains that call there, also over midnight.
TEST(TimetableRows, ASideTellsItsStationsAndTheTrainsThatCallThere) {
  const Rows all = rows(
      "G2,沙坪坝,,23:30\nG2,成都东,00:40,\n"
      "G1,成都东,,09:15\nG1,简阳南,09:30,09:32\nG1,沙坪坝,10:17,\n"
      "C9,成都东,,08:00\nC9,简阳南,08:15,\n",
      "50");
  EXPECT_EQ(
      text(all.stations),
      R"({"division":"500106","east":106400000,"north":29500000,"side":"sichuan","source":"T",)"
      R"("station":"沙坪坝","to":"transport/stations"})"
      "\n");
  EXPECT_EQ(
      text(all.trains),
      R"({"calls":[{"departs":555,"station":"成都东"},{"arrives":570,"departs":572,"station":"简阳南"},)"
      R"({"arrives":617,"station":"沙坪坝"}],"number":"G1","side":"sichuan","source":"T",)"
      R"("to":"transport/trains","valid_from":"2021-02-01"})"
      "\n"
      R"({"calls":[{"departs":1410,"station":"沙坪坝"},{"arrives":1480,"station":"成都东"}],)"
      R"("number":"G2","side":"sichuan","source":"T","to":"transport/trains",)"
      R"("valid_from":"2021-02-01"})"
      "\n"
      R"({"side":"sichuan","source":"T","to":"transport/timetables","trains":2,)"
      R"("valid_from":"2021-02-01"})"
      "\n");
  EXPECT_NE(text(rows("", "51").stations).find(R"("english":"Chengdu East")"), std::string::npos);
  EXPECT_NE(text(rows("", "51").stations).find(R"("opened_on":"2011-05-08")"), std::string::npos);
}

TEST(TimetableRows, WhatHasNoTimesOfItsOwnIsLeftOutAndCounted) {
  Listed every = listed("G1,成都东,,09:15\nG1,沙坪坝,10:17,\n");
  every.trains.trips[0].headway = {.first_s = 0, .end_s = 3'600, .headway_s = 600};
  const Rows all =
      rows_of(every, {.side = "sichuan", .source = "T", .divisions = {"51"}, .valid_from = kDay});
  EXPECT_EQ(all.left_out, 1U);
  EXPECT_EQ(all.trains.size(), 1U);
  every.trains.trips[0].headway.reset();
  every.day = kDay.plus_days(1);  // on which it does not run
  EXPECT_EQ(
      rows_of(every, {.side = "sichuan", .source = "T", .divisions = {"51"}, .valid_from = kDay})
          .trains.size(),
      1U);
}

TEST(TimetableRows, AStationLiesInTheNearestCounty) {
  const Listed all = listed("");
  EXPECT_EQ(nearest_counties(
                all.trains,
                {{.code = "510104", .name = {}, .lon_e6 = 104'080'000, .lat_e6 = 30'650'000},
                 {.code = "500103", .name = {}, .lon_e6 = 106'530'000, .lat_e6 = 29'550'000}}),
            (std::vector<std::string>{"510104", "510104", "500103"}));
}

}  // namespace
}  // namespace bashu::travel
