#include "fares/bands.h"

#include <algorithm>

namespace bashu::fares {

std::optional<Money> band_fare(const Bands& bands, std::int64_t metres) {
  for (const Bands::Band& band : bands.bands) {
    if (metres <= band.up_to_m) return band.fare;
  }
  if (bands.bands.empty()) return std::nullopt;
  Money fare = bands.bands.back().fare;
  if (bands.each_m > 0) {
    const std::int64_t beyond = metres - bands.bands.back().up_to_m;
    fare += (beyond + bands.each_m - 1) / bands.each_m * bands.adds;
  }
  return bands.most ? std::min(fare, *bands.most) : fare;
}

}  // namespace bashu::fares
