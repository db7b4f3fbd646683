#include "travel/ride_fares.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/json.h"
#include "testing/checkout.h"
#include "travel/network.h"

namespace bashu::travel {
namespace {

namespace fs = std::filesystem;

using network::Ride;

Date day(const char* text) { return *Date::parse(text); }

fares::Tariff tariff(const char* text) {
  auto read = fares::read_tariff(*parse_json(text));
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().front().what);
  return *std::move(read);
}

// A metro priced by pairs, and a bus of one fare; a dearer bus from February on.
RideFares metro_and_bus() {
  return {{tariff(R"({"tariff":"city","version":1,"from":"2026-01-01","groups":{
             "metro":{"party":"sichuan","table":[["A","B",200],["A","乙",300]],"same_place":150,"operators":[{"name":"m"}]},
             "bus":{"party":"chongqing","flat":100,"operators":[{"name":"b"}]}}})"),
           tariff(R"({"tariff":"city","version":2,"from":"2026-02-01","to":"2026-12-31","groups":{
             "metro":{"party":"sichuan","table":[["A","B",200]],"operators":[{"name":"m"}]},
             "bus":{"party":"chongqing","flat":150,"operators":[{"name":"b"}]}}})")},
          {{.line = "M1", .tariff = "city", .group = "metro"},
           {.line = "M2", .tariff = "city", .group = "metro"},
           {.line = "B1", .tariff = "city", .group = "bus"}}};
}

TEST(RideFares, TheNewestVersionInForcePricesALine) {
  const RideFares known = metro_and_bus();
  const RideFares::Whose first{
      .tariff = "city", .version = 1, .party = "chongqing", .most_fen = 100};
  EXPECT_EQ(known.whose("B1", day("2026-01-31")), first);
  EXPECT_EQ(known.whose("B1", day("2026-02-01"))->version, 2);
  EXPECT_EQ(known.whose("B1", day("2027-01-01")), first);
  EXPECT_EQ(known.whose("M1", day("2026-01-31"))->most_fen, 300);
  EXPECT_FALSE(known.whose("B1", day("2025-12-31")));
  EXPECT_FALSE(known.whose("G1", day("2026-03-01")));
  EXPECT_FALSE(RideFares{}.whose("B1", day("2026-03-01")));
}

TEST(RideFares, AMetroIsOneAreaAndABusNone) {
  const std::vector<network::Station> stations{
      {.id = "A", .name = "甲"}, {.id = "B", .name = "乙"}, {.id = "C", .name = "丙"}};
  const std::vector<std::string> lines{"M1", "M2", "B1", "G1"};
  const network::Fares fares = metro_and_bus().on(day("2026-01-31"), lines, stations);
  EXPECT_EQ(fares.area(0), fares.area(1));
  EXPECT_NE(fares.area(0), network::kNoArea);
  EXPECT_EQ(fares.area(2), network::kNoArea);
  EXPECT_EQ(fares.area(3), network::kNoArea);
  EXPECT_EQ(fares.of(Ride{.trip = 0, .from = 0, .to = 1}), 200);
  EXPECT_EQ(fares.of(Ride{.trip = 1, .from = 1, .to = 0}), 200);  // both ways
  EXPECT_EQ(fares.of(Ride{.trip = 1, .from = 0, .to = 0}), 150);
  EXPECT_FALSE(fares.of(Ride{.trip = 0, .from = 0, .to = 2}));  // the tariff does not tell
  EXPECT_EQ(fares.of(Ride{.trip = 2, .from = 0, .to = 2}), 100);
  EXPECT_FALSE(fares.of(Ride{.trip = 3, .from = 0, .to = 1}));
}

// By rules 2: a metro that is dear on working mornings, by the clock at which one goes in, cheap
// for children, and cheap by night where one comes out; a bus that costs less by an app.
RideFares by_time_and_rider() {
  return {{tariff(
              R"({"tariff":"city","rules":2,"version":1,"from":"2026-01-01","groups":{
             "metro":{"party":"sichuan","table":[["A","B",200],["A","乙",300]],"same_place":150,"operators":[{"name":"m"}],
               "instead":[{"classes":["child"],"flat":50},
                          {"days":[1,2,3,4,5],"from":23400,"until":34200,"table":[["A","B",280]]},
                          {"from":75600,"until":0,"at":"last_tap","flat":120}]},
             "bus":{"party":"chongqing","flat":100,"operators":[{"name":"b"}],"instead":[{"media":["app"],"issuers":["sichuan"],"flat":80}]}}})")},
          {{.line = "M1", .tariff = "city", .group = "metro"},
           {.line = "B1", .tariff = "city", .group = "bus"}}};
}

TEST(RideFares, ARidePaysWhatItCostsAtItsTimeAndByItsRider) {
  const std::vector<network::Station> stations{
      {.id = "A", .name = "甲"}, {.id = "B", .name = "乙"}, {.id = "C", .name = "丙"}};
  const std::vector<std::string> lines{"M1", "B1"};
  const RideFares known = by_time_and_rider();
  const auto hour = [](int hours, int minutes) { return hours * 3'600 + minutes * 60; };
  const auto fare = [&](const char* on, network::TripIndex trip, network::Seconds departs,
                        network::Seconds arrives, const RideFares::Rider& rider = {}) {
    return known.on(day(on), lines, stations, rider)
        .of({.trip = trip, .from = 0, .to = 1, .departs_s = departs, .arrives_s = arrives});
  };
  const char *friday = "2026-03-06", *saturday = "2026-03-07";
  EXPECT_EQ(fare(friday, 0, hour(6, 29), hour(7, 0)), 200);
  EXPECT_EQ(fare(friday, 0, hour(6, 30), hour(7, 0)), 280);
  EXPECT_EQ(fare(friday, 0, hour(9, 30), hour(10, 0)), 200);
  EXPECT_EQ(fare(saturday, 0, hour(6, 30), hour(7, 0)), 200);
  EXPECT_EQ(fare(friday, 0, hour(30, 30), hour(31, 0)), 200) << "the morning after";
  EXPECT_EQ(fare("2026-03-05", 0, hour(30, 30), hour(31, 0)), 280);
  EXPECT_EQ(fare(friday, 0, hour(20, 50), hour(21, 10)), 120) << "of its end";
  EXPECT_EQ(fare(friday, 0, hour(7, 0), hour(7, 30), {.rider_class = "child"}), 50);
  EXPECT_EQ(fare(friday, 1, hour(7, 0), hour(7, 30)), 100);
  EXPECT_EQ(fare(friday, 1, hour(7, 0), hour(7, 30), {.medium = "app"}), 100);
  EXPECT_EQ(fare(friday, 1, hour(7, 0), hour(7, 30), {.medium = "app", .issuer = "sichuan"}), 80);
  // Who comes out where they went in pays that at any time.
  EXPECT_EQ(known.on(day(friday), lines, stations)
                .of({.trip = 0, .from = 0, .to = 0, .departs_s = hour(7, 0), .arrives_s = 0}),
            150);
}

TEST(RideFares, MomentsAreOneWhereNoPriceChangesBetweenThem) {
  const std::vector<network::Station> stations{{.id = "A", .name = "甲"}};
  const std::vector<std::string> lines{"M1", "B1"};
  const network::Fares fares = by_time_and_rider().on(day("2026-03-06"), lines, stations);
  EXPECT_EQ(fares.entered(0, 23'400), fares.entered(0, 34'199));
  EXPECT_NE(fares.entered(0, 23'399), fares.entered(0, 23'400));
  EXPECT_NE(fares.entered(0, 34'199), fares.entered(0, 34'200));
  EXPECT_NE(fares.entered(0, 30'000), fares.entered(0, 30'000 + network::kDay));
  EXPECT_NE(fares.entered(0, -60), fares.entered(0, 60)) << "a run of the day before";
  EXPECT_EQ(fares.entered(1, 0), fares.entered(1, 80'000)) << "nothing there is by time";
}

class FaresBeside : public ::testing::Test {
 protected:
  ~FaresBeside() override { fs::remove_all(dir_); }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream{dir_ / name} << text;
  }
  std::string why() {
    const auto known = load_fares(dir_ / "network", circle_);
    return known ? "" : known.error().what.substr(dir_.string().size());
  }
  void SetUp() override {
    circle_.buses.push_back({.code = "B1", .name = {}, .towards = {}, .opening = {}});
    write("tariffs/city.yaml",
          "tariff: city\nversion: 1\nfrom: '2026-01-01'\n"
          "groups:\n  bus: {party: sichuan, flat: 200, operators: [{name: b}]}\n");
  }

  const fs::path dir_ =
      fs::temp_directory_path() / ("bashu-ride-fares-" + std::to_string(::getpid()));
  network::Circle circle_;
};

TEST_F(FaresBeside, ARowNamesALineATariffAndAGroup) {
  EXPECT_EQ(why(), "");  // no fare is known
  write("network/fares.csv", "line,tariff,group\nB1,city,bus\n");
  const auto known = load_fares(dir_ / "network" / "", circle_);
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->whose("B1", day("2026-03-01"))->party, "sichuan");
}

TEST_F(FaresBeside, WhatIsNotThereIsRefusedWithItsRow) {
  write("network/fares.csv", "line,tariff,group\nB1,city,bus\nB2,city,bus\n");
  EXPECT_EQ(why(), "/network/fares.csv:3: line 'B2' is no line of the network");
  write("network/fares.csv", "line,tariff,group\nB1,town,bus\n");
  EXPECT_EQ(why(), "/network/fares.csv:2: tariff 'town' is none of the tariffs beside the network");
  write("network/fares.csv", "line,tariff,group\nB1,city,metro\n");
  EXPECT_EQ(why(), "/network/fares.csv:2: group 'metro' is not in version 1 of the tariff city");
  write("tariffs/again.yaml",
        "tariff: city\nversion: 1\nfrom: '2026-01-01'\ngroups:\n  metro: {party: s, flat: 200, "
        "operators: [{name: b}]}\n");
  EXPECT_EQ(why(), "/tariffs/city.yaml: there is a version 1 of the tariff city already");
  write("tariffs/again.yaml", "tariff: other\nversion: none\n");
  EXPECT_TRUE(why().starts_with("/tariffs/again.yaml:")) << why();
}

// What the reference circle has: fares of border buses, none of its trains.
TEST(RideFares, TheReferenceCircleNamesOnlyWhatIsThere) {
  const auto folder = checkout("circles/chengdu-chongqing/network");
  const auto circle = load_network(folder).value();
  const auto known = load_fares(folder, *circle);
  ASSERT_TRUE(known.has_value()) << known.error().what;
  EXPECT_EQ(known->whose("B01", day("2021-01-30"))->tariff, "border-buses");
  EXPECT_EQ(known->whose("B02", day("2021-01-30"))->most_fen, 800);
  EXPECT_FALSE(known->whose(circle->trains.trips.front().line, day("2021-01-30")));
}

}  // namespace
}  // namespace bashu::travel
