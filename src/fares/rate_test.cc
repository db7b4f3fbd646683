#include "fares/rate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/bytes.h"
#include "base/json.h"
#include "packs/yaml.h"
#include "testing/checkout.h"

namespace bashu::fares {
namespace {

constexpr std::int64_t kMorning = 18'690 * 86'400 + 8 * 3'600;  // 2021-03-04 08:00

Tariff tariff_of(const std::string& json) {
  const auto value = parse_json(json);
  EXPECT_TRUE(value) << json;
  auto tariff = read_tariff(*value);
  for (const Wrong& wrong : tariff ? std::vector<Wrong>{} : tariff.error()) {
    ADD_FAILURE() << wrong.where << ": " << wrong.what;
  }
  return tariff.value_or(Tariff{});
}

// By the rules that it says, 2, or as it was before there were others.
Tariff shipped(int rules = 1) {
  std::ifstream in{checkout("circles/chengdu-chongqing/tariffs/metros-2021.yaml"),
                   std::ios::binary};
  auto file = packs::read_yaml(std::string{std::istreambuf_iterator<char>{in}, {}});
  for (const Finding& finding : file.findings) ADD_FAILURE() << finding.line << finding.text;
  EXPECT_EQ(file.root.int_at("rules"), 2);
  file.root.as_record()->insert_or_assign("rules", rules);
  auto tariff = read_tariff(file.root);
  for (const Wrong& wrong : tariff ? std::vector<Wrong>{} : tariff.error()) {
    ADD_FAILURE() << wrong.where << ": " << wrong.what;
  }
  return tariff.value_or(Tariff{});
}

Tap tap(std::int64_t minutes, Tap::Kind kind, const std::string& group, const std::string& place,
        const std::string& medium = "qr") {
  static int number = 0;
  return {.id = "t" + std::to_string(++number),
          .token = "x",
          .at_s = kMorning + minutes * 60,
          .device = "d",
          .sequence = number,
          .kind = kind,
          .group = group,
          .place = place,
          .vehicle = {},
          .line = {},
          .medium = medium,
          .issuer = "chongqing",
          .rider_class = {}};
}
Tap in(std::int64_t minutes, const std::string& group, const std::string& place,
       const std::string& medium = "qr") {
  return tap(minutes, Tap::Kind::in, group, place, medium);
}
Tap out(std::int64_t minutes, const std::string& group, const std::string& place,
        const std::string& medium = "qr") {
  return tap(minutes, Tap::Kind::out, group, place, medium);
}
Tap bus(std::int64_t minutes, const std::string& medium = "card") {
  return tap(minutes, Tap::Kind::single, "chongqing-bus", "stop", medium);
}

std::vector<Ride> rides(const Tariff& tariff, std::vector<Tap> taps) {
  const auto ordered = in_order(std::move(taps));
  auto rides = pair(tariff, ordered);
  rate(tariff, ordered, rides);
  return rides;
}
std::vector<Money> paid(const Tariff& tariff, std::vector<Tap> taps) {
  std::vector<Money> out;
  for (const Ride& ride : rides(tariff, std::move(taps))) out.push_back(ride.paid());
  return out;
}

class FaresOfTheCircle : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(ByBothRules, FaresOfTheCircle, testing::Values(1, 2));

TEST_P(FaresOfTheCircle, BandsOfBothMetrosAsPublished) {
  const Tariff tariff = shipped(GetParam());
  for (const auto& [to, fare] : std::vector<std::pair<std::string, Money>>{{"s6", 200},
                                                                           {"s7", 300},
                                                                           {"s11", 300},
                                                                           {"s17", 400},
                                                                           {"s24", 500},
                                                                           {"s63", 900},
                                                                           {"s64", 1'000}}) {
    EXPECT_EQ(paid(tariff, {in(0, "chongqing-metro", "s0"), out(40, "chongqing-metro", to)}),
              std::vector{fare})
        << to;
  }
  for (const auto& [to, fare] : std::vector<std::pair<std::string, Money>>{{"c4", 200},
                                                                           {"c5", 300},
                                                                           {"c12", 400},
                                                                           {"c40", 800},
                                                                           {"c50", 900},
                                                                           {"c51", 1'000},
                                                                           {"c71", 1'100}}) {
    EXPECT_EQ(paid(tariff, {in(0, "chengdu-metro", "c0"), out(40, "chengdu-metro", to)}),
              std::vector{fare})
        << to;
  }
}

// What a ride costs before anything is taken off, without taps; what the tariff does not tell is
// no fare.
TEST(Fares, TheFullFareOfARideAndTheDearest) {
  const Tariff tariff = shipped();
  const Group& metro = tariff.groups.at("chongqing-metro");
  EXPECT_EQ(full_fare(metro, "s0", "s24"), 500);
  EXPECT_EQ(full_fare(metro, "s24", "s0"), 500);
  EXPECT_EQ(full_fare(metro, "s0", "s0"), 200);
  EXPECT_FALSE(full_fare(metro, "s0", "nowhere"));
  EXPECT_EQ(full_fare(tariff.groups.at("chongqing-bus"), "a", "b"), 200);
  EXPECT_EQ(dearest(metro), 1'000);
  EXPECT_EQ(dearest(tariff.groups.at("chongqing-bus")), 200);
  EXPECT_FALSE(dearest(tariff.groups.at("chengdu-metro")));  // one yuan more for every 20 km
}

// Within an hour of the first tap 2 yuan are taken off instead of a tenth, and only once; what
// exceeds them is paid without the tenth.
TEST_P(FaresOfTheCircle, ChongqingsTransferWithinAnHour) {
  const Tariff tariff = shipped(GetParam());
  EXPECT_EQ(paid(tariff, {bus(0), bus(59)}), (std::vector<Money>{180, 0}));
  EXPECT_EQ(paid(tariff, {bus(0), bus(60)}), (std::vector<Money>{180, 0}));
  EXPECT_EQ(paid(tariff, {bus(0), bus(61)}), (std::vector<Money>{180, 180}));
  EXPECT_EQ(paid(tariff, {bus(0), bus(20), bus(40)}), (std::vector<Money>{180, 0, 180}));
  EXPECT_EQ(paid(tariff, {bus(0), in(20, "chongqing-metro", "s0", "card"),
                          out(50, "chongqing-metro", "s17", "card")}),
            (std::vector<Money>{180, 200}));
  EXPECT_EQ(paid(tariff, {bus(0, "qr"), bus(20, "qr")}), (std::vector<Money>{200, 200}));
  Tap first = bus(0), second = bus(14), third = bus(16);
  first.line = second.line = third.line = "601";
  EXPECT_EQ(paid(tariff, {first, second}), (std::vector<Money>{180, 180}));
  EXPECT_EQ(paid(tariff, {first, third}), (std::vector<Money>{180, 0}));
  first.vehicle = third.vehicle = "bus 7";
  EXPECT_EQ(paid(tariff, {first, third}), (std::vector<Money>{180, 180}));
}

// Two hours, the end outside: six rides every half hour cost two fares, ten cost three.
TEST(Fares, AWindowThatExcludesItsEnd) {
  const Tariff tariff = tariff_of(R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{"b":
    {"party":"p","flat":275,"operators":[{"name":"o"}]}},"transfers":[{"name":"w","window":7200,
    "inclusive":false,"takes_off":"difference","most":100,"another_vehicle":false}]})");
  for (const auto& [n, fares] :
       std::vector<std::pair<int, int>>{{4, 1}, {5, 2}, {6, 2}, {8, 2}, {10, 3}}) {
    std::vector<Tap> taps;
    for (int i = 0; i < n; ++i) taps.push_back(tap(30 * i, Tap::Kind::single, "b", "x"));
    Money sum = 0;
    for (const Money one : paid(tariff, taps)) sum += one;
    EXPECT_EQ(sum, 275 * fares) << n;
  }
}

TEST(Fares, AMissingTapCostsTheMostAndDoesNotCountTowardsACap) {
  const Tariff tariff =
      tariff_of(R"({"tariff":"t","version":1,"from":"2021-01-01","day_begins":16200,
    "groups":{"m":{"party":"p","table":[["a","b",300]],"missing":900,"operators":[{"name":"o"}]}},
    "caps":[{"name":"day","period":"day","limit":500,"borne_by":"issuer"}]})");
  const auto ride = [](std::int64_t at) {
    return std::vector{in(at, "m", "a"), out(at + 20, "m", "b")};
  };
  std::vector<Tap> taps = ride(0);
  for (const std::int64_t at : {60, 120}) {
    for (Tap& one : ride(at)) taps.push_back(one);
  }
  EXPECT_EQ(paid(tariff, taps), (std::vector<Money>{300, 200, 0}));
  taps.push_back(in(90, "m", "a"));  // never left
  EXPECT_EQ(paid(tariff, taps), (std::vector<Money>{300, 200, 900, 0}));
  // The day begins at 04:30: 04:29 still belongs to the day before.
  const auto late = [&](std::int64_t minutes) {
    std::vector<Tap> night = ride(0);
    for (Tap& one : ride(60)) night.push_back(one);
    for (Tap& one : ride(minutes)) night.push_back(one);
    return paid(tariff, night).back();
  };
  EXPECT_EQ(late((24 + 4 - 8) * 60 + 29), 0);
  EXPECT_EQ(late((24 + 4 - 8) * 60 + 30), 300);
}

TEST(Fares, WhatIsNotPairedSaysWhy) {
  const Tariff tariff = shipped();
  const auto fault_of = [&](std::vector<Tap> taps, std::size_t n) {
    return rides(tariff, std::move(taps)).at(n).fault;
  };
  EXPECT_EQ(fault_of({out(0, "chengdu-metro", "c4")}, 0), Fault::no_entry);
  EXPECT_EQ(fault_of({in(0, "chengdu-metro", "c0")}, 0), Fault::no_exit);
  EXPECT_EQ(fault_of({in(0, "chengdu-metro", "c0"), bus(10)}, 0), Fault::no_exit);
  EXPECT_EQ(fault_of({in(0, "chengdu-metro", "c0"), out(9, "chongqing-metro", "s6")}, 1),
            Fault::no_entry);
  EXPECT_EQ(fault_of({in(0, "chengdu-metro", "c0"), out(9, "chengdu-metro", "?")}, 0),
            Fault::unknown_fare);
  EXPECT_EQ(fault_of({tap(0, Tap::Kind::single, "ferry", "x")}, 0), Fault::unknown_group);
}

TEST_P(FaresOfTheCircle, StayingAndTurningBack) {
  const Tariff tariff = shipped(GetParam());
  const auto stay = [&](std::int64_t minutes, const std::string& to) {
    return paid(tariff, {in(0, "chongqing-metro", "s0"), out(minutes, "chongqing-metro", to)})[0];
  };
  EXPECT_EQ(stay(180, "s6"), 200);
  EXPECT_EQ(stay(181, "s6"), 1'200);
  EXPECT_EQ(stay(20, "s0"), 0);
  EXPECT_EQ(stay(21, "s0"), 200);
}

TEST(Fares, AccumulatedDiscountsCountFaresOfTheMonth) {
  const Tariff tariff = tariff_of(R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{"b":
    {"party":"p","flat":1000,"operators":[{"name":"o"}]}},"discounts":[
    {"name":"above 20","above":2000,"ppm":200000},{"name":"above 30","above":3000,"ppm":500000}]})");
  std::vector<Tap> taps;
  for (int i = 0; i < 6; ++i) taps.push_back(tap(60 * i, Tap::Kind::single, "b", "x"));
  EXPECT_EQ(paid(tariff, taps), (std::vector<Money>{1000, 1000, 1000, 800, 500, 500}));
  taps.push_back(tap(31 * 24 * 60, Tap::Kind::single, "b", "x"));
  EXPECT_EQ(paid(tariff, taps).back(), 1'000);
}

TEST(Fares, AThroughFareIsSharedByItsOperators) {
  const Tariff tariff = tariff_of(R"({"tariff":"t","version":3,"from":"2021-01-01","fee":10000,
    "groups":{"b":{"party":"p","flat":1000,"operators":[{"name":"a","weight":2},{"name":"b","weight":1}]}},
    "discounts":[{"name":"d","ppm":100000,"borne_by":"place"}]})");
  const auto all = rated(tariff, {tap(0, Tap::Kind::single, "b", "x")});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].fare, 667);
  EXPECT_EQ(all[1].fare, 333);
  EXPECT_EQ(all[0].from_issuer + all[1].from_issuer, 900);
  EXPECT_EQ(all[0].from_place + all[1].from_place, 100);
  EXPECT_EQ(all[0].fee, 6);
  EXPECT_EQ(all[0].tariff_version, 3);
}

TEST(Fares, ATariffSaysWhatIsWrongWithIt) {
  const auto value = parse_json(R"({"tariff":"t","version":1,"from":"2021-13-01","colour":1,
    "groups":{"b":{"party":"p","bands":[[5,10],[4,20]],"operators":[]}},
    "caps":[{"name":"c","period":"year","limit":-1,"groups":["x"]}]})");
  const auto tariff = read_tariff(*value);
  ASSERT_FALSE(tariff);
  std::string all;
  for (const Wrong& wrong : tariff.error()) all += wrong.where + ": " + wrong.what + "\n";
  EXPECT_EQ(all,
            "from: must be a date, 2026-03-31\n"
            "groups.b.bands[1]: must rise from the band before\n"
            "groups.b.operators: somebody runs it: name at least one\n"
            "caps[0].period: must be one of: day, week, month\n"
            "caps[0].limit: must be a whole number from 0 to 100000000\n"
            "colour: is not known here\n"
            "caps.c: there is no group x\n");
}

std::vector<Tap> random_taps() {
  std::vector<Tap> taps;
  const int n = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 25));
  std::int64_t at = 0;
  for (int i = 0; i < n; ++i) {
    at += *rc::gen::inRange(0, 100);
    const std::string medium = *rc::gen::element<std::string>("card", "qr");
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        taps.push_back(bus(at, medium));
        break;
      case 1:
        taps.push_back(in(at, "chongqing-metro", "s0", medium));
        break;
      case 2:
        taps.push_back(out(at, "chongqing-metro", "s17", medium));
        break;
      case 3:
        taps.push_back(in(at, "chengdu-metro", "c0", medium));
        break;
      default:
        taps.push_back(out(at, "chengdu-metro", "c12", medium));
    }
  }
  return taps;
}

Money total(const std::vector<Posting>& all) {
  Money sum = 0;
  for (const Posting& one : all) sum += one.from_issuer;
  return sum;
}

RC_GTEST_PROP(Fares, TheOrderOfArrivalNeverMattersNorDoCopies, ()) {
  const Tariff tariff = shipped();
  const auto taps = random_taps();
  auto arrived = taps;
  for (const Tap& one : taps) {
    if (*rc::gen::arbitrary<bool>()) arrived.push_back(one);
  }
  std::ranges::sort(arrived, {}, [](const Tap& one) { return sha256(one.id); });
  RC_ASSERT(rated(tariff, taps) == rated(tariff, arrived));
}

// A number that a terminal gave twice in one second.
TEST(Fares, OfTwoTapsOfOneNumberAndMomentTheSameStaysInAnyOrder) {
  for (const int rules : {1, 2}) {
    const Tariff tariff = tariff_of(R"({"tariff":"t","version":1,"from":"2021-01-01","rules":)" +
                                    std::to_string(rules) + R"(,"groups":{"g":{"party":"p",
      "table":[["a","b",400],["a","c",600]],"operators":[{"name":"o"}]}}})");
    const Tap in = tap(0, Tap::Kind::in, "g", "a");
    Tap near = tap(30, Tap::Kind::out, "g", "b");
    Tap far = near;
    far.place = "c";
    const auto one = rated(tariff, {in, near, far});
    EXPECT_EQ(one, rated(tariff, {far, in, near}));
    EXPECT_EQ(total(one), 400);
  }
}

RC_GTEST_PROP(Fares, NobodyPaysMoreForOneMoreDiscount, ()) {
  Tariff tariff = shipped();
  tariff.caps.push_back({.name = "day", .scope = {}, .period = Cap::Period::day, .limit = 700});
  const auto taps = random_taps();
  const Money before = total(rated(tariff, taps));
  tariff.discounts.push_back({.name = "more",
                              .scope = {},
                              .off_ppm = *rc::gen::inRange(0, 1'000'000),
                              .bearer = Bearer::place});
  RC_ASSERT(total(rated(tariff, taps)) <= before);
}

RC_GTEST_PROP(Fares, EveryFareIsBorneBySomebody, ()) {
  const Tariff tariff = shipped();
  for (const Posting& one : rated(tariff, random_taps())) {
    RC_ASSERT(one.fare == one.from_issuer + one.from_place + one.off);
    RC_ASSERT(one.from_issuer >= 0);
    RC_ASSERT(one.fee >= 0);
  }
}

}  // namespace
}  // namespace bashu::fares
