// Which caps may stand in one tariff by rules 2.
//
// With caps that cross, a ride that costs less can make others cost more: a day's cap on everything
// and a week's cap on the metro, both 5 yuan. A metro ride of 5 yuan makes a bus of that day free,
// and a metro ride of the next day too; if it had been free, both would be paid. So one cap must
// lie within the other, in whom and in what time it counts, or have no ride in common with it. Caps
// on the same rides may have any periods: time itself orders what is left of them.
#pragma once

#include "fares/tariff.h"

namespace bashu::fares {

[[nodiscard]] bool cross(const Cap& one, const Cap& other);

}  // namespace bashu::fares
