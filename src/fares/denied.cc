#include "fares/denied.h"

#include <algorithm>
#include <utility>

namespace bashu::fares {

void deny(Denied& denied, const std::string& token, std::int64_t at_s) {
  const auto [held, fresh] = denied.try_emplace(token, at_s);
  if (!fresh) held->second = std::min(held->second, at_s);
}

std::vector<Posting> rated(const Tariff& tariff, std::vector<Tap> taps, const Denied& denied) {
  std::vector<Posting> out = rated(tariff, std::move(taps));
  if (denied.empty()) return out;
  for (Posting& one : out) {
    const auto found = denied.find(one.token);
    one.denied = found != denied.end() && one.at_s >= found->second + tariff.denied_after_s;
    if (!one.denied) continue;
    one.refused = std::exchange(one.from_issuer, 0);
    one.fee = 0;
  }
  return out;
}

}  // namespace bashu::fares
