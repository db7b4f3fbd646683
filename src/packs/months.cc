#include "packs/months.h"

namespace bashu::packs {

std::optional<Date> months_on(Date date, std::int64_t months) {
  const std::int64_t month = std::int64_t{date.year()} * 12 + date.month() - 1 + months;
  std::optional<Date> there;
  if (month >= 12) {
    for (int day = date.day(); !there && day > date.day() - 4; --day) {
      there = Date::from_civil(static_cast<int>(month / 12), static_cast<int>(month % 12) + 1, day);
    }
  }
  return there;
}

}  // namespace bashu::packs
