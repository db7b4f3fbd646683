// The working-day calendar as a file (circles/calendar-cn.yaml): per year the holiday periods as
// published, the weekend days worked in exchange, and where that is from.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/error.h"

namespace bashu::packs {

// Refuses what cannot be true: a period that ends before it begins, a make-up day that is no
// weekend day or lies in a holiday, a day far from its year. All faults at once.
[[nodiscard]] std::expected<Calendar, std::vector<Finding>> load_calendar(std::string_view text);

}  // namespace bashu::packs
