#include "fares/gtfs_fares.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "fares/rate.h"
#include "fares/tap_rows.h"
#include "fares/tides.h"

namespace bashu::fares {
namespace {

Tariff tariff(const char* json) {
  const auto value = parse_json(json);
  EXPECT_TRUE(value);
  auto read = read_tariff(*value);
  EXPECT_TRUE(read) << read.error().front().where << " " << read.error().front().what;
  return read ? *std::move(read) : Tariff{};
}

constexpr const char* kSaid =
    R"({"tariff":"t","version":3,"from":"2021-01-01","groups":{)"
    R"("bus":{"party":"p","operators":[{"name":"bus"}],"flat":200},)"
    R"("metro":{"party":"p","operators":[{"name":"metro"}],"zones":{"s1":"a","s2":"a","s3":"b"},)"
    R"("zone_fares":[["a","a",200],["a","b",350],["b","b",200]]}},)"
    R"("discounts":[{"name":"half","groups":["metro"],"classes":["child"],"ppm":500000}],)"
    R"("transfers":[{"name":"change","from":["bus"],"to":["metro"],"window":3600,"takes_off":"up_to",)"
    R"("amount":100,"another_vehicle":false}]})";

const GtfsTerms kTerms{.name = "t", .version = 3, .from = *Date::parse("2021-01-01"), .party = "p"};

std::string unsaid(const std::vector<Unsaid>& all) {
  std::string out;
  for (const Unsaid& one : all) out += one.key + " " + one.of + "\n";
  return out;
}

Tap tap(const char* at, const char* kind, const char* group, const char* place, const char* rider) {
  Tap out;
  EXPECT_EQ(tap_of(*Value{Value::Record{{"id", std::string{at} + place},
                                        {"token", "t"},
                                        {"at", std::string{"2021-03-04 "} + at},
                                        {"kind", kind},
                                        {"group", group},
                                        {"place", place},
                                        {"issuer", "p"},
                                        {"class", rider}}}
                        .as_record(),
                   out),
            "");
  return out;
}

TEST(GtfsFares, WhatCanBeSaidComesBackAndCostsTheSame) {
  const Tariff one = tariff(kSaid);
  const GtfsFares out = to_gtfs(one);
  EXPECT_EQ(unsaid(out.unsaid), "");
  const auto back = from_gtfs(out.tables, kTerms);
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(unsaid(back->unsaid), "");
  const auto again = read_tariff(back->tariff);
  ASSERT_TRUE(again) << again.error().front().where << " " << again.error().front().what;
  for (const char* rider : {"", "child"}) {
    const std::vector<Tap> taps{
        tap("08:00:00", "single", "bus", "b", rider), tap("08:20:00", "in", "metro", "s1", rider),
        tap("08:40:00", "out", "metro", "s3", rider), tap("09:00:00", "in", "metro", "s2", rider),
        tap("09:10:00", "out", "metro", "s1", rider), tap("20:00:00", "in", "metro", "s3", rider),
        tap("20:30:00", "out", "metro", "s1", rider)};
    std::vector<Money> were, are;
    for (const Posting& posting : rated(one, taps)) were.push_back(posting.from_issuer);
    for (const Posting& posting : rated(*again, taps)) are.push_back(posting.from_issuer);
    EXPECT_EQ(are, were) << rider;
    EXPECT_EQ(were.size(), 4U);
  }
}

TEST(GtfsFares, AProductIsAPriceInYuan) {
  const GtfsFares out = to_gtfs(tariff(kSaid));
  const auto& products = out.tables.at("fare_products");
  const auto price = [&](const std::string& product, const std::string& rider) {
    const auto found = std::ranges::find_if(products, [&](const auto& row) {
      return row.at("fare_product_id") == product && row.at("rider_category_id") == rider;
    });
    return found == products.end() ? std::string{"none"} : found->at("amount");
  };
  EXPECT_EQ(price("bus", ""), "2.00");
  EXPECT_EQ(price("bus", "child"), "none") << "a child pays what all pay";
  EXPECT_EQ(price("metro:metro:a:metro:b", ""), "3.50");
  EXPECT_EQ(price("metro:metro:a:metro:b", "child"), "1.75");
  EXPECT_EQ(price("transfer:change", ""), "-1.00");
  EXPECT_EQ(out.tables.at("stop_areas").size(), 3U);
}

TEST(GtfsFares, WhatCannotBeSaidIsTold) {
  const Tariff all = tariff(
      R"({"tariff":"t","version":1,"from":"2021-01-01","day_begins":14400,"fee":10000,"denied_after":60,"groups":{)"
      R"("m":{"party":"p","operators":[{"name":"x"},{"name":"y"}],"bands":[[4000,200],[9000,300]],)"
      R"("metres":[["s1","s2",3000],["s1","s3",8000]],"limit":7200,"overtime":300,"same_place":200,"missing":700},)"
      R"("b":{"party":"p","operators":[{"name":"x"}],"flat":100}},)"
      R"("discounts":[{"name":"many","ppm":100000,"above":10000},{"name":"ours","issuers":["p"],"ppm":1,"borne_by":"issuer"}],)"
      R"("transfers":[{"name":"free","from":["m"],"to":["b"],"amount":200,"window":60,"most":2,"same_line_gap":5,"inclusive":false},)"
      R"({"name":"dearest","takes_off":"difference","another_vehicle":false}],)"
      R"("completion":{"most":3,"rules":[{"name":"next","by":"next_entry","within":3600}]},)"
      R"("caps":[{"name":"day","period":"day","limit":2000}]})");
  EXPECT_EQ(
      unsaid(to_gtfs(all).unsaid),
      "accumulated many\nanother_vehicle free\nbands m\nbelow_zero free\nborne_by ours\ncap day\n"
      "chain free\ncompletion next\ncount free\nday_begins t\ndenied_after t\n"
      "difference dearest\nexclusive free\nfee t\nissuers ours\nlimit m\nmissing m\noperators m\n"
      "same_line_gap free\nsame_place m\n");
}

TEST(GtfsFares, WhatIsReadIsRefusedOrTold) {
  const auto read = [](GtfsTables tables) {
    const auto out = from_gtfs(tables, kTerms);
    return out ? unsaid(out->unsaid) : out.error();
  };
  GtfsTables tables{
      {"fare_products", {{{"fare_product_id", "one"}, {"amount", "2"}, {"currency", "CNY"}}}},
      {"fare_leg_rules",
       {{{"leg_group_id", "g"}, {"network_id", "n"}, {"fare_product_id", "one"}}}}};
  EXPECT_EQ(read(tables), "");
  EXPECT_EQ(read({}), "fare_leg_rules.txt");
  for (const auto& [column, cell] :
       {std::pair{"amount", "2.005"}, std::pair{"amount", "two"}, std::pair{"currency", "EUR"},
        std::pair{"fare_product_id", ""}}) {
    GtfsTables odd = tables;
    odd["fare_products"][0][column] = cell;
    EXPECT_EQ(read(odd), std::string{"fare_products.txt:2: "} + column) << cell;
  }
  GtfsTables more = tables;
  more["fare_leg_rules"].push_back(
      {{"leg_group_id", "g"}, {"fare_product_id", "one"}, {"from_timeframe_group_id", "peak"}});
  more["fare_leg_rules"].push_back(
      {{"leg_group_id", "h"}, {"fare_product_id", "one"}, {"from_area_id", "x"}});
  more["fare_products"].push_back({{"fare_product_id", "one"},
                                   {"rider_category_id", "child"},
                                   {"amount", "0.67"},
                                   {"currency", "CNY"}});
  more["fare_products"].push_back({{"fare_product_id", "one"},
                                   {"fare_media_id", "card"},
                                   {"amount", "1.80"},
                                   {"currency", "CNY"}});
  more["fare_transfer_rules"].push_back({{"from_leg_group_id", "g"},
                                         {"to_leg_group_id", "g"},
                                         {"fare_transfer_type", "2"},
                                         {"fare_product_id", "one"}});
  EXPECT_EQ(read(more), "by_medium one\nhalf_pair one\ntimeframe one\ntransfer_type g g\n");
  more["fare_transfer_rules"][0]["fare_product_id"] = "none";
  EXPECT_EQ(read(more), "fare_transfer_rules.txt:2: fare_product_id");
}

// A feed of one network with these products and, of legs, their product and times.
FromGtfs read_products(std::vector<std::map<std::string, std::string>> products,
                       const std::vector<std::pair<std::string, std::string>>& legs) {
  for (auto& row : products) row.emplace("currency", "CNY");
  GtfsTables tables{{"fare_products", std::move(products)},
                    {"fare_leg_rules", {}},
                    {"calendar", {{{"service_id", "daily"}}}},
                    {"timeframes",
                     {{{"timeframe_group_id", "peak"},
                       {"start_time", "07:00:00"},
                       {"end_time", "09:00:00"},
                       {"service_id", "daily"}}}}};
  for (const char* day :
       {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}) {
    tables["calendar"][0][day] = "1";
  }
  for (const auto& [product, times] : legs) {
    tables["fare_leg_rules"].push_back({{"leg_group_id", "g"},
                                        {"network_id", "bus"},
                                        {"fare_product_id", product},
                                        {"from_timeframe_group_id", times}});
  }
  auto out = from_gtfs(tables, kTerms);
  EXPECT_TRUE(out) << out.error();
  return out ? *std::move(out) : FromGtfs{};
}
// What one pays at a moment, by this medium, as this rider.
Money pays(const FromGtfs& feed, const char* at, const char* medium, const char* rider = "") {
  const auto read = read_tariff(feed.tariff);
  EXPECT_TRUE(read) << (read ? "" : read.error().front().where + read.error().front().what);
  Tap one = tap(at, "single", "bus", "b", rider);
  one.medium = medium;
  return read ? rated(*read, {one}).at(0).from_issuer : -1;
}

TEST(GtfsFares, APriceByMediumIsSaidInstead) {
  const auto feed =
      read_products({{{"fare_product_id", "one"}, {"amount", "2"}},
                     {{"fare_product_id", "one"}, {"amount", "1.80"}, {"fare_media_id", "card"}},
                     {{"fare_product_id", "one"}, {"amount", "1"}, {"rider_category_id", "child"}},
                     {{"fare_product_id", "one"},
                      {"amount", "0.90"},
                      {"fare_media_id", "card"},
                      {"rider_category_id", "child"}}},
                    {{"one", ""}});
  EXPECT_EQ(unsaid(feed.unsaid), "");
  EXPECT_EQ(pays(feed, "08:00:00", "cash"), 200);
  EXPECT_EQ(pays(feed, "08:00:00", "card"), 180);
  EXPECT_EQ(pays(feed, "08:00:00", "cash", "child"), 100);
  EXPECT_EQ(pays(feed, "08:00:00", "card", "child"), 90);
}

TEST(GtfsFares, OfPricesByMediumAndByTimeTheCheapestOfBothCounts) {
  const auto feed =
      read_products({{{"fare_product_id", "one"}, {"amount", "3"}},
                     {{"fare_product_id", "one"}, {"amount", "2.40"}, {"fare_media_id", "card"}},
                     {{"fare_product_id", "early"}, {"amount", "2"}},
                     {{"fare_product_id", "early"}, {"amount", "2.20"}, {"fare_media_id", "app"}}},
                    {{"one", ""}, {"early", "peak"}});
  EXPECT_EQ(unsaid(feed.unsaid), "");
  for (const auto& [at, medium, fen] : {std::tuple{"10:00:00", "cash", 300},
                                        {"10:00:00", "card", 240},
                                        {"10:00:00", "app", 300},
                                        {"08:00:00", "cash", 200},
                                        {"08:00:00", "card", 200},
                                        {"08:00:00", "app", 220}}) {
    EXPECT_EQ(pays(feed, at, medium), fen) << at << ' ' << medium;
  }
}

TEST(GtfsFares, WhatATariffCannotSayByMediumIsTold) {
  // A child by card pays what no discount of children gives.
  const auto odd =
      read_products({{{"fare_product_id", "one"}, {"amount", "2"}},
                     {{"fare_product_id", "one"}, {"amount", "1"}, {"rider_category_id", "child"}},
                     {{"fare_product_id", "one"}, {"amount", "1.80"}, {"fare_media_id", "card"}},
                     {{"fare_product_id", "one"},
                      {"amount", "1"},
                      {"fare_media_id", "card"},
                      {"rider_category_id", "child"}}},
                    {{"one", ""}});
  EXPECT_EQ(unsaid(odd.unsaid), "by_medium one\n");
  EXPECT_EQ(pays(odd, "08:00:00", "card"), 200);
  // Nothing is said of cash: the dearest.
  const auto gap =
      read_products({{{"fare_product_id", "one"}, {"amount", "1.80"}, {"fare_media_id", "card"}},
                     {{"fare_product_id", "one"}, {"amount", "1.50"}, {"fare_media_id", "app"}}},
                    {{"one", ""}});
  EXPECT_EQ(unsaid(gap.unsaid), "medium_gap one\n");
  EXPECT_EQ(pays(gap, "08:00:00", "cash"), 180);
  EXPECT_EQ(pays(gap, "08:00:00", "app"), 150);
}

TEST(Tides, ATransactionIsATapOrNone) {
  const TidesTerms terms{.issuer = "sichuan", .group = "cq"};
  Value::Record row{{"transaction_id", "x1"},
                    {"service_date", "2021-03-04"},
                    {"event_timestamp", "2021-03-04T08:00:00"},
                    {"amount", "2.00"},
                    {"fare_action", "Transfer entrance"},
                    {"stop_id", "s1"},
                    {"device_id", "d"},
                    {"vehicle_id", "NA"},
                    {"token_id", "t"},
                    {"rider_category", "Senior"}};
  const auto made = tap_of_tides(row, terms);
  ASSERT_TRUE(made);
  ASSERT_TRUE(*made);
  Tap tap;
  EXPECT_EQ(tap_of(**made, tap), "");
  EXPECT_EQ(tap.kind, Tap::Kind::in);
  EXPECT_EQ(tap.group + tap.issuer + tap.place + tap.rider_class + tap.vehicle,
            "cqsichuans1Senior");
  row["fare_action"] = "Purchase";
  const auto none = tap_of_tides(row, terms);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  for (const auto& [column, cell] :
       {std::pair{"fare_action", "Jump"}, std::pair{"num_riders", "3"}, std::pair{"token_id", "NA"},
        std::pair{"transaction_id", ""}, std::pair{"event_timestamp", "2021-03-04T08:00:00Z"}}) {
    Value::Record odd = row;
    odd["fare_action"] = "Exit";
    odd[column] = cell;
    const auto wrong = tap_of_tides(odd, terms);
    ASSERT_FALSE(wrong) << column;
    EXPECT_EQ(wrong.error(), column);
  }
}

}  // namespace
}  // namespace bashu::fares
