// Fare transactions of TIDES (Transit ITS Data Exchange Specification) as taps.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/value.h"

namespace bashu::fares {

// What TIDES does not say: whose token it is, and where prices are the same as on these devices.
struct TidesTerms {
  std::string issuer, group;
};
// A row of fare_transactions as a row of taps (tap_rows.h); nullopt: it is no tap, as the purchase
// of a ticket. An error names the column that is wrong.
[[nodiscard]] std::expected<std::optional<Value::Record>, std::string> tap_of_tides(
    const Value::Record& transaction, const TidesTerms& terms);

}  // namespace bashu::fares
