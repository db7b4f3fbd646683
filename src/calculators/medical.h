// Direct settlement of a stay in hospital away from home.
#pragma once

#include <expected>
#include <string>

#include "base/value.h"

namespace bashu::calculators {

// Takes {lines, policy, used}, gives {total, in_scope, deductible, pool, cash}, all in fen:
// deductible, then the fund's rate up to the year's cap. The cash part is the remainder, so that
// the parts always add up to the total.
[[nodiscard]] std::expected<Value, std::string> medical_settle(const Value& input);

}  // namespace bashu::calculators
