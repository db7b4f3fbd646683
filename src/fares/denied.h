// Cards that their issuer has put on a deny list, and who bears a ride that was made nevertheless.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fares/rate.h"

namespace bashu::fares {

// Token to the moment from which on it is denied: local time, seconds since 1970-01-01.
using Denied = std::map<std::string, std::int64_t>;
// Of two lists that name a token the earlier moment counts, in whatever order they came.
void deny(Denied& denied, const std::string& token, std::int64_t at_s);

// Everything of one token's taps. A ride that began the tariff's `denied_after` or longer after its
// token was denied is the place's loss: what its issuer would owe is refused, and earns no fee.
[[nodiscard]] std::vector<Posting> rated(const Tariff& tariff, std::vector<Tap> taps,
                                         const Denied& denied);

}  // namespace bashu::fares
