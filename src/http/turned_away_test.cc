#include "http/turned_away.h"

#include <gtest/gtest.h>

namespace bashu::http {
namespace {

TEST(TurnedAway, AFloodOfOneAddressIsOneCountAndOfManyAFew) {
  TurnedAway away;
  EXPECT_TRUE(away.take().empty());
  for (int i = 0; i < 1'000; ++i) away.note("192.0.2.1", "no certificate");
  away.note("192.0.2.1", "expired");
  auto counts = away.take();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].address, "192.0.2.1");
  EXPECT_EQ(counts[0].why, "expired");
  EXPECT_EQ(counts[0].times, 1'001);
  EXPECT_TRUE(away.take().empty()) << "what was told is told once";

  for (int i = 0; i < 5'000; ++i) away.note("2001:db8::" + std::to_string(i), "no certificate");
  counts = away.take();
  ASSERT_EQ(counts.size(), TurnedAway::kAddresses + 1);
  EXPECT_EQ(counts[0].address, "");
  EXPECT_EQ(counts[0].times, 5'000 - static_cast<std::int64_t>(TurnedAway::kAddresses));
  EXPECT_EQ(counts[1].times, 1);
}

}  // namespace
}  // namespace bashu::http
