#include "evidence/grammar.h"

#include <algorithm>
#include <array>

namespace bashu::evidence {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// By character; looked up without a branch, since every entry holds two hashes.
constexpr auto kHexDigits = [] {
  std::array<bool, 256> digits{};
  for (const char c : std::string_view{"0123456789abcdef"}) {
    digits[static_cast<unsigned char>(c)] = true;
  }
  return digits;
}();

}  // namespace

bool is_token(std::string_view text) {
  if (text.empty() || text.size() > 64 || !is_lower(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_party(std::string_view text) {
  if (text.empty() || text.size() > 32 || !is_lower(text.front())) return false;
  return std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_hash_text(std::string_view text) {
  if (text.size() != 64) return false;
  bool good = true;
  for (const char c : text) good &= kHexDigits[static_cast<unsigned char>(c)];
  return good;
}

std::optional<ChannelParts> split_channel(std::string_view text) {
  const std::size_t first = text.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const ChannelParts parts{text.substr(0, first), text.substr(first + 1, second - first - 1),
                           text.substr(second + 1)};
  if (!is_party(parts.from) || !is_party(parts.to)) return std::nullopt;
  if (parts.name.empty() || parts.name.size() > 32) return std::nullopt;
  for (const char c : parts.name)
    if (!is_lower(c) && !is_digit(c) && c != '-') return std::nullopt;
  return parts;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > 16) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number > static_cast<std::uint64_t>(kIntegerMax)) return std::nullopt;
  return number;
}

}  // namespace bashu::evidence
