// The small grammars of docs/formats/evidence.md: names and numbers that stand in hashed text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bashu::evidence {

inline constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;

[[nodiscard]] bool is_token(std::string_view text);      // [a-z][a-z0-9._-]{0,63}
[[nodiscard]] bool is_party(std::string_view text);      // [a-z][a-z0-9-]{0,31}
[[nodiscard]] bool is_hash_text(std::string_view text);  // 64 lower-case hex digits

struct ChannelParts {
  std::string_view from, to, name;
};
// `from.to.name`; nullopt if it is not so formed.
[[nodiscard]] std::optional<ChannelParts> split_channel(std::string_view text);

// 0|[1-9][0-9]{0,15}, at most kIntegerMax.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace bashu::evidence
