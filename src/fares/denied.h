// Cards that their issuer has put on a deny list, and who bears a ride that was made nevertheless.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fares/rate.h"

namespace bashu::fares {

// One entry of a list: local times, seconds since 1970-01-01.
struct Denial {
  std::string token;
  std::int64_t from_s = 0;
  std::optional<std::int64_t> until_s{};  // excluded; nullopt: it is not lifted
};
// Token to its entries: the moment from which on it is denied, and until when.
using Denials = std::map<std::int64_t, std::optional<std::int64_t>>;
using Denied = std::map<std::string, Denials>;
// In whatever order lists come: of two entries with one beginning that which ends first counts, so
// that an entry is lifted by the same one with its end.
void deny(Denied& denied, const Denial& entry);

// From when on the token of a ride at this moment is denied, so that the ride is the place's loss:
// `denied_after` of the tariff's edition must have passed since. By rules 1 an entry has no end,
// and the earliest counts; by rules 2 each counts until its own end. nullopt: none does.
[[nodiscard]] std::optional<std::int64_t> denied_since(const Tariff& tariff, const Denied& denied,
                                                       const std::string& token, std::int64_t at_s);

// Everything of one token's taps. A ride that began while its token was denied (denied_since) is
// the place's loss: what its issuer would owe is refused, and earns no fee.
[[nodiscard]] std::vector<Posting> rated(const Tariff& tariff, std::vector<Tap> taps,
                                         const Denied& denied);

}  // namespace bashu::fares
