#include "fares/denied.h"

#include <algorithm>
#include <utility>

#include "fares/editions.h"

namespace bashu::fares {

void deny(Denied& denied, const Denial& entry) {
  const auto [held, fresh] = denied[entry.token].try_emplace(entry.from_s, entry.until_s);
  if (fresh || !entry.until_s) return;
  held->second = std::min(held->second.value_or(*entry.until_s), *entry.until_s);
}

std::optional<std::int64_t> denied_since(const Tariff& tariff, const Denied& denied,
                                         const std::string& token, std::int64_t at_s) {
  const auto found = denied.find(token);
  if (found == denied.end()) return std::nullopt;
  const std::int64_t after = edition_on(tariff, service_day(tariff, at_s)).denied_after_s;
  for (const auto& [from_s, until_s] : found->second) {
    if (at_s < from_s + after) return std::nullopt;
    if (tariff.rules < 2 || !until_s || at_s < *until_s) return from_s;
  }
  return std::nullopt;
}

std::vector<Posting> rated(const Tariff& tariff, std::vector<Tap> taps, const Denied& denied) {
  std::vector<Posting> out = rated(tariff, std::move(taps));
  if (denied.empty()) return out;
  for (Posting& one : out) {
    one.denied = denied_since(tariff, denied, one.token, one.at_s).has_value();
    if (!one.denied) continue;
    one.refused = std::exchange(one.from_issuer, 0);
    one.fee = 0;
  }
  return out;
}

}  // namespace bashu::fares
