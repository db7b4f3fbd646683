// A journal on three machines: seeds keep every promise, a seed is a whole run, and every check can
// fail.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/conformance.h"
#include "quorum_world.h"

namespace bashu::sim {
namespace {

std::string words(const QuorumResult& result) {
  return result.broken
             ? "seed " + std::to_string(result.seed) + ", step " + std::to_string(result.step) +
                   ": " + result.broken->check + ": " + result.broken->detail
             : std::string{};
}

TEST(Quorum, SeedsKeepEveryPromise) {
  std::map<std::string, std::int64_t> counts;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const QuorumResult result = simulate_quorum({.seed = seed});
    ASSERT_FALSE(result.broken) << words(result);
    for (const auto& [what, number] : result.counts) counts[what] += number;
  }
  // A fault that never happened shows nothing.
  for (const char* what : {"acknowledged commits",
                           "asked again and answered as before",
                           "beaten to it",
                           "beats that found another writer",
                           "did not begin on what was lost",
                           "did not begin with too few",
                           "failovers",
                           "fenced appends",
                           "followed what was lost",
                           "keys destroyed",
                           "keys written again",
                           "late writes that were fenced",
                           "let go while they waited",
                           "late writes that were written",
                           "stale reads",
                           "standbys killed",
                           "starts to follow",
                           "starts to write",
                           "take-overs after a silence",
                           "take-overs by hand",
                           "take-overs that failed",
                           "told to wait for nobody",
                           "words held back",
                           "writers killed",
                           "writers that woke up",
                           "writes lost",
                           "writes on one machine, nobody knows",
                           "writes on their way",
                           "writes on two machines, nobody knows"}) {
    EXPECT_GT(counts[what], 0) << what;
  }
}

TEST(Quorum, ASeedIsAWholeRun) {
  EXPECT_EQ(simulate_quorum({.seed = 7}).trace, simulate_quorum({.seed = 7}).trace);
  EXPECT_NE(simulate_quorum({.seed = 7}).trace, simulate_quorum({.seed = 8}).trace);
}

// The database of the model is for one thread, and is asked by two.
class OneAtATime final : public journal::Journal {
 public:
  OneAtATime(std::mutex& guard, std::unique_ptr<Journal> journal)
      : guard_{guard}, journal_{std::move(journal)} {}
  std::expected<void, Fault> append(const journal::Commit& commit) override {
    const std::lock_guard lock{guard_};
    return journal_->append(commit);
  }
  std::expected<std::vector<journal::Commit>, Fault> read(std::uint64_t from,
                                                          std::size_t bytes_max) override {
    const std::lock_guard lock{guard_};
    return journal_->read(from, bytes_max);
  }
  std::uint64_t size() const override {
    const std::lock_guard lock{guard_};
    return journal_->size();
  }

 private:
  std::mutex& guard_;
  std::unique_ptr<Journal> journal_;
};

// What is modelled keeps what a real server has to keep.
TEST(Quorum, TheModelKeepsWhatIsAskedOfAServer) {
  QuorumDatabase database{1, Flaw::none};
  std::mutex guard;
  const auto promises =
      journal::try_promises({.to_write = [&]() -> journal::Place::Opened {
                               auto journal = open_quorum(database, "a", std::nullopt);
                               if (!journal) return journal;
                               return std::make_unique<OneAtATime>(guard, std::move(*journal));
                             },
                             .to_read = [&]() -> journal::Place::Opened {
                               const std::lock_guard lock{guard};
                               return std::make_unique<OneAtATime>(guard, read_quorum(database));
                             }});
  EXPECT_GT(promises.size(), 1U);
  for (const journal::Promise& one : promises) EXPECT_EQ(one.wrong, "") << one.name;
}

struct Found {
  const char* name;
  Flaw flaw;
  const char* check;
};
class Flaws : public testing::TestWithParam<Found> {};

// A check that cannot fail shows nothing either.
TEST_P(Flaws, AreFound) {
  constexpr int kOften = 3;
  std::map<std::string, int> found;
  for (std::uint64_t seed = 1; seed <= 200 && found[GetParam().check] < kOften; ++seed) {
    const QuorumResult result = simulate_quorum({.seed = seed, .flaw = GetParam().flaw});
    ++found[result.broken ? result.broken->check : "nothing"];
  }
  EXPECT_EQ(found[GetParam().check], kOften) << testing::PrintToString(found);
}
INSTANTIATE_TEST_SUITE_P(Checks, Flaws,
                         testing::Values(Found{"BlindAppend", Flaw::blind_append, "fence"},
                                         Found{"HastyAnswer", Flaw::hasty_answer, "durable"},
                                         Found{"LonelyKey", Flaw::lonely_key, "vault"},
                                         Found{"ReturningKey", Flaw::returning_key, "vault"},
                                         Found{"HastyErasure", Flaw::hasty_erasure, "vault"},
                                         Found{"SkippedEntry", Flaw::skipped_entry, "standby"},
                                         Found{"BlindRepeat", Flaw::blind_repeat, "once"},
                                         Found{"OneLook", Flaw::one_look, "durable"}),
                         [](const auto& one) { return std::string{one.param.name}; });

}  // namespace
}  // namespace bashu::sim
