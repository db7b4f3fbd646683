// Months on from a day.
#pragma once

#include <cstdint>
#include <optional>

#include "base/date.h"

namespace bashu::packs {

// The corresponding day, or the last day of a month that has none (Civil Code of the PRC,
// article 202); nothing outside the years 1 to 9999.
[[nodiscard]] std::optional<Date> months_on(Date date, std::int64_t months);

}  // namespace bashu::packs
