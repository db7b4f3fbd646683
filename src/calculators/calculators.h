// What is too long for an expression of a pack: pure functions over integers, by name and version.
//
//     a pack declares  medical.settle, version 1, what it takes and gives
//     a branch runs it  ──►  find("medical.settle", 1)  ──►  the row of registry.cc  ──►  a
//     function
//
// A version, once a pack has named it, never changes its results: every party of a case runs it
// again. A new calculator is a file of its own and a row in registry.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/value.h"

namespace bashu::calculators {

// Integers only; an error text if the input makes no sense.
using Calculator = std::expected<Value, std::string> (*)(const Value& input);

// nullptr: this node has none of that name and version.
[[nodiscard]] Calculator find(std::string_view name, std::int64_t version);

}  // namespace bashu::calculators
