#include "clearing/exposure.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace bashu::clearing {
namespace {

TEST(Exposure, OfBothSidesIsWhatEachMayComeToOweFirst) {
  EXPECT_EQ(worst_prefix(std::vector<Money>{}), (Exposure{}));
  EXPECT_EQ(worst_prefix(std::vector<Money>{300, -500, 200}), (Exposure{.owes = 500, .owed = 500}));
  EXPECT_EQ(worst_prefix(std::vector<Money>{0, -7}), (Exposure{.owes = 0, .owed = 7}));
}

// By trying every order and every prefix of it.
RC_GTEST_PROP(Exposure, NoOrderIsWorse, ()) {
  auto amounts = *rc::gen::resize(
      6, rc::gen::container<std::vector<Money>>(rc::gen::inRange<Money>(-1'000, 1'000)));
  if (amounts.size() > 7) amounts.resize(7);
  std::ranges::sort(amounts);
  const std::vector<Money> sorted = amounts;
  Exposure tried;
  do {
    Money sum = 0;
    for (const Money amount : amounts) {
      sum += amount;
      tried.owes = std::max(tried.owes, sum);
      tried.owed = std::max(tried.owed, -sum);
    }
  } while (std::ranges::next_permutation(amounts).found);
  RC_ASSERT(worst_prefix(sorted) == tried);
}

TEST(Exposure, ThePercentOfACapIsRoundedDownAndNeverOverflows) {
  EXPECT_EQ(percent_of(799, 1'000), 79);
  EXPECT_EQ(percent_of(800, 1'000), 80);
  EXPECT_EQ(percent_of(1'001, 1'000), 100);
  constexpr Money kMost = std::numeric_limits<Money>::max();
  EXPECT_EQ(percent_of(kMost, kMost), 100);
  EXPECT_EQ(percent_of(kMost, 1), kMost);
}

}  // namespace
}  // namespace bashu::clearing
