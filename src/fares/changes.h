// What an edition of a tariff changes beside the one before it, for who is to agree to it: prices
// one by one, and every other rule that it says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "fares/tariff.h"

namespace bashu::fares {

// Fen; nullopt: it has no such price.
struct PriceChange {
  std::string group;
  std::int64_t instead = 0;  // which of the group's, from 1; 0: its own prices
  std::string from, to;      // places or zones, in both directions where both change alike
  std::optional<std::int64_t> up_to_m{};  // of a band
  std::optional<Money> now, next;
  friend bool operator==(const PriceChange&, const PriceChange&) = default;
};
// A member by its path, as canonical JSON; empty: it is not said.
struct RuleChange {
  std::string where, now, next;
  friend bool operator==(const RuleChange&, const RuleChange&) = default;
};
struct Changes {
  std::vector<PriceChange> prices;
  std::vector<RuleChange> rules;
};
// Both are whole editions (fares/editions.h) that read_tariff() reads. Their versions and days are
// no change.
[[nodiscard]] Changes changes(const Value& before, const Value& after);

}  // namespace bashu::fares
