// A game: two honest nodes and their people, with a member that lies to both, or without it. The
// same seed makes the same honest acts, so that the two can be compared.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sim/shadow.h"

namespace bashu::hostile {

struct Options {
  std::uint64_t seed = 0;
  int rounds = 10;
  bool lies = true;
};

struct Result {
  std::optional<sim::Broken> broken;
  std::string ended;         // how all that is the honest people's stands on both nodes
  std::int64_t acts = 0;     // of honest people
  std::int64_t ticks = 0;    // of virtual time, until all of it was done on both sides
  double seconds = 0;        // of the processor, in the honest nodes alone
  std::int64_t written = 0;  // bytes of both journals
  std::int64_t heard = 0;    // bytes of the liar's envelopes that got a receipt
  std::map<std::string, std::int64_t> counts;
};
[[nodiscard]] Result play(const Options& options);

// The seed with and without the lies.
struct Compared {
  std::optional<sim::Broken> broken;
  Result with, without;
};
[[nodiscard]] Compared compare(std::uint64_t seed, int rounds);

}  // namespace bashu::hostile
