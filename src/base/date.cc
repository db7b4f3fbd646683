#include "base/date.h"

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace bashu {

namespace {

std::chrono::year_month_day civil(Date date) {
  return std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{date.days()}}};
}

// The number in `text`, which holds digits only; -1 otherwise.
int digits(std::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace

std::optional<Date> Date::from_civil(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

std::optional<Date> Date::parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text.substr(0, 4));
  const int month = digits(text.substr(5, 2));
  const int day = digits(text.substr(8, 2));
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  return from_civil(year, month, day);
}

Date Date::at(Instant instant, int offset_minutes) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::int64_t local = instant.unix_ms + std::int64_t{offset_minutes} * 60'000;
  const std::int64_t day = local >= 0 ? local / kDayMs : -((-local + kDayMs - 1) / kDayMs);
  return Date{static_cast<std::int32_t>(day)};
}

int Date::year() const { return static_cast<int>(civil(*this).year()); }
int Date::month() const { return static_cast<int>(static_cast<unsigned>(civil(*this).month())); }
int Date::day() const { return static_cast<int>(static_cast<unsigned>(civil(*this).day())); }

int Date::weekday() const {
  const int since_thursday = days_ % 7;  // 1970-01-01 was a Thursday
  return (since_thursday + 10) % 7;
}

std::string Date::text() const {
  const auto ymd = civil(*this);
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  return buffer;
}

Date Date::plus_days(std::int64_t n) const {
  constexpr std::int64_t kFirst = -719'162;   // 0001-01-01
  constexpr std::int64_t kLast = 2'932'896;   // 9999-12-31
  const std::int64_t day = n > 4'000'000 ? kLast : n < -4'000'000 ? kFirst : days_ + n;
  return Date{static_cast<std::int32_t>(day > kLast ? kLast : day < kFirst ? kFirst : day)};
}

bool is_month(std::string_view text) {
  return text.size() == 7 && Date::parse(std::string{text} + "-01").has_value();
}

std::optional<Date> month_end(std::string_view month) {
  if (!is_month(month)) return std::nullopt;
  const Date first = *Date::parse(std::string{month} + "-01");
  const Date next = first.plus_days(31);
  return Date::from_civil(next.year(), next.month(), 1)->plus_days(-1);
}

bool Calendar::works(Date day) const {
  if (workdays.contains(day)) return true;
  return day.weekday() < 5 && !holidays.contains(day);
}

Date Calendar::roll(Date day) const {
  while (!works(day) && day < Date::from_days(2'932'896)) day = day.plus_days(1);
  return day;
}

Date Calendar::add_workdays(Date day, std::int64_t n) const {
  const std::int64_t step = n > 0 ? 1 : -1;
  while (n != 0) {
    const Date next = day.plus_days(step);
    if (next == day) return day;
    day = next;
    if (works(day)) n -= step;
  }
  return day;
}

std::int64_t Calendar::workdays_between(Date after, Date until) const {
  std::int64_t count = 0;
  for (Date day = after; day < until;) {
    day = day.plus_days(1);
    if (works(day)) ++count;
  }
  return count;
}

}  // namespace bashu
