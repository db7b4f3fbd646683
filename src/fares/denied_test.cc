#include "fares/denied.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"
#include "fares/sums.h"

namespace bashu::fares {
namespace {

constexpr std::int64_t kMorning = 18'690 * 86'400 + 8 * 3'600;  // 2021-03-04 08:00

Tariff tariff() {
  auto read = read_tariff(*parse_json(
      R"({"tariff":"t","version":1,"from":"2021-01-01","fee":100000,"denied_after":3600,
          "groups":{"b":{"party":"p","flat":200,"operators":[{"name":"o"}]}},
          "discounts":[{"name":"d","ppm":100000,"borne_by":"place"}]})"));
  return read.value_or(Tariff{});
}
Tap bus(const std::string& token, std::int64_t minutes) {
  Tap out{};
  out.id = token + std::to_string(minutes), out.token = token;
  out.at_s = kMorning + minutes * 60, out.kind = Tap::Kind::single;
  out.group = "b", out.place = "s", out.issuer = "q";
  return out;
}

TEST(Denied, ARideIsThePlacesLossFromSoLongAfterTheMomentOn) {
  const Denied denied{{"x", {{kMorning, std::nullopt}}}};
  const auto all = rated(tariff(), {bus("x", 59), bus("x", 60)}, denied);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_FALSE(all[0].denied);
  EXPECT_EQ(all[0].from_issuer, 180);
  EXPECT_EQ(all[0].fee, 18);
  EXPECT_TRUE(all[1].denied);
  EXPECT_EQ(all[1].refused, 180);
  EXPECT_EQ(all[1].from_issuer, 0);
  EXPECT_EQ(all[1].fee, 0);
  EXPECT_EQ(all[1].from_place, 20);
  EXPECT_EQ(rated(tariff(), {bus("y", 60)}, denied), rated(tariff(), {bus("y", 60)}));
}

TEST(Denied, OfTwoListsTheEarlierMomentCounts) {
  Denied one, other;
  for (const std::int64_t at : {20, 10, 30}) deny(one, {.token = "x", .from_s = at});
  for (const std::int64_t at : {30, 20, 10}) deny(other, {.token = "x", .from_s = at});
  EXPECT_EQ(one, other);
  EXPECT_EQ(denied_since(tariff(), one, "x", kMorning), 10);
}

RC_GTEST_PROP(Denied, WhatIsRefusedIsWhatTheIssuerWouldOwe, ()) {
  std::vector<Tap> taps;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) taps.push_back(bus("x", i * 17));
  const Denied denied{{"x", {{kMorning + *rc::gen::inRange(-7'200, 14'400), std::nullopt}}}};
  SumsBy with, without;
  for (const Posting& one : rated(tariff(), taps, denied)) add(with, one, {"side"});
  for (const Posting& one : rated(tariff(), taps)) add(without, one, {"side"});
  const Sums a = all_of(with), b = all_of(without);
  RC_ASSERT(a.from_issuer + a.refused == b.from_issuer);
  RC_ASSERT(a.fare == a.from_issuer + a.from_place + a.off + a.refused);
  RC_ASSERT(a.fee <= b.fee);
  RC_ASSERT(a.rides == b.rides);
  RC_ASSERT((a.denied > 0) == (a.refused > 0));
}

}  // namespace
}  // namespace bashu::fares
