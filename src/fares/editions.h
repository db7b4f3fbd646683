// The editions of a tariff by rules 2: which of them is in force on a service day. One by rules 1
// has but itself, and is asked for no day.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
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

// All that an edition says: what the first one says, but for what this one says instead, a group by
// its name, of all else the whole member. nullopt: it says what an edition may not.
[[nodiscard]] std::optional<Value> merged(const Value::Record& first, const Value& edition,
                                          const std::string& where, std::vector<Wrong>& wrong);
// The same of an edition of a tariff that read_tariff() reads; 0 is the first, with no other.
[[nodiscard]] Value whole_edition(const Value& tariff, std::size_t number);

// Orders what was read: versions rise, days do not overlap, all days begin at one hour. An edition
// that does not say how long it lasts ends the day before the next one begins.
void follow_up(Tariff& tariff, std::vector<Wrong>& wrong);

}  // namespace bashu::fares
