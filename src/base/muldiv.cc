#include "base/muldiv.h"

#include <limits>

namespace bashu {

std::optional<Rounding> rounding_named(std::string_view name) {
  if (name == "floor") return Rounding::floor;
  if (name == "ceil") return Rounding::ceil;
  if (name == "half_up") return Rounding::half_up;
  return std::nullopt;
}

std::optional<std::int64_t> muldiv(std::int64_t a, std::int64_t b, std::int64_t c,
                                   Rounding rounding) {
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(a) * b;  // at most 2^126: its double still fits
  const bool negative = (product < 0) != (c < 0);
  const Wide numerator = product < 0 ? -product : product;
  const Wide divisor = c < 0 ? -static_cast<Wide>(c) : static_cast<Wide>(c);
  Wide quotient = numerator / divisor;
  const Wide rest = numerator % divisor;
  const bool away = rounding == Rounding::floor  ? rest != 0 && negative
                    : rounding == Rounding::ceil ? rest != 0 && !negative
                                                 : rest != 0 && 2 * rest >= divisor;
  if (away) ++quotient;
  if (negative) quotient = -quotient;
  if (quotient < std::numeric_limits<std::int64_t>::min() ||
      quotient > std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(quotient);
}

}  // namespace bashu
