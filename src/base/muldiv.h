// a*b/c on integers, through 128 bits: what every share, rate and unit conversion comes to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bashu {

enum class Rounding : std::uint8_t { floor, ceil, half_up };  // half_up: away from zero at the half

// `floor`, `ceil`, `half_up`.
[[nodiscard]] std::optional<Rounding> rounding_named(std::string_view name);

// nullopt if the result lies outside of 64 bits; `c` is not 0.
[[nodiscard]] std::optional<std::int64_t> muldiv(std::int64_t a, std::int64_t b, std::int64_t c,
                                                 Rounding rounding);

}  // namespace bashu
