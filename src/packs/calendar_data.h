// The working-day calendar as a file (circles/calendar-cn.yaml): per year the holiday periods as
// published, the weekend days worked in exchange, and where that is from.
//
// Notices come once a year, so a calendar is corrected by years: what a notice says takes the place
// of what was held for its year, and of nothing else. New Year is announced with the new year, so
// the year of a notice runs from 25 December to 24 December.
#pragma once

#include <expected>
#include <set>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "packs/type.h"

namespace bashu::packs {

struct CalendarYears {
  std::set<int> years;  // those it speaks for
  Calendar days;
};

// Refuses what cannot be true: a period that ends before it begins, a make-up day that is no
// weekend day or lies in a holiday, a day far from its year. All faults at once.
[[nodiscard]] std::expected<CalendarYears, std::vector<Finding>> load_calendar(
    std::string_view text);

// The year whose notice speaks of this day.
[[nodiscard]] int notice_year(Date day);
// What cannot be true of days given outside a file, as above. Whole holiday periods are taken:
// their weekend days are dropped from `given`.
[[nodiscard]] std::vector<FormError> check_days(CalendarYears& given);
// `held` with the years of `given` in place of its own; the version is that of `given`.
[[nodiscard]] Calendar amended(Calendar held, const CalendarYears& given);

}  // namespace bashu::packs
