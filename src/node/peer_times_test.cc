#include "node/peer_times.h"

#include <gtest/gtest.h>

#include "node/test_support.h"

namespace bashu::node {
namespace {

constexpr std::int64_t kHour = 3'600'000;

class Times : public testing::Test {
 protected:
  Instant in(std::int64_t ms) { return {clock.now().unix_ms + ms}; }
  TestClock clock;
  PeerTimes times;
};

TEST_F(Times, TellsHowFarApartClocksAreWhateverOurOwnIsSetTo) {
  times.heard("b", in(-90'000), clock);
  clock.pass_ms(10'000);
  ASSERT_EQ(times.differences(clock).size(), 1U);
  EXPECT_EQ(times.differences(clock)[0].seconds, -90);
  EXPECT_EQ(times.differences(clock)[0].age_s, 10);
  clock.advance_ms(365 * 24 * kHour);  // somebody set it
  EXPECT_EQ(times.differences(clock)[0].seconds, -90 - 365 * 24 * 3'600);
}

TEST_F(Times, ADayIsConfirmedByOnePeerAndContradictedByAll) {
  const Date today = clock.day_of(clock.now());
  const Date next_year = today.plus_days(365);
  EXPECT_EQ(times.confirmed(next_year, clock), next_year) << "nobody was heard";
  times.heard("b", clock.now(), clock);
  EXPECT_EQ(times.confirmed(next_year, clock), today);
  EXPECT_EQ(times.confirmed(today, clock), today);
  times.heard("c", in(24 * kHour), clock);
  EXPECT_EQ(times.confirmed(next_year, clock), today.plus_days(1));
  times.heard("d", in(400 * 24 * kHour), clock);
  EXPECT_EQ(times.confirmed(next_year, clock), next_year);
}

TEST_F(Times, MidnightPassesByItself) {
  const Date today = clock.day_of(clock.now());
  times.heard("b", in(-2'000), clock);
  while (clock.day_of(clock.now()) == today) clock.pass_ms(1'000);
  EXPECT_EQ(times.confirmed(today.plus_days(1), clock), today);
  clock.pass_ms(2'000);
  EXPECT_EQ(times.confirmed(today.plus_days(1), clock), today.plus_days(1));
}

TEST_F(Times, AfterALongRestNoDayBeginsBeforeAPeerIsHeardOrAMinuteIsOver) {
  const Date today = clock.day_of(clock.now());
  times.await(60'000, clock);
  EXPECT_LT(times.confirmed(today, clock), today);
  times.heard("b", clock.now(), clock);
  EXPECT_EQ(times.confirmed(today, clock), today);
  PeerTimes alone;
  alone.await(60'000, clock);
  EXPECT_LT(alone.confirmed(today, clock), today);
  clock.pass_ms(60'000);
  EXPECT_EQ(alone.confirmed(today, clock), today);
}

TEST_F(Times, WhoWasNotHeardForHoursSaysNothing) {
  const Date tomorrow = clock.day_of(clock.now()).plus_days(1);
  times.heard("b", in(-24 * kHour), clock);
  EXPECT_LT(times.confirmed(tomorrow, clock), tomorrow);
  clock.pass_ms(7 * kHour);
  EXPECT_EQ(times.confirmed(tomorrow, clock), tomorrow);
  EXPECT_TRUE(times.differences(clock).empty());
}

}  // namespace
}  // namespace bashu::node
