// The agreement in force and the keys of all parties, parsed once from the records the core holds
// as bytes. Immutable; adopting a record makes another.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/agreement.h"
#include "evidence/known.h"

namespace bashu::node {

// A party that an edition names no more.
struct Left {
  std::int64_t edition = 0;
  std::string why;  // why the others expelled it; empty: it left by itself
};
struct Directory {
  bool formed = false;  // an agreement is adopted
  evidence::Agreement agreement;
  evidence::Known known;                          // all it ever named
  std::map<std::string, Left, std::less<>> left;  // of them: who is of the circle no more
  evidence::KeyList keys;                         // of all of them, by kid
  std::map<std::string, std::int64_t, std::less<>> keys_edition;  // party to edition held

  // Public log keys of a party (32 bytes each), its newest usable seal key; empty if none.
  [[nodiscard]] std::vector<std::string> log_keys(std::string_view party) const;
  [[nodiscard]] std::string seal_key(std::string_view party) const;
  // `from.to.name` of the newest channel the agreement lists; `main` before there is one.
  [[nodiscard]] std::string channel(std::string_view from, std::string_view to) const;
};

// Of the core's records: `agreement/1`, `keys/sichuan/2`, ... Each was verified when it was
// adopted; the error names one that no longer verifies.
[[nodiscard]] std::expected<Directory, std::string> make_directory(
    const std::map<std::string, std::string, std::less<>>& records);

}  // namespace bashu::node
