// Whose a key of sealed values is, by its name: `<party>-k` and sixteen hex digits, as a vault
// names the keys that it makes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace bashu::core {

inline constexpr std::string_view kKeyMark = "-k";  // after the party
inline constexpr std::size_t kKeyDigits = 16;

// Exactly so: of `a` and `a-k1`, both members, neither made what the other did. A key of any other
// form is nobody's.
[[nodiscard]] inline bool made_by(std::string_view key, std::string_view party) {
  if (party.empty() || !key.starts_with(party)) return false;
  key.remove_prefix(party.size());
  if (!key.starts_with(kKeyMark)) return false;
  key.remove_prefix(kKeyMark.size());
  return key.size() == kKeyDigits && std::ranges::all_of(key, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace bashu::core
