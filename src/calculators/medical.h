// Direct settlement of a stay in hospital away from home: what is paid for by the catalogue of the
// place of treatment, how much of it by the rules of the place of insurance, which come in as
// `policy` (医保发〔2022〕22号; docs/sources.md says what of it was read).
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
