// What a tariff must keep when it is taken, beyond what reading asks. A tariff that a book has
// already is read as it was: its windows must come out the same when they are computed again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fares/rate.h"
#include "fares/tariff.h"

namespace bashu::fares {

inline constexpr Money kRideMost = 100'000'000;  // fen, as every amount of a tariff

// Two operators of one name in a group, whose claims would be one; a name with `~`, by which a
// correction's line is named; distances whose fare is above kRideMost.
[[nodiscard]] std::vector<Wrong> wrong_when_taken(const Tariff& tariff);

// A token with a slash: a claim is named token/tap/operator, so a token's end must be seen.
[[nodiscard]] std::optional<std::string> token_with_slash(const std::vector<Tap>& taps);

// A group of a tap that the tariff does not have, whose ride nobody would be owed for.
[[nodiscard]] std::optional<std::string> unknown_group(const Tariff& tariff,
                                                       const std::vector<Tap>& taps);

}  // namespace bashu::fares
