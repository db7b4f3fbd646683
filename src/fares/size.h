// How large a tariff may be. Each of its editions is a whole tariff, so that a short file with many
// of them could ask for more memory than a node has: that is counted before any edition is read.
#pragma once

#include <cstddef>
#include <optional>

#include "base/value.h"
#include "fares/tariff.h"

namespace bashu::fares {

inline constexpr std::size_t kEditionsMax = 50;  // in `editions`
inline constexpr std::size_t kCapsMax = 1'000;   // of all editions, each compared with all others
// Bytes of canonical JSON: what the first edition says, once for each of `editions`, and all of
// these.
inline constexpr std::size_t kWholeMax = 32U << 20U;

// What of it is more than may be; nullopt: nothing. Of a tariff that is handed in, or that another
// side sends and nobody here has agreed to. It need not be one that can be read.
[[nodiscard]] std::optional<Wrong> too_large(const Value& tariff);
// Of these bounds the last, which read_tariff() asks too, of every tariff.
[[nodiscard]] std::optional<Wrong> too_large_whole(const Value& tariff);

}  // namespace bashu::fares
