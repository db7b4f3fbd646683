// Where the missing tap of a ride was, as the tariff's rules tell it from the other taps of the
// same token; a ride of which none of them tells costs what the group says of a missing tap.
//
//     next_entry   no exit: where the token went in next, on the same service day
//     last_exit    no entry: where the token came out last, on the same service day
//     usual        where the token's rides from or to the other tap's place mostly ended or began
//     fare         the rule's own fare
//
// Pure: a function of the token's taps, whatever order they arrived in. Only rides with both taps
// are history, so what was completed once never completes anything else.
#pragma once

#include <vector>

#include "fares/rate.h"

namespace bashu::fares {

// Of the rides that pair() gave, in their order: the first so many of a calendar month as the
// tariff allows. Where one went in or came out oneself is never the place of the missing tap.
void complete(const Tariff& tariff, const std::vector<Tap>& taps, std::vector<Ride>& rides);

}  // namespace bashu::fares
