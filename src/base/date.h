// Days, months and the working-day calendar of one jurisdiction.
//
// A Date is a day of the proleptic Gregorian calendar without a time zone. Which day it is at a
// moment is decided once, at the edge, by the jurisdiction's offset from UTC.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace bashu {

class Date {
 public:
  constexpr Date() = default;
  // Days since 1970-01-01, negative before.
  static constexpr Date from_days(std::int32_t days) { return Date{days}; }
  // nullopt if there is no such day; year 1..9999.
  [[nodiscard]] static std::optional<Date> from_civil(int year, int month, int day);
  // Exactly `2026-03-31`.
  [[nodiscard]] static std::optional<Date> parse(std::string_view text);
  // The day at `instant` where local time is `offset_minutes` ahead of UTC (China: 480).
  [[nodiscard]] static Date at(Instant instant, int offset_minutes);

  [[nodiscard]] constexpr std::int32_t days() const { return days_; }
  [[nodiscard]] int year() const;
  [[nodiscard]] int month() const;         // 1..12
  [[nodiscard]] int day() const;           // 1..31
  [[nodiscard]] int weekday() const;       // 0 Monday .. 6 Sunday
  [[nodiscard]] std::string text() const;  // 2026-03-31
  [[nodiscard]] Date plus_days(std::int64_t n) const;

  friend constexpr auto operator<=>(Date, Date) = default;

 private:
  explicit constexpr Date(std::int32_t days) : days_{days} {}
  std::int32_t days_ = 0;
};

// `2026-03`. month_end is the last day of that month.
[[nodiscard]] bool is_month(std::string_view text);
[[nodiscard]] std::optional<Date> month_end(std::string_view month);

// Which days are worked. By default Monday to Friday; the notices of a year move some.
// Source of the shipped data: the General Office of the State Council's yearly holiday notice.
class Calendar {
 public:
  std::set<Date> holidays;  // weekdays off
  std::set<Date> workdays;  // weekend days worked in exchange
  std::int64_t version = 0;

  [[nodiscard]] bool works(Date day) const;
  [[nodiscard]] Date roll(Date day) const;  // the day itself or the next worked one
  [[nodiscard]] Date add_workdays(
      Date day, std::int64_t n) const;  // n may be negative; n = 0: the day itself
  [[nodiscard]] std::int64_t workdays_between(Date after, Date until) const;  // in (after, until]
  friend bool operator==(const Calendar&, const Calendar&) = default;
};

}  // namespace bashu
