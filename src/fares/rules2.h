// Rating by rules 2 (docs/formats/tariff.md): what fares/rate.h does for a tariff that says so.
//
//     editions    a ride is rated by the edition in force on its service day
//     one rule    of all discounts and transfers the one that takes off most; each transfer rule
//                 follows its own chain, so that no rule takes anything from another
//     caps        relief is what the strictest cap asks for, and all caps count what is paid
//     parts       several bearers and several operators: every row and every column adds up
#pragma once

#include <cstddef>
#include <vector>

#include "fares/rate.h"

namespace bashu::fares {

// Rides on whose service day no edition is in force; they cost nothing and complete nothing.
void mark_not_in_force(const Tariff& tariff, const std::vector<Tap>& taps,
                       std::vector<Ride>& rides);
void rate_by_2(const Tariff& tariff, const std::vector<Tap>& taps, std::vector<Ride>& rides);
[[nodiscard]] std::vector<Posting> postings_by_2(const Tariff& tariff, const std::vector<Tap>& taps,
                                                 const std::vector<Ride>& rides);

// Of both rules. What of a posting to the group's operator of that number follows from the ride
// alone, without any amount.
[[nodiscard]] Posting posting_of(const std::vector<Tap>& taps, const Ride& ride, const Group& group,
                                 std::size_t number);
// Names the period of a day: no two of a kind share a number.
[[nodiscard]] std::int64_t period(Cap::Period kind, Date day);
// Whether one changes from one ride to the next by this rule, in a chain that began then and may
// still grow.
[[nodiscard]] bool may_change(const Transfer& rule, const std::vector<Tap>& taps, const Ride& from,
                              const Ride& to, std::int64_t began_s);

}  // namespace bashu::fares
