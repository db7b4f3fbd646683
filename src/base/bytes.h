// Bytes as text: hexadecimal and the two base64 alphabets, with exactly one spelling per value;
// SHA-256. Byte strings are std::string throughout; text is UTF-8 and says so.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bashu {

using Hash = std::array<std::uint8_t, 32>;

[[nodiscard]] Hash sha256(std::string_view bytes);
// Of the two parts one after the other, without joining them first.
[[nodiscard]] Hash sha256(std::string_view head, std::string_view tail);

[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::string hex(const Hash& hash);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);  // lower case only
[[nodiscard]] std::optional<Hash> hash_from_hex(std::string_view text);

[[nodiscard]] std::string base64(std::string_view bytes);  // RFC 4648 section 4, padded
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
[[nodiscard]] std::string base64url(std::string_view bytes);  // section 5, unpadded
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

[[nodiscard]] inline std::string_view as_bytes(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// True if `text` is well-formed UTF-8 without surrogates.
[[nodiscard]] bool is_utf8(std::string_view text);
// Where a text stops being UTF-8; nullopt if it is UTF-8 to its end.
[[nodiscard]] std::optional<std::size_t> utf8_fault(std::string_view text);
// Characters (code points) of well-formed UTF-8.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

}  // namespace bashu
