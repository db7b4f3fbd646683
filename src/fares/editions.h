// The editions of a tariff by rules 2: which of them is in force on a service day. One by rules 1
// has but itself, and is asked for no day.
#pragma once

#include <vector>

#include "fares/tariff.h"

namespace bashu::fares {

// The latest edition that began on that day or before, else the first: whether it is in force is
// another question.
[[nodiscard]] const Tariff& edition_on(const Tariff& tariff, Date day);
[[nodiscard]] bool in_force(const Tariff& edition, Date day);

// In their order, the tariff itself first.
[[nodiscard]] std::vector<const Tariff*> editions_of(const Tariff& tariff);

// Each edition as a tariff of its own, in the same order.
[[nodiscard]] std::vector<Tariff> apart(Tariff tariff);

// Orders what was read: versions rise, days do not overlap, all days begin at one hour. An edition
// that does not say how long it lasts ends the day before the next one begins.
void follow_up(Tariff& tariff, std::vector<Wrong>& wrong);

}  // namespace bashu::fares
