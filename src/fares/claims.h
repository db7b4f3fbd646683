// What rides make the issuer's side owe the side on which they were: claims for a statement.
#pragma once

#include <vector>

#include "clearing/statement.h"
#include "fares/denied.h"

namespace bashu::fares {

// Of one token's taps, those across the border: the issuer is not the party of the place. A claim
// is named by its token, first tap and operator.
[[nodiscard]] std::vector<clearing::Entry> claims(const Tariff& tariff, std::vector<Tap> taps,
                                                  const Denied& denied);

}  // namespace bashu::fares
