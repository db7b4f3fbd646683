#include "network/circle.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "network/circle_files.h"
#include "network/geojson.h"
#include "testing/checkout.h"

namespace bashu::network {
namespace {

Date day(const char* text) { return *Date::parse(text); }

// Two places 200 km apart, each with a station, a train every hour that takes one; a line of which
// the plan says 2024, every half hour in forty minutes; a road of 2022.
std::map<std::string, std::string, std::less<>> two_cities() {
  std::string calls = "number,station,arrives,departs\n";
  for (int hour = 10; hour < 20; ++hour) {
    const std::string h = std::to_string(hour), next = std::to_string(hour + 1);
    calls += "T" + h + ",A,," + h + ":00\nT" + h + ",B," + next + ":00,\n";
  }
  return {{"timetable.csv", "of\n2021-01-30\n"},
          {"stations.csv", "station,division,lon,lat,since\nA,100001,104,30,\nB,100002,106,30,\n"},
          {"calls.csv", calls},
          {"places.csv",
           "code,name,english,lon,lat,population,core,basis\n100001,甲,A,104,30,1000,yes,\n"
           "100002,乙,B,106,30,500,,shared\n"},
          {"lines.csv",
           "line,name,english,since,first,last,headway_min,plan\nR,新线,New,,06:00,22:00,30,"
           "2024-01-01\n"},
          {"stops.csv", "line,station,minutes\nR,A,0\nR,B,40\n"},
          {"roads.csv",
           "road,section,a,b,km,speed_kmh,since,plan\nX,,100001,100002,240,80,2022-07-01,\n"},
          {"scenarios.csv",
           "scenario,name,english,line,change,value\nlate,晚,Late,R,shift,24\nlate,,,X,without,\n"
           "now,早,Now,R,open,2021-01-01\n"}};
}
CircleFile read(const std::map<std::string, std::string, std::less<>>& files) {
  return read_circle([&](std::string_view name) -> std::optional<std::string> {
    const auto it = files.find(name);
    return it == files.end() ? std::nullopt : std::optional{it->second};
  });
}
Circle circle() {
  CircleFile file = read(two_cities());
  EXPECT_TRUE(file.notices.empty());
  return std::move(file.circle);
}

constexpr Window kMorning{.first_s = 10 * 3'600, .last_s = 12 * 3'600, .step_s = 600};
Spread between(const Circle& circle, const Openings& openings, const char* on) {
  return minutes_from(standing_on(circle, openings, day(on)), 0, kMorning)[1];
}

TEST(Circle, ALineAndARoadCountFromTheDayTheyOpen) {
  const Circle c = circle();
  // By train: ten minutes at the station, up to an hour's wait, an hour's ride.
  EXPECT_EQ(between(c, c.openings, "2022-06-30").best_s, 4'200);
  EXPECT_EQ(between(c, c.openings, "2022-06-30").worst_s, 4'200 + 3'000);
  EXPECT_EQ(between(c, c.openings, "2023-12-31").worst_s, 4'200 + 3'000);  // the road takes 3 h
  EXPECT_EQ(between(c, c.openings, "2024-01-01").best_s, 3'000);
}

TEST(Circle, AScenarioSelectsAndShifts) {
  const Circle c = circle();
  const Openings late = apply(c.openings, *c.scenario("late"));
  EXPECT_EQ(between(c, late, "2025-12-31").best_s, 4'200);
  EXPECT_EQ(between(c, late, "2026-01-01").best_s, 3'000);
  EXPECT_EQ(unfinished(late, day("2026-01-01")), (std::vector<std::string>{"X"}));
  EXPECT_EQ(between(c, apply(c.openings, *c.scenario("now")), "2021-02-01").best_s, 3'000);
  EXPECT_EQ(c.openings.at("R").plan, day("2024-01-01"));
}

TEST(Circle, TheRecordGoesBeforeThePlan) {
  const Openings files = circle().openings;
  const Date today = day("2024-06-01");
  // The plan has passed and the record knows of no opening: it is not open yet.
  const Openings not_yet = follow(files, {{"R", {}}}, today);
  EXPECT_EQ(unfinished(not_yet, today), (std::vector<std::string>{"R"}));
  EXPECT_TRUE(unfinished(not_yet, today.plus_days(1)).empty());
  const Openings early = follow(files, {{"R", {.since = day("2023-05-01"), .plan = {}}}}, today);
  EXPECT_TRUE(unfinished(early, day("2023-05-01")).empty());
  const Openings moved = follow(files, {{"R", {.since = {}, .plan = day("2026-01-01")}}}, today);
  EXPECT_EQ(unfinished(moved, day("2025-12-31")), (std::vector<std::string>{"R"}));
  EXPECT_TRUE(unfinished(moved, day("2026-01-01")).empty());
}

// Trains of a trial carry nobody; what is closed carries nobody until it opens again.
TEST(Circle, OnlyWhatIsOpenIsTravelledOn) {
  auto files = two_cities();
  files["lines.csv"] =
      "line,name,english,since,first,last,headway_min,plan,approved,building,trial,closed\n"
      "R,新线,New,2024-01-01,06:00,22:00,30,,2020-01-01,2021-01-01,2023-10-01,2025-01-01\n";
  const Circle c = read(files).circle;
  const auto status = [&](const char* on) { return status_on(c.openings.at("R"), day(on)); };
  EXPECT_EQ(status("2019-12-31"), Status::planned);
  EXPECT_EQ(status("2020-01-01"), Status::approved);
  EXPECT_EQ(status("2021-01-01"), Status::building);
  EXPECT_EQ(status("2023-10-01"), Status::trial);
  EXPECT_EQ(status("2024-01-01"), Status::open);
  EXPECT_EQ(status("2025-01-01"), Status::closed);
  EXPECT_EQ(between(c, c.openings, "2023-12-31").best_s, 4'200);
  EXPECT_EQ(between(c, c.openings, "2024-12-31").best_s, 3'000);
  EXPECT_EQ(between(c, c.openings, "2025-01-01").best_s, 4'200);
  // It is no work to come, and opens again on the day of a later opening.
  EXPECT_TRUE(to_open(c.openings, day("2025-01-01")).empty());
  EXPECT_EQ(unfinished(c.openings, day("2025-01-01")), (std::vector<std::string>{"R"}));
  Openings again = c.openings;
  again.at("R").since = day("2026-01-01");
  EXPECT_EQ(status_on(again.at("R"), day("2025-12-31")), Status::closed);
  EXPECT_EQ(status_on(again.at("R"), day("2026-01-01")), Status::open);
  for (const Status one : kStatuses) EXPECT_EQ(status_of(name_of(one)), one);
  EXPECT_FALSE(status_of("shut"));
  const auto json = geojson(c, minutes_from(standing_on(c, again, day("2025-06-01")), 0, kMorning),
                            again, day("2025-06-01"));
  EXPECT_NE(json.find(R"("closed":"2025-01-01","status":"closed")"), std::string::npos);
}

// What the record closes opens again by a plan on record only.
TEST(Circle, ARecordClosesALineWhateverTheFilesPlanned) {
  const Openings files = circle().openings;
  const Date today = day("2024-06-01");
  const Opening dropped{.since = {}, .plan = {}, .closed = day("2023-01-01")};
  EXPECT_EQ(status_on(follow(files, {{"R", dropped}}, today).at("R"), day("2030-01-01")),
            Status::closed);
  const Opening again{.since = {}, .plan = day("2027-01-01"), .closed = day("2023-01-01")};
  EXPECT_EQ(status_on(follow(files, {{"R", again}}, today).at("R"), day("2027-01-01")),
            Status::open);
}

TEST(Circle, BusesAreReadAndAssumedUnlessTheyArePublished) {
  auto files = two_cities();
  files["buses.csv"] =
      "line,name,english,station,towards,towards_english,walk_min,last,since,closed,basis\n"
      "B1,一路,One,A,丙,C,5,19:30,2021-01-01,,\nB2,二路,Two,B,丙,C,0,24:10,2021-01-01,,published\n";
  const Circle c = read(files).circle;
  ASSERT_EQ(c.buses.size(), 2U);
  EXPECT_TRUE(c.buses[0].assumed);
  EXPECT_EQ(c.buses[0].walk_s, 300);
  EXPECT_FALSE(c.buses[1].assumed);
  EXPECT_EQ(c.buses[1].last_s, 24 * 3'600 + 600);
  files["buses.csv"] = "line,station,walk_min,last,since\nB1,Z,5,19:30,2021-01-01\n";
  EXPECT_EQ(read(files).notices.front().field, "station");
}

TEST(Circle, NobodyCallsAtAStationBeforeItOpens) {
  auto files = two_cities();
  files["stations.csv"] =
      "station,division,lon,lat,since\nA,100001,104,30,\nB,100002,106,30,2021-06-01\n";
  const Circle c = read(files).circle;
  EXPECT_EQ(between(c, c.openings, "2021-05-31").best_s, kNever);
  EXPECT_EQ(between(c, c.openings, "2021-06-01").best_s, 4'200);
}

TEST(Circle, ThreadsDoNotChangeTheTimes) {
  const Circle c = circle();
  const Standing standing = standing_on(c, c.openings, day("2024-01-01"));
  const Times one = times_between(standing, kMorning, 1);
  EXPECT_EQ(one.seconds, times_between(standing, kMorning, 3).seconds);
  EXPECT_EQ(one.from(0)[0], 0);
  EXPECT_EQ(one.from(0)[1], minutes_from(standing, 0, kMorning)[1].median_s);
}

TEST(Circle, AFaultyRowIsToldWithFileLineAndField) {
  const auto fault = [](const char* file, const std::string& row) {
    auto files = two_cities();
    files[file] += row + "\n";
    const auto notices = read(files).notices;
    EXPECT_EQ(notices.size(), 1U) << row;
    const Notice& notice = notices.at(0);
    return notice.file + ":" + std::to_string(notice.line) + " " + notice.field;
  };
  EXPECT_EQ(fault("places.csv", "100001,丙,C,104,30,1,,"), "places.csv:4 code");
  EXPECT_EQ(fault("places.csv", "100003,丙,C,104,30,-1,,"), "places.csv:4 population");
  EXPECT_EQ(fault("lines.csv", "S,新,New,2024-02-30,06:00,22:00,30,"), "lines.csv:3 since");
  EXPECT_EQ(fault("lines.csv", "S,新,New,,06:00,05:00,30,"), "lines.csv:3 last");
  EXPECT_EQ(fault("stops.csv", "R,B,40"), "stops.csv:4 minutes");
  EXPECT_EQ(fault("stops.csv", "R,C,50"), "stops.csv:4 station");
  EXPECT_EQ(fault("roads.csv", "Y,,100001,100009,1,80,,"), "roads.csv:3 b");
  EXPECT_EQ(fault("roads.csv", "X,,100001,100002,1,80,2022-07-02,"), "roads.csv:3 since");
  EXPECT_EQ(fault("scenarios.csv", "late,,,Q,without,"), "scenarios.csv:5 line");
  EXPECT_EQ(fault("scenarios.csv", "late,,,R,sell,"), "scenarios.csv:5 change");
}

TEST(Circle, AsGeoJsonPlacesHaveMinutesAndLinesTheirOpening) {
  const Circle c = circle();
  const auto spreads = minutes_from(standing_on(c, c.openings, day("2021-01-30")), 0, kMorning);
  const std::string text = geojson(c, spreads, c.openings, day("2021-01-30"));
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  EXPECT_TRUE(
      has(R"("code":"100002","name_en":"B","name_zh":"乙","people":500,"people_assumed":true,)"
          R"("best_min":70)"))
      << text;
  EXPECT_TRUE(has(R"("code":"R","name_en":"New","name_zh":"新线","open":false,"since":null,)"
                  R"("planned":"2024-01-01")"))
      << text;
}

TEST(Circle, TheReferenceCircleIsReadWhole) {
  const CircleFile file = read_circle([](std::string_view name) -> std::optional<std::string> {
    std::ifstream in{checkout("circles/chengdu-chongqing/network/" + std::string{name})};
    if (!in) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  });
  for (const Notice& notice : file.notices) ADD_FAILURE() << notice.file << ' ' << notice.value;
  EXPECT_EQ(file.circle.places.size(), 221U);
  EXPECT_EQ(file.circle.cores().size(), 2U);
  EXPECT_EQ(file.circle.lines.size(), 7U);
  EXPECT_EQ(file.circle.scenarios.size(), 4U);
  const Openings& planned = file.circle.openings;
  const auto minutes = [&](const char* on, const Openings& openings) {
    const auto chengdu = file.circle.cores()[1], chongqing = file.circle.cores()[0];
    const Window all_day{.first_s = 6 * 3'600, .last_s = 22 * 3'600, .step_s = 600};
    return minutes_from(standing_on(file.circle, openings, day(on)), chengdu, all_day)[chongqing]
        .best_s;
  };
  const Seconds before = minutes("2015-01-01", planned), now = minutes("2021-01-30", planned);
  EXPECT_LT(now, before);
  EXPECT_LT(minutes("2028-01-01", planned), now);
  EXPECT_EQ(minutes("2028-01-01", apply(planned, *file.circle.scenario("two-years-late"))),
            minutes("2027-12-01", planned));
}

}  // namespace
}  // namespace bashu::network
