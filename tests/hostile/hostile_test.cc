// Some dozens of seeds; bashu-hostile plays thousands.

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "liar.h"
#include "play.h"

namespace bashu::hostile {
namespace {

class HostileSeeds : public testing::TestWithParam<int> {};

TEST_P(HostileSeeds, TheHonestEndAsWithoutTheLiarAtHalfTheirPaceAtLeast) {
  constexpr int kSeeds = 4, kRounds = 6;
  for (int i = 0; i < kSeeds; ++i) {
    const auto seed = static_cast<std::uint64_t>(GetParam() * kSeeds + i);
    const Compared result = compare(seed, kRounds);
    EXPECT_FALSE(result.broken) << "seed " << seed << ": " << result.broken->check << ": "
                                << result.broken->detail;
    EXPECT_GT(result.with.acts, 20);
    EXPECT_GT(result.with.heard, 10'000) << "the liar was not heard at all";
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, HostileSeeds, testing::Range(1, 9));

// It ends nobody: what it says it holds of theirs it is asked to show, and cannot.
TEST(Hostile, WhoClaimsMoreOfOthersThanTheyHaveIsAskedToShowIt) {
  std::map<std::string, std::int64_t> counts;
  for (std::uint64_t seed = 40; seed < 60; ++seed) {
    const Result result = play({.seed = seed, .rounds = 2});
    EXPECT_FALSE(result.broken) << "seed " << seed << ": " << result.broken->check << ": "
                                << result.broken->detail;
    for (const auto& [what, number] : result.counts) counts[what] += number;
  }
  EXPECT_GT(counts[kAskedForMessage], 0);
  EXPECT_GT(counts[kAskedForKeyList], 0);
  EXPECT_GT(counts[kAskedForCheckpoint], 0);
}

TEST(Hostile, TheSameSeedPlaysTheSameGame) {
  const Result one = play({.seed = 3, .rounds = 4}), again = play({.seed = 3, .rounds = 4});
  EXPECT_EQ(one.ended, again.ended);
  EXPECT_EQ(one.ticks, again.ticks);
  EXPECT_EQ(one.counts, again.counts);
}

}  // namespace
}  // namespace bashu::hostile
