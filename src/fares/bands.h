// The price of a distance.
#pragma once

#include <cstdint>
#include <optional>

#include "fares/tariff.h"

namespace bashu::fares {

// nullopt: there is no band.
[[nodiscard]] std::optional<Money> band_fare(const Bands& bands, std::int64_t metres);

}  // namespace bashu::fares
