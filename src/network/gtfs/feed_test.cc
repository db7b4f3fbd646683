#include "network/gtfs/feed.h"

#include <gtest/gtest.h>

#include <map>

#include "network/scan.h"

namespace bashu::network::gtfs {
namespace {

using Files = std::map<std::string, std::string>;

Files small() {
  return {
      {"stops.txt",
       "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
       "hub,Hub,30.0,104.0,1,\nhub1,Hub 1,30.0,104.0,0,hub\nhub2,Hub 2,30.0,104.0,0,hub\n"
       "far,Far,30.1,104.1,,\n"},
      {"routes.txt", "route_id,route_short_name\nr,R1\n"},
      {"calendar.txt",
       "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
       "week,1,1,1,1,1,0,0,20260302,20260331\n"},
      {"calendar_dates.txt", "service_id,date,exception_type\nweek,20260303,2\nweek,20260307,1\n"},
      {"trips.txt", "trip_id,route_id,service_id\nt,r,week\n"},
      {"stop_times.txt",
       "trip_id,stop_sequence,stop_id,arrival_time,departure_time\n"
       "t,2,far,24:40:00,24:40:00\nt,1,hub1,23:50:00,23:50:00\n"}};
}

Feed read(const Files& files, std::size_t piece = 7) {
  Reader reader;
  for (const std::string_view name : kTables) {
    const auto it = files.find(std::string{name});
    if (it == files.end()) continue;
    reader.begin(name);
    for (std::size_t at = 0; at < it->second.size(); at += piece) {
      reader.bytes(std::string_view{it->second}.substr(at, piece));
    }
    reader.end();
  }
  return reader.finish();
}

std::string told(const Feed& feed) {
  std::string out;
  for (const Notice& notice : feed.notices) {
    out += notice.file + ":" + std::to_string(notice.line) + " " + notice.field + " " +
           notice.code + " '" + notice.value + "'\n";
  }
  return out;
}

Date day(const char* text) { return *Date::parse(text); }

TEST(Gtfs, ReadsDaysExceptionsAndTimesAfterMidnight) {
  const Feed feed = read(small());
  ASSERT_TRUE(feed.schedule) << told(feed);
  EXPECT_EQ(told(feed), "");
  const Service& week = feed.schedule->services[0];
  EXPECT_TRUE(week.on(day("2026-03-02")));
  EXPECT_FALSE(week.on(day("2026-03-03")));  // taken out
  EXPECT_TRUE(week.on(day("2026-03-07")));   // a Saturday added
  EXPECT_FALSE(week.on(day("2026-03-08")));
  const Timetable timetable = on_day(*feed.schedule, day("2026-03-02"), 0);
  // From the platform's neighbour one walks over.
  EXPECT_EQ((Scan{timetable}.earliest(2, 23 * 3'600 + 45 * 60)[3]), 24 * 3'600 + 40 * 60);
  EXPECT_EQ((Scan{timetable}.earliest(2, 23 * 3'600 + 49 * 60)[3]), kNever);
}

TEST(Gtfs, WhatRunsOnRailsIsToldByTheTypeOfItsRoute) {
  const auto rail = [](const std::string& type) {
    Files files = small();
    files["routes.txt"] = "route_id,route_short_name,route_type\nr,R1," + type + "\n";
    return read(files).schedule->trips.at(0).rail;
  };
  for (const char* type : {"", "0", "1", "2", "7", "12", "109", "401", "900", "1400"}) {
    EXPECT_TRUE(rail(type)) << type;
  }
  for (const char* type : {"3", "4", "6", "11", "200", "700", "715", "1000", "1300"}) {
    EXPECT_FALSE(rail(type)) << type;
  }
  EXPECT_TRUE(read(small()).schedule->trips.at(0).rail);  // nothing is said
}

TEST(Gtfs, OneKindOfCalendarIsEnoughAndNoneIsNot) {
  Files files = small();
  files.erase("calendar.txt");
  Feed feed = read(files);
  ASSERT_TRUE(feed.schedule) << told(feed);
  EXPECT_TRUE(feed.schedule->services[0].on(day("2026-03-07")));
  files = small();
  files.erase("calendar_dates.txt");
  EXPECT_TRUE(read(files).schedule);
  files.erase("calendar.txt");
  feed = read(files);
  EXPECT_FALSE(feed.schedule);
  EXPECT_NE(told(feed).find("calendar.txt:0  missing_calendar_and_calendar_date_files"),
            std::string::npos);
}

TEST(Gtfs, AFaultNamesFileLineAndField) {
  struct Case {
    std::string file, row, expected;
  };
  for (const Case& one : std::vector<Case>{
           {"stops.txt", "x,X,91,0,,\n", "stops.txt:6 stop_lat invalid_float '91'"},
           {"stops.txt", "far,Again,1,1,,\n", "stops.txt:6 stop_id duplicate_key 'far'"},
           {"stops.txt", "x,X,1,1,,nowhere\n", "stops.txt:0 parent_station foreign_key_violation"},
           {"calendar.txt", "w,1,1,1,1,1,1,1,20260231,20260301\n",
            "calendar.txt:3 start_date invalid_date '20260231'"},
           {"calendar.txt", "w,1,1,1,1,1,1,1,20260301,20360401\n",
            "calendar.txt:3 end_date start_and_end_range_out_of_order"},
           {"calendar_dates.txt", "week,20260304,3\n",
            "calendar_dates.txt:4 exception_type unexpected_enum_value '3'"},
           {"trips.txt", "u,nothing,week\n",
            "trips.txt:3 route_id foreign_key_violation 'nothing'"},
           {"stop_times.txt", "u,1,far,1:00:00,1:00:00\n",
            "stop_times.txt:4 trip_id foreign_key_violation 'u'"},
           {"stop_times.txt", "t,3,far,25:61:00,\n",
            "stop_times.txt:4 arrival_time invalid_time '25:61:00'"},
           {"stop_times.txt", "t,2,hub2,24:50:00,24:50:00\n",
            "stop_times.txt:0 stop_sequence duplicate_key 't'"},
           {"stop_times.txt", "t,3,\"far,1:00:00\n", "stop_times.txt:4  csv_parsing_failed ''"},
           {"trips.txt", "t,r,week\n", "trips.txt:3 trip_id duplicate_key 't'"}}) {
    Files files = small();
    files[one.file] += one.row;
    const Feed feed = read(files);
    EXPECT_NE(told(feed).find(one.expected), std::string::npos) << one.row << told(feed);
  }
}

TEST(Gtfs, ATripThatGoesBackInTimeIsLeftOut) {
  Files files = small();
  files["stop_times.txt"] += "t,3,hub2,24:10:00,24:10:00\n";
  const Feed feed = read(files);
  ASSERT_TRUE(feed.schedule);
  EXPECT_TRUE(feed.schedule->trips.empty());
  EXPECT_EQ(feed.trips_left_out, 1U);
}

TEST(Gtfs, TimesThatAreNotGivenLieEvenlyBetween) {
  Files files = small();
  files["stop_times.txt"] =
      "trip_id,stop_sequence,stop_id,arrival_time,departure_time\n"
      "t,1,hub1,08:00:00,08:00:00\nt,5,hub2,,\nt,9,far,08:10:00,08:10:00\n";
  const Feed feed = read(files);
  ASSERT_EQ(feed.schedule->trips.size(), 1U) << told(feed);
  EXPECT_EQ(feed.schedule->trips[0].calls[1].arrives_s, 8 * 3'600 + 300);
}

TEST(Gtfs, FrequenciesWithAndWithoutPhase) {
  Files files = small();
  files["frequencies.txt"] =
      "trip_id,start_time,end_time,headway_secs,exact_times\n"
      "t,06:00:00,08:00:00,600,1\nt,08:00:00,10:00:00,1200,0\n";
  const Feed feed = read(files);
  ASSERT_TRUE(feed.schedule) << told(feed);
  ASSERT_EQ(feed.schedule->trips.size(), 2U);
  const Timetable timetable = on_day(*feed.schedule, day("2026-03-02"), 0, {0, 300});
  Scan scan{timetable};
  EXPECT_EQ(scan.earliest(1, 6 * 3'600 + 1)[3], 7 * 3'600);
  EXPECT_EQ(scan.earliest(1, 8 * 3'600)[3], 8 * 3'600 + 300 + 3'000);
}

TEST(Gtfs, TimesAreWrittenInSeveralWays) {
  EXPECT_EQ(parse_time("7:05:30"), 7 * 3'600 + 330);
  EXPECT_EQ(parse_time(" 7:05:30"), 7 * 3'600 + 330);
  EXPECT_EQ(parse_time("25:00:00"), 90'000);
  for (const char* wrong : {"", "7:05", "07:5:30", "7:05:60", "-1:00:00", "999:00:00", "7:05:3x"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace bashu::network::gtfs
