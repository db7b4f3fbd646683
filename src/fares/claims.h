// What rides make the issuer's side owe the side on which they were: claims for a statement.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "clearing/statement.h"
#include "fares/rate.h"

namespace bashu::fares {

// Token to the moment from which on it is denied: local time, seconds since 1970-01-01.
using Denied = std::map<std::string, std::int64_t>;

// Of one token's taps, those across the border: the issuer is not the party of the place. A claim
// is named by its token, first tap and operator.
[[nodiscard]] std::vector<clearing::Entry> claims(const Tariff& tariff, std::vector<Tap> taps,
                                                  const Denied& denied);

}  // namespace bashu::fares
