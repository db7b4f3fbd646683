// What is unsettled between two sides, at its worst: in which order amounts will be settled nobody
// knows, so what counts is the most that a side may come to owe on the way.
#pragma once

#include <cstdint>
#include <span>

#include "clearing/money.h"

namespace bashu::clearing {

// Fen, neither below 0.
struct Exposure {
  Money owes = 0;  // the most that the debtor comes to owe
  Money owed = 0;  // the most that it comes to be owed
  friend bool operator==(const Exposure&, const Exposure&) = default;
};
// Over every order of the amounts and every prefix of each: an amount above zero is what the debtor
// owes, one below what it is owed. All of one sign may come first, so that each side's worst is the
// sum of its own.
[[nodiscard]] Exposure worst_prefix(std::span<const Money> amounts);

// How many hundredths of `cap` (above 0) `amount` (not below 0) is, rounded down; formed in 128
// bits.
[[nodiscard]] std::int64_t percent_of(Money amount, Money cap);

}  // namespace bashu::clearing
