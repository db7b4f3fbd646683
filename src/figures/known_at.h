// The moment somebody asks about, as they write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "figures/ask.h"

namespace bashu::figures {

// Position of `2021-09-25` (its last entry), `2021-09-25T10:00:00+08:00` or `4711`; nullopt: it is
// none of them.
struct KnownAt {
  std::optional<std::uint64_t> position;
  std::int64_t time_ms = 0;  // without a position
};
[[nodiscard]] std::optional<KnownAt> parse_known_at(std::string_view text, int offset_minutes);
// `2021-01-01..2021-09-25`.
[[nodiscard]] std::optional<Period> parse_period(std::string_view text);

}  // namespace bashu::figures
