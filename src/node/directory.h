// The agreement in force and the keys of all parties, parsed once from the records the core holds
// as bytes. Immutable; a new one is made when a record is adopted.
#pragma once

#include <string>
#include <string_view>

#include <cstdint>
#include <map>
#include <vector>

#include "evidence/agreement.h"

namespace bashu::node {

struct Directory {
  bool formed = false;             // an agreement is adopted
  evidence::Agreement agreement;
  evidence::KeyList keys;          // of all parties, by kid
  std::map<std::string, std::int64_t, std::less<>> keys_edition;  // party to edition held

  // Public log keys of a party (32 bytes each), its newest usable seal key; empty if none.
  [[nodiscard]] std::vector<std::string> log_keys(std::string_view party) const;
  [[nodiscard]] std::string seal_key(std::string_view party) const;
};

}  // namespace bashu::node
