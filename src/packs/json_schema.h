// Types as JSON Schema (draft 2020-12, the dialect of OpenAPI 3.1). A schema accepts the values
// that check() accepts, and no other: what the HTTP interface publishes is what the core enforces.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/value.h"
#include "packs/type.h"

namespace bashu::packs {

// Whether a personal or sensitive value may also be ciphertext. What a client sends may not.
enum class Sealed : std::uint8_t { allowed, refused };

// `x-unit` and `x-scale` say what an integer counts, `x-titles` and `x-choices` hold the texts per
// language, `x-ref` what a key belongs to, `x-class` who may learn the value, `x-help`,
// `x-wrong`, `x-accepts` and `x-size-max` what helps to fill it in: they describe and refuse
// nothing. Patterns are RE2's, anchored at both ends.
[[nodiscard]] Value json_schema(const Type& type, Sealed sealed = Sealed::allowed);

// A record of `members`, as the form of an event is: the optional ones may be left out.
[[nodiscard]] Value json_schema(const std::vector<Member>& members,
                                Sealed sealed = Sealed::allowed);

}  // namespace bashu::packs
