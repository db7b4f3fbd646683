// How a tree of digests is made, whoever keeps it: no line is zero, a few are the SHA-256 of their
// keys and contents in order, more that of the digests of their kFan children by the next digit.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "clearing/reconcile.h"

namespace bashu::clearing {

inline constexpr std::size_t kFew = 16;  // so many lines are digested as they are

// The n-th hexadecimal digit of a key.
[[nodiscard]] inline std::size_t digit(const Hash& key, int n) {
  const auto byte = static_cast<unsigned>(key[static_cast<std::size_t>(n / 2)]);
  return n % 2 ? byte & 15U : byte >> 4U;
}

}  // namespace bashu::clearing
