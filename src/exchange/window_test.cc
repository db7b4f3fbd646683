#include "exchange/window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>
#include <set>

namespace bashu::exchange {
namespace {

TEST(SendWindow, SendsTheLowestWithinTheWindowOnce) {
  SendWindow window{3};
  window.begin(10, {12});
  EXPECT_EQ(window.next(0), 11);
  window.sent(11);
  EXPECT_EQ(window.next(0), 13);
  window.sent(13);
  EXPECT_EQ(window.next(0), std::nullopt);  // 14 lies beyond 10 + 3
  window.answered(13);
  EXPECT_EQ(window.acked(), 10);
  window.answered(11);
  EXPECT_EQ(window.acked(), 13);
  EXPECT_EQ(window.next(0), 14);
}

TEST(SendWindow, PausedMessageBlocksNoOther) {
  SendWindow window{4};
  window.begin(0, {});
  window.sent(1);
  window.again(1, 500);
  EXPECT_EQ(window.next(499), 2);
  EXPECT_EQ(window.next(500), 1);
  EXPECT_EQ(window.wake_ms(), 500);
  EXPECT_EQ(window.tries(1), 1);
}

TEST(SendWindow, BusyHalvesAndReceiptsRestore) {
  SendWindow window{8};
  window.begin(0, {});
  window.busy();
  window.busy();
  window.busy();
  window.busy();
  EXPECT_EQ(window.limit(), 1);
  for (std::int64_t seq = 1; seq <= 20; ++seq) {
    window.sent(seq);
    window.answered(seq);
  }
  EXPECT_EQ(window.limit(), 8);
}

TEST(SendWindow, LateAnswersOfAnsweredMessagesChangeNothing) {
  SendWindow window{4};
  window.begin(5, {});
  window.answered(3);
  window.again(4, 100);
  EXPECT_EQ(window.acked(), 5);
  EXPECT_EQ(window.wake_ms(), std::nullopt);
}

TEST(Backoff, DoublesToAMinuteWithinAFifth) {
  EXPECT_EQ(backoff_ms(1, 0), 800);
  EXPECT_EQ(backoff_ms(1, 255), 1'200);
  EXPECT_EQ(backoff_ms(2, 0), 1'600);
  EXPECT_EQ(backoff_ms(1'000'000, 255), 72'000);
  EXPECT_EQ(backoff_ms(0, 0), 800);
}

RC_GTEST_PROP(SendWindow, EveryMessageIsAnsweredHoweverTheNetworkBehaves, ()) {
  const auto size = *rc::gen::inRange<std::int64_t>(1, 9);
  const auto count = *rc::gen::inRange<std::int64_t>(0, 60);
  // The network's luck comes from a seed: drawn from the generator it would always be bad at first.
  std::minstd_rand luck{*rc::gen::inRange<std::uint32_t>(1, 1'000'000)};
  SendWindow window{size};
  window.begin(0, {});
  std::set<std::int64_t> flying;
  std::int64_t now = 0;
  for (int steps = 0; window.acked() < count; ++steps) {
    RC_ASSERT(steps < 20'000);
    while (const auto seq = window.next(now)) {
      if (*seq > count) break;
      RC_ASSERT(*seq > window.acked() && *seq <= window.acked() + size);
      RC_ASSERT(!window.is_answered(*seq) && flying.insert(*seq).second);
      window.sent(*seq);
    }
    RC_ASSERT(static_cast<std::int64_t>(window.in_flight()) <= size);
    if (flying.empty()) {
      const auto wake = window.wake_ms();
      RC_ASSERT(wake.has_value());
      now = std::max(now, *wake);
      continue;
    }
    auto it = flying.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(luck() % flying.size()));
    const std::int64_t seq = *it;
    flying.erase(it);
    switch (luck() % 4) {
      case 0:
        window.again(seq, now + static_cast<std::int64_t>(luck() % 100));
        break;
      case 1:
        window.busy();
        window.again(seq, now + 1);
        break;
      default:
        window.answered(seq);
    }
  }
}

}  // namespace
}  // namespace bashu::exchange
