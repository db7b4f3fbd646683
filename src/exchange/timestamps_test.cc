// When stamps are asked for and missed; real ones are made in tests/e2e/test_timestamps.py.
#include "exchange/timestamps.h"

#include <gtest/gtest.h>

#include "exchange/test_node.h"
#include "node/test_support.h"

namespace bashu::exchange {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

class TimeStampsTest : public testing::Nodes {
 protected:
  TimeStampsTest() {
    testing::form({&a, &b});
    a.close();
    auto opened = node::Node::open(
        {.storage = node::open_directory(a.dir), .clock = &clock, .chance = &a.chance});
    EXPECT_TRUE(opened.has_value()) << opened.error().what;
    a.node = std::move(*opened);
  }
  // Of an authority that nobody can reach.
  std::unique_ptr<TimeStamps> stamps() {
    const std::string url = "http://127.0.0.1:" + std::to_string(testing::free_port()) + "/";
    auto opened = TimeStamps::open(*a.node, {.url = url, .roots = {}});
    EXPECT_TRUE(opened.has_value());
    return std::move(*opened);
  }

  testing::TestNode a{root, "sichuan"}, b{root, "chongqing"};
  node::TestClock clock;
};

TEST_F(TimeStampsTest, AnAuthorityThatIsAwayIsToldAndAfterADayMissed) {
  const auto asked = stamps();
  EXPECT_TRUE(testing::eventually([&] {
    asked->look();
    return !asked->problem().empty();
  }));
  EXPECT_FALSE(asked->late());
  clock.pass_ms(24 * kHourMs);
  asked->look();
  EXPECT_FALSE(asked->late());
  clock.pass_ms(2 * kHourMs);
  asked->look();
  EXPECT_TRUE(asked->late());
  EXPECT_TRUE(kept_stamps(a.node->storage().files(), {}, [](std::uint64_t) {
                return std::nullopt;
              }).empty());
}

TEST_F(TimeStampsTest, AJournalThatDoesNotGrowMissesNone) {
  const std::string size = std::to_string(a.node->durable());
  ASSERT_TRUE(a.node->storage().files().write("timestamps/" + size + ".tsr", "kept"));
  const auto asked = stamps();
  clock.pass_ms(48 * kHourMs);
  asked->look();
  EXPECT_FALSE(asked->late());
  EXPECT_EQ(asked->problem(), "");
}

TEST_F(TimeStampsTest, WhatIsNoUrlIsRefused) {
  EXPECT_FALSE(TimeStamps::open(*a.node, {.url = "ftp://a", .roots = {}}));
}

}  // namespace
}  // namespace bashu::exchange
