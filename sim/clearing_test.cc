// Seeds of two sides that clear with each other, and that the checks find what is wrong.

#include "clearing.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

namespace bashu::sim {
namespace {

std::string words(const ClearingResult& result) {
  return result.broken ? result.broken->check + ": " + result.broken->detail : std::string{};
}

TEST(ClearingSeeds, BothSidesEndEqual) {
  std::map<std::string, std::int64_t> counts;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const ClearingResult result = simulate_clearing({.seed = seed});
    EXPECT_EQ(words(result), "") << "seed " << seed;
    for (const auto& [what, number] : result.counts) counts[what] += number;
  }
  for (const char* what : {"taps lost until the end", "taps late", "taps doubled", "batches",
                           "starts", "windows", "differences"}) {
    EXPECT_GT(counts[what], 60) << what;
  }
}

TEST(ClearingSeeds, ASeedIsAWholeRun) {
  EXPECT_EQ(simulate_clearing({.seed = 7}).digest, simulate_clearing({.seed = 7}).digest);
  EXPECT_NE(simulate_clearing({.seed = 7}).digest, simulate_clearing({.seed = 8}).digest);
}

// In runs in which nobody accepts what it has no taps for: there every fault must show.
TEST(ClearingSeeds, WhatIsWrongIsFound) {
  const auto found = [](ClearingFault fault) {
    std::map<std::string, int> checks;
    for (std::uint64_t seed = 2; seed <= 40; seed += 2) {
      const ClearingResult result = simulate_clearing({.seed = seed, .fault = fault});
      ++checks[result.broken ? result.broken->check : "nothing"];
    }
    return checks;
  };
  EXPECT_EQ(found(ClearingFault::renames_copies)["equal"], 20);
  EXPECT_EQ(found(ClearingFault::hides_a_line)["list"], 20);
  EXPECT_EQ(found(ClearingFault::forgets_a_batch)["nothing"], 0);
}

}  // namespace
}  // namespace bashu::sim
