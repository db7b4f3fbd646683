#include "api/pace.h"

#include <gtest/gtest.h>

#include <string>

namespace bashu::api {
namespace {

int taken(Pace& pace, const std::string& who, std::int64_t now_ms) {
  int count = 0;
  while (count < 1'000'000 && pace.take(who, now_ms) == 0) ++count;
  return count;
}

TEST(Pace, AMinutesReadsMayComeAtOnceAndThenAsTheMinuteGivesThemBack) {
  Pace pace{600};
  EXPECT_EQ(taken(pace, "a", 0), 600);
  EXPECT_EQ(pace.take("a", 0), 1);
  EXPECT_EQ(pace.take("a", 99), 1) << "one comes back in 100 ms";
  EXPECT_EQ(taken(pace, "a", 1'099), 10);
  EXPECT_EQ(taken(pace, "a", 3'600'000), 600) << "no more than a minute's are saved up";
}

TEST(Pace, OnesReadsAreNotAnothers) {
  Pace pace{5};
  EXPECT_EQ(taken(pace, "a", 0), 5);
  EXPECT_EQ(taken(pace, "b", 0), 5);
  EXPECT_EQ(pace.take("a", 0), 12);
}

TEST(Pace, WithoutANumberNothingIsCounted) {
  Pace pace{0};
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(pace.take("a", 0), 0);
}

TEST(Pace, ManyWhoReadLittleAreForgottenAndOneWhoReadsMuchIsNot) {
  Pace pace{10};
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(pace.take("p" + std::to_string(i), i * 10), 0);
  EXPECT_EQ(taken(pace, "a", 200'000), 10);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(pace.take("q" + std::to_string(i), 200'000), 0);
  EXPECT_NE(pace.take("a", 200'000), 0);
}

TEST(Pace, AClockThatGoesBackGivesNothing) {
  Pace pace{10};
  EXPECT_EQ(taken(pace, "a", 100'000), 10);
  EXPECT_NE(pace.take("a", 0), 0);
}

}  // namespace
}  // namespace bashu::api
