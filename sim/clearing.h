// Two sides that clear fares with each other, each from the taps that reached it, under faults:
// taps that are lost for a while, late, doubled and in any order, batches of any size, sides that
// start again in the middle of a window, lists answered in any way. At the end every tap has
// reached both, and both have closed the same windows and owe each other what all taps come to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "shadow.h"

namespace bashu::sim {

// What may be wrong with the first side, so that the checks are seen to find it.
enum class ClearingFault : std::uint8_t {
  none,
  renames_copies,   // a copy of a tap gets another number, so that a ride counts twice
  forgets_a_batch,  // at a start
  hides_a_line,     // of the list of differences
};
struct ClearingOptions {
  std::uint64_t seed = 1;
  int days = 14;
  ClearingFault fault = ClearingFault::none;
};
struct ClearingResult {
  std::optional<Broken> broken;
  std::string digest;                          // of all statements, hex
  std::map<std::string, std::int64_t> counts;  // how often what happened
};
[[nodiscard]] ClearingResult simulate_clearing(const ClearingOptions& options);

}  // namespace bashu::sim
