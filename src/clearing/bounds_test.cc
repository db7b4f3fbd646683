#include "clearing/bounds.h"

#include <gtest/gtest.h>

#include <limits>

namespace bashu::clearing {
namespace {

constexpr Money kMost = std::numeric_limits<Money>::max();

Entry entry(const std::string& id, Money net) {
  Entry out;
  out.id = id;
  out.amounts.net = net;
  return out;
}

TEST(Bounds, WhatWasAddedCanAlwaysBeTakenAway) {
  const Amounts a{.gross = kMost, .net = -kMost}, b{.gross = 5, .net = -kMost};
  EXPECT_EQ(wrapped_minus(wrapped_plus(a, b), b), a);
  EXPECT_EQ(wrapped_plus(Amounts{.fee = 2}, Amounts{.fee = 3}), Amounts{.fee = 5});
}

TEST(Bounds, MagnitudesCountWithoutSigns) {
  EXPECT_TRUE(magnitude({.gross = -3, .discount = 4}) == 7);
  EXPECT_TRUE(magnitude({.net = std::numeric_limits<Money>::min()}) == Wide{1} << 63);
}

TEST(Bounds, ClaimsThatCannotBeStatedAreTold) {
  EXPECT_EQ(fitness({entry("a", 1), entry("b", 2)}).unfit, Unfit::none);
  const Fitness twice = fitness({entry("a", 1), entry("b", 2), entry("a", 3)});
  EXPECT_EQ(twice.unfit, Unfit::twice);
  EXPECT_EQ(twice.line, "a");
  // Their sum alone would be small.
  EXPECT_EQ(fitness({entry("a", kMost), entry("b", -kMost)}).unfit, Unfit::too_large);
}

}  // namespace
}  // namespace bashu::clearing
