// Every fault of a form at once. The core refuses for the first one it meets, which is enough to
// decide; a person at a counter wants to hear of all of them before asking again.
#pragma once

#include <string>
#include <vector>

#include "api/problem.h"
#include "base/value.h"
#include "packs/pack.h"

namespace bashu::api {

// One part for each field of the form that is missing or wrong, in the order of the form, and for
// each member that is none of its fields. `given` is not yet sealed.
[[nodiscard]] std::vector<Problem::Part> form_faults(const packs::Service& service,
                                                     const std::vector<std::string>& form,
                                                     const Value& given);
// The form of an event, if the states that take an event of this name agree on it; else empty.
[[nodiscard]] std::vector<std::string> form_of(const packs::Service& service,
                                               std::string_view event);
// Adds what `problem`, a refusal for its form, does not say yet.
void tell_all(Problem& problem, const std::vector<Problem::Part>& faults);

}  // namespace bashu::api
