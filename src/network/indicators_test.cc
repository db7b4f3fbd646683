#include "network/indicators.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "network/gains.h"

namespace bashu::network {
namespace {

// Three places: 0 and 1 are an hour apart, 2 is two hours from 0 and three from 1.
Times three() {
  return {.places = 3,
          .seconds = {0, 3'600, 7'200,  //
                      3'600, 0, 10'800, 7'200, 10'800, 0}};
}
const People kPeople{100, 200, 300};

TEST(Indicators, AreThoseOfTheLiterature) {
  const Indicators got = indicators(three(), kPeople, 7'200);
  // (200 * 1 h + 300 * 2 h) / 500 = 1.6 h, (100 * 1 + 300 * 3) / 400 = 2.5, (100 * 2 + 200 * 3) /
  // 300
  EXPECT_EQ(got.mean_s, (std::vector<Seconds>{5'760, 9'000, 9'600}));
  EXPECT_EQ(got.daily, (std::vector<std::int64_t>{500, 100, 100}));
  EXPECT_EQ(got.potential, (std::vector<std::int64_t>{200 + 150, 100 + 100, 50 + 67}));
  EXPECT_EQ(got.coefficient, (std::vector<std::int64_t>{709, 1'108, 1'182}));
  EXPECT_EQ(got.region_mean_s, 8'760);
  // (100 * 200 * 3240 + 100 * 300 * 3840 + 200 * 300 * 600) / (600 * 600 * 8760)
  EXPECT_EQ(got.gini, 68'493);
}

TEST(Indicators, APairWithoutAWayIsInNoAverageAndBeyondAnyLimit) {
  Times times = three();
  times.seconds[2] = times.seconds[6] = kNever;
  const Indicators got = indicators(times, kPeople, 7'200);
  EXPECT_EQ(got.mean_s[0], 3'600);
  EXPECT_EQ(got.daily[0], 200);
  EXPECT_EQ(pairs_beyond(times, kPeople, kDay).size(), 1U);
}

TEST(Indicators, PlacesWithinALimitCountTheCore) {
  EXPECT_EQ(within(three().from(0), 0, kPeople, 3'600), (Within{.places = 2, .people = 300}));
  EXPECT_EQ(within(three().from(0), 0, kPeople, 3'599), (Within{.places = 1, .people = 100}));
}

TEST(Indicators, PairsBeyondComeByTheirPeopleAndInTheSlowerDirection) {
  Times times = three();
  times.seconds[3] = 4'000;
  const auto pairs = pairs_beyond(times, kPeople, 3'600);
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[0].people, 500);
  EXPECT_EQ(pairs[2].takes_s, 4'000);
}

RC_GTEST_PROP(Indicators, GiniEqualsItsDefinition, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(1, 8);
  const auto values = *rc::gen::container<std::vector<Seconds>>(n, rc::gen::inRange(1, 90'000));
  const auto people = *rc::gen::container<People>(n, rc::gen::inRange<std::int64_t>(1, 3'000'000));
  double differences = 0, sum = 0, all = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += static_cast<double>(people[i]) * values[i];
    all += static_cast<double>(people[i]);
    for (std::size_t j = 0; j < n; ++j) {
      differences += static_cast<double>(people[i]) * static_cast<double>(people[j]) *
                     std::abs(values[i] - values[j]);
    }
  }
  const double expected = differences / (2 * all * sum) * 1e6;
  RC_ASSERT(std::abs(static_cast<double>(gini(values, people)) - expected) <= 1.0);
}

TEST(Gains, OfTwoLinesThatReplaceEachOtherTheSecondBringsNothing) {
  const auto value = [](std::uint32_t subset) { return subset == 0 ? 0 : subset < 4 ? 10 : 16; };
  const auto got = gains(3, 2, value);
  EXPECT_EQ(got[0], (Gain{.alone = 10, .last = 0, .share = 3}));
  EXPECT_EQ(got[2], (Gain{.alone = 16, .last = 6, .share = 9}));
}

RC_GTEST_PROP(Gains, SharesAddUpToWhatAllBring, ()) {
  const auto values =
      *rc::gen::container<std::vector<std::int64_t>>(16, rc::gen::inRange<std::int64_t>(0, 1'000));
  std::int64_t sum = 0;
  for (const Gain& gain : gains(4, 1, [&](std::uint32_t s) { return values[s]; })) {
    sum += gain.share;
  }
  RC_ASSERT(std::abs(sum - (values[15] - values[0])) <= 2);
}

}  // namespace
}  // namespace bashu::network
