// Projections behind a node: any number, each at its own pace, none left with a gap.
#include "node/follower.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "node/storage/memory.h"
#include "node/test_support.h"

namespace bashu::node {
namespace {

constexpr int kPatienceMs = 20'000;

// Positions in the order they came.
class Positions final : public Projection {
 public:
  explicit Positions(std::uint64_t first = 0) : first_{first} {}
  std::uint64_t next() const override {
    const std::lock_guard lock{mutex_};
    return first_ + seen_.size();
  }
  std::expected<void, Fault> take(const std::vector<Entry>& entries) override {
    while (held_) std::this_thread::yield();
    if (fails_) return std::unexpected{Fault{.what = "no room"}};
    const std::lock_guard lock{mutex_};
    for (const Entry& entry : entries) seen_.push_back(entry.index);
    return {};
  }
  [[nodiscard]] std::vector<std::uint64_t> seen() const {
    const std::lock_guard lock{mutex_};
    return seen_;
  }
  void hold(bool held) { held_ = held; }
  void fail(bool fails) { fails_ = fails; }

 private:
  std::uint64_t first_;
  mutable std::mutex mutex_;
  std::vector<std::uint64_t> seen_;
  std::atomic<bool> held_ = false, fails_ = false;
};

std::vector<std::uint64_t> from_to(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> all;
  for (; from < to; ++from) all.push_back(from);
  return all;
}

TEST(Follower, EachProjectionGetsEveryEntryOnceAndInOrder) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  Positions whole, rest{2};
  const auto first = std::make_unique<Follower>(
      Follower::Parts{.node = *one.node, .projection = whole, .idle = {}}, "first");
  const auto second = std::make_unique<Follower>(
      Follower::Parts{.node = *one.node, .projection = rest, .idle = {}}, "second");
  std::uint64_t last = 0;
  for (int i = 0; i < 50; ++i) last = one.must(one.taps(i, 1)).position;
  ASSERT_TRUE(first->wait(last, kPatienceMs));
  ASSERT_TRUE(second->wait(last, kPatienceMs));
  EXPECT_EQ(whole.seen(), from_to(0, last + 1));
  EXPECT_EQ(rest.seen(), from_to(2, last + 1));
  EXPECT_FALSE(first->wait(last + 1, 1));
}

TEST(Follower, ASlowOneHoldsNobodyUp) {
  TestNode one{"sichuan"};
  Positions slow, quick;
  slow.hold(true);
  {
    Follower dragging{{.node = *one.node, .projection = slow, .idle = {}}, "slow"};
    Follower follower{{.node = *one.node, .projection = quick, .idle = {}}, "quick"};
    one.adopt_pack();
    const std::uint64_t last = one.must(one.taps(0, 1)).position;
    EXPECT_TRUE(follower.wait(last, kPatienceMs));
    EXPECT_TRUE(slow.seen().empty());
    slow.hold(false);
    EXPECT_TRUE(dragging.wait(last, kPatienceMs));
  }
  EXPECT_EQ(slow.seen(), quick.seen());
}

TEST(Follower, AfterAFaultItStandsStillUntilItIsPutRight) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  Positions broken;
  broken.fail(true);
  Follower follower{{.node = *one.node, .projection = broken, .idle = {}}, "broken"};
  const std::uint64_t last = one.must(one.taps(0, 1)).position;
  EXPECT_FALSE(follower.wait(last, kPatienceMs)) << "a fault is told at once, not when time is up";
  EXPECT_EQ(follower.fault(), "no room");
  EXPECT_FALSE(follower.aside([] { return std::unexpected{Fault{.what = "still none"}}; }));
  EXPECT_EQ(follower.fault(), "no room");
  ASSERT_TRUE(follower.aside([&]() -> std::expected<void, Fault> {
    broken.fail(false);
    return {};
  }));
  EXPECT_TRUE(follower.wait(last, kPatienceMs));
  EXPECT_EQ(follower.fault(), "");
  EXPECT_EQ(broken.seen(), from_to(0, last + 1));
}

TEST(Follower, GoesOnWhenAJournalThatWasAwayIsBack) {
  TestNode one{"sichuan"};
  auto& disk = dynamic_cast<MemoryStorage&>(*one.storage).disk();
  one.adopt_pack();
  disk.away = true;
  Positions all;
  Follower follower{{.node = *one.node, .projection = all, .idle = {}}, "away"};
  const std::uint64_t last = one.must(one.taps(0, 1)).position;
  EXPECT_FALSE(follower.wait(last, kPatienceMs));
  EXPECT_EQ(follower.fault(), "the disk does not answer");
  disk.away = false;
  while (!follower.fault().empty()) std::this_thread::yield();
  EXPECT_TRUE(follower.wait(last, kPatienceMs));
  EXPECT_EQ(all.seen(), from_to(0, last + 1));
}

TEST(Follower, IsIdleOnlyWhenNothingIsMissing) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  Positions all;
  std::atomic<int> early = 0, idle = 0;
  Follower follower{{.node = *one.node,
                     .projection = all,
                     .idle =
                         [&](const std::function<bool()>& hurry) {
                           ++idle;
                           if (!hurry() && all.next() < one.node->durable()) ++early;
                         }},
                    "idle"};
  const std::uint64_t last = one.must(one.taps(0, 1)).position;
  ASSERT_TRUE(follower.wait(last, kPatienceMs));
  while (idle == 0) std::this_thread::yield();
  EXPECT_EQ(early, 0);
}

TEST(Project, ReadsAJournalWithoutItsNode) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  for (int i = 0; i < 20; ++i) one.must(one.taps(i, 1));
  const std::uint64_t size = one.node->durable();
  one.close();
  const auto journal = one.storage->journal_to_read();
  ASSERT_TRUE(journal);
  JournalEntries entries{**journal};
  Positions whole, none;
  ASSERT_TRUE(project(entries, whole, [] { return true; }));
  EXPECT_EQ(whole.seen(), from_to(0, size));
  ASSERT_TRUE(project(entries, none, [] { return false; }));
  EXPECT_TRUE(none.seen().empty());
  ASSERT_TRUE(project(entries, whole, [] { return true; }));
  EXPECT_EQ(whole.seen().size(), size) << "nothing is taken twice";
}

}  // namespace
}  // namespace bashu::node
