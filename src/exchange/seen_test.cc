// What is seen of a log that a successor goes on from (docs/formats/evidence.md 8.7).

#include "exchange/seen.h"

#include <gtest/gtest.h>

#include "evidence/signing.h"
#include "evidence/tree.h"
#include "node/storage/memory.h"

namespace bashu::exchange {
namespace {

constexpr const char *kBefore = "a.example/bashu/1", *kNow = "a.example/bashu/2";

class SeenSuccessor : public ::testing::Test {
 protected:
  SeenSuccessor() {
    for (std::uint64_t i = 0; i < 12; ++i) {
      evidence::append(nodes_, i, evidence::leaf_hash(std::to_string(i)));
    }
  }
  [[nodiscard]] Hash root(std::uint64_t size) const { return evidence::root(nodes_, size); }
  void keep(std::uint64_t size, const Hash& root) {
    ASSERT_TRUE(
        files_.write("seen/a", evidence::sign_checkpoint(kBefore, size, root, keys_.secret_key))
            .has_value());
  }
  [[nodiscard]] bool load() {
    return seen_.load(kNow, std::vector<std::string>{keys_.public_key},
                      {{.origin = kBefore, .size = 8, .root = root(8), .held = 12}});
  }

  evidence::MemoryNodes nodes_;
  evidence::SigningPair keys_ = evidence::signing_pair(std::string(32, 'k'));
  node::MemoryFiles memory_;
  node::FileStore& files_ = memory_;
  SeenLog seen_{files_, "seen/a"};
};

TEST_F(SeenSuccessor, BeginsWhereTheEditionSays) {
  EXPECT_TRUE(load());
  EXPECT_EQ(seen_.size(), 8U);
  EXPECT_EQ(seen_.note(), "");  // nothing of the new name is held yet
}

TEST_F(SeenSuccessor, WhatIsOlderHasToLeadThere) {
  keep(5, root(5));
  ASSERT_TRUE(load());
  const auto step = seen_.wanted(0);
  ASSERT_TRUE(step.has_value());
  EXPECT_EQ(step->old_size, 5U);
  EXPECT_EQ(step->size, 8U);
  EXPECT_TRUE(seen_.take(*step, evidence::consistency_proof(nodes_, 5, 8)));
  EXPECT_EQ(seen_.size(), 8U);
}

TEST_F(SeenSuccessor, AnotherHistoryIsAContradiction) {
  keep(5, sha256("another"));
  ASSERT_TRUE(load());
  const auto step = seen_.wanted(0);
  ASSERT_TRUE(step.has_value());
  EXPECT_FALSE(seen_.take(*step, evidence::consistency_proof(nodes_, 5, 8)));
}

TEST_F(SeenSuccessor, OfTheLostEndNothingCounts) {
  keep(12, sha256("lost"));
  EXPECT_TRUE(load());
  EXPECT_EQ(seen_.size(), 8U);
  EXPECT_FALSE(seen_.wanted(0).has_value());
}

TEST_F(SeenSuccessor, TheSameSizeHasTheSameRoot) {
  keep(8, sha256("another"));
  EXPECT_FALSE(load());
}

TEST_F(SeenSuccessor, ItGoesOnUnderTheNewName) {
  ASSERT_TRUE(load());
  const std::string note = evidence::sign_checkpoint(kNow, 10, root(10), keys_.secret_key);
  const auto checkpoint =
      evidence::open_checkpoint(note, kNow, std::vector<std::string>{keys_.public_key});
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_TRUE(seen_.add(*checkpoint, note, 0));
  const auto step = seen_.wanted(60'000);
  ASSERT_TRUE(step.has_value());
  EXPECT_TRUE(seen_.take(*step, evidence::consistency_proof(nodes_, 8, 10)));
  EXPECT_EQ(seen_.note(), note);
}

}  // namespace
}  // namespace bashu::exchange
