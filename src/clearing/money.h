// Whole minor units (fen) and what may be done with them. Products are formed in 128 bits; rounding
// is named; shares always sum to the whole, and the remainder has an owner.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bashu::clearing {

using Money = std::int64_t;

enum class Rounding : std::uint8_t { down, half_up, half_even, up };  // of magnitudes

inline constexpr std::int64_t kMillion = 1'000'000;

// `amount` times `ppm` millionths. `ppm` is 0 to a million, so that it cannot overflow.
[[nodiscard]] Money part_of(Money amount, std::int64_t ppm, Rounding rounding);

// `total` in proportion to `weights`, none negative and not all zero: each gets its whole part, and
// what is left goes one by one to the largest remainders, of equal ones to the first in order.
[[nodiscard]] std::vector<Money> split(Money total, std::span<const std::int64_t> weights);

// 12345 as 123.45
[[nodiscard]] std::string yuan(Money fen);

}  // namespace bashu::clearing
