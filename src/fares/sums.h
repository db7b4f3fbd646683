// What rides come to by issuer, side, operator, class of rider or day, and what another tariff
// would make of the same taps.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fares/rate.h"

namespace bashu::fares {

struct Sums {
  std::int64_t rides = 0, faults = 0;  // faults: priced as with a missing tap
  std::int64_t completed = 0;          // by rule
  std::int64_t denied = 0;             // of tokens on a deny list
  // Fen; fare = from_issuer + from_place + off + refused, which is the place's loss.
  Money fare = 0, from_issuer = 0, from_place = 0, off = 0, fee = 0, refused = 0;
  Sums& operator+=(const Sums& more);
};
// By the values of what was asked for, in that order.
using SumsBy = std::map<std::vector<std::string>, Sums>;

// `by`: of `issuer`, `side`, `operator`, `class`, `day`.
[[nodiscard]] const std::vector<std::string>& sum_keys();
void add(SumsBy& sums, const Posting& one, const std::vector<std::string>& by);
[[nodiscard]] Sums all_of(const SumsBy& sums);

}  // namespace bashu::fares
