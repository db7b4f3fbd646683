// Which documents wait for their form, and for how long.

#include "api/deposits.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/bytes.h"

namespace bashu::api {
namespace {

namespace fs = std::filesystem;

class DepositsTest : public ::testing::Test {
 protected:
  ~DepositsTest() override { fs::remove_all(dir_); }
  static Deposit of(const std::string& principal, const std::string& what, std::int64_t since_ms) {
    return {.sha256 = hex(sha256(what)),
            .principal = principal,
            .key = "k-" + what,
            .since_ms = since_ms};
  }
  const fs::path dir_ =
      fs::temp_directory_path() / ("bashu-deposits-" + std::to_string(::getpid()));
};

TEST_F(DepositsTest, OnlyTheDepositorHandsIn) {
  Deposits deposits{dir_};
  const Deposit one = of("ann", "one", 5);
  ASSERT_TRUE(deposits.add(one));
  EXPECT_FALSE(deposits.hand_in(one.sha256, "bob"));
  EXPECT_FALSE(deposits.hand_in("../" + one.sha256, "ann"));
  const auto handed = deposits.hand_in(one.sha256, "ann");
  ASSERT_TRUE(handed);
  EXPECT_EQ(handed->key, one.key);
  EXPECT_TRUE(deposits.hand_in(one.sha256, "ann"));  // a form that was refused may come again
  EXPECT_FALSE(deposits.hand_in(one.sha256, "bob"));
}

TEST_F(DepositsTest, WhatWasHandedInStaysAndTheRestIsGivenUpAfterAWeek) {
  {
    Deposits deposits{dir_};
    for (const char* what : {"used", "late", "fresh"}) {
      ASSERT_TRUE(deposits.add(of("ann", what, what == std::string{"fresh"} ? 1'000 : 0)));
    }
    ASSERT_TRUE(deposits.hand_in(of("ann", "used", 0).sha256, "ann"));
  }
  Deposits deposits{dir_};
  EXPECT_TRUE(deposits.give_up({Deposits::kOpenMs - 1}).empty());
  const auto gone = deposits.give_up({Deposits::kOpenMs});
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].key, "k-late");
  Deposits later{dir_};
  EXPECT_FALSE(later.hand_in(of("ann", "late", 0).sha256, "ann"));
  EXPECT_TRUE(later.hand_in(of("ann", "used", 0).sha256, "ann"));
  EXPECT_TRUE(later.hand_in(of("ann", "fresh", 0).sha256, "ann"));
}

TEST_F(DepositsTest, WhatItsCommandDidNotTakeWaitsAgain) {
  Deposits deposits{dir_};
  const std::string sha256 = of("ann", "one", 0).sha256;
  ASSERT_TRUE(deposits.add(of("ann", "one", 0)));
  EXPECT_TRUE(deposits.find(sha256, "ann"));
  EXPECT_FALSE(deposits.find(sha256, "bob"));
  ASSERT_TRUE(deposits.hand_in(sha256, "ann"));
  EXPECT_TRUE(deposits.give_up({Deposits::kOpenMs}).empty());  // while it is decided
  deposits.settle(sha256, false);
  EXPECT_TRUE(deposits.find(sha256, "ann"));

  // Of two commands one takes it, whichever is told first.
  for (const bool first : {true, false}) {
    const Deposit both = of("ann", first ? "two" : "three", 0);
    ASSERT_TRUE(deposits.add(both));
    ASSERT_TRUE(deposits.hand_in(both.sha256, "ann"));
    ASSERT_TRUE(deposits.hand_in(both.sha256, "ann"));
    deposits.settle(both.sha256, first);
    deposits.settle(both.sha256, !first);
  }
  const auto gone = deposits.give_up({Deposits::kOpenMs});
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].sha256, sha256);
}

TEST_F(DepositsTest, OnePrincipalCannotTakeAllTheRoom) {
  Deposits deposits{dir_};
  for (std::size_t i = 0; i < Deposits::kOpenMax; ++i) {
    EXPECT_TRUE(deposits.room_for("ann")) << i;
    ASSERT_TRUE(deposits.add(of("ann", std::to_string(i), 0)));
  }
  EXPECT_FALSE(deposits.room_for("ann"));
  EXPECT_TRUE(deposits.room_for("bob"));
  ASSERT_TRUE(deposits.hand_in(of("ann", "0", 0).sha256, "ann"));
  EXPECT_TRUE(deposits.room_for("ann"));
}

}  // namespace
}  // namespace bashu::api
