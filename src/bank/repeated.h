// Bookings that stand in what a bank sent more than once: in two statements, or twice in one.
#pragma once

#include <vector>

#include "bank/camt053.h"

namespace bashu::bank {

struct Distinct {
  std::vector<Booking> once;      // what may be matched, in its order
  std::vector<Booking> repeated;  // waits for a person: it may be a copy, or a second payment
};
// Those equal in account, day, the bank's reference, amount and details are one. Where the bank
// gave no reference nothing says whether a repeat is a copy: the first may be matched, others wait.
[[nodiscard]] Distinct distinct(const std::vector<Booking>& bookings);

}  // namespace bashu::bank
