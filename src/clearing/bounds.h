// How much claims may come to. Input can name any amounts: what is beyond must be told as a fault
// of what came, and never stop who adds it up.
#pragma once

#include <vector>

#include "clearing/statement.h"

namespace bashu::clearing {

__extension__ using Wide = __int128;

// All amounts of one together, each without its sign.
[[nodiscard]] Wide magnitude(const Amounts& amounts);

// As long as the magnitudes of all lines together come to no more, no sum of any of them overflows,
// and neither does a difference of two such sums.
inline constexpr Wide kMagnitudeMost = Wide{1} << 60;

// As plus() and minus(), but what is beyond 64 bits wraps round: taking away what was added always
// gives what was there before. A line that has wrapped is beyond kMagnitudeMost by itself, unless
// both of its parts were.
[[nodiscard]] Amounts wrapped_plus(const Amounts& a, const Amounts& b);
[[nodiscard]] Amounts wrapped_minus(const Amounts& a, const Amounts& b);

// Why claims or lines cannot be stated.
enum class Unfit : std::uint8_t {
  none,
  twice,     // two of one id and correction
  too_large  // beyond kMagnitudeMost together
};
struct Fitness {
  Unfit unfit = Unfit::none;
  std::string line{};  // of twice: which
};
// What is too large is told first.
[[nodiscard]] Fitness fitness(const std::vector<Entry>& lines);

}  // namespace bashu::clearing
