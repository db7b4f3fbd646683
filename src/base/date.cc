#include "base/date.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bashu {

namespace {

constexpr std::int32_t kFirstDay = -719'162;  // 0001-01-01
constexpr std::int32_t kLastDay = 2'932'896;  // 9999-12-31

struct Civil {
  int year;
  int month;
  int day;
};

// Days and civil dates by the arithmetic of a year that begins in March, so that the leap day is
// its last: 400 years are an era of 146,097 days. Day 0 of era 0 is 0000-03-01.
constexpr std::int32_t kEraDays = 146'097;
constexpr std::int32_t kEpochDay = 719'468;  // 1970-01-01 counted from 0000-03-01

std::int32_t days_of(Civil date) {
  const int year = date.month <= 2 ? date.year - 1 : date.year;
  const int era = year / 400;  // never negative: the first year is 1
  const int year_of_era = year - era * 400;
  const int month_from_march = (date.month + 9) % 12;
  const int day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kEraDays + day_of_era - kEpochDay;
}

Civil civil_of(std::int32_t days) {
  const std::int32_t shifted = days + kEpochDay;
  const int era = (shifted >= 0 ? shifted : shifted - kEraDays + 1) / kEraDays;
  const int day_of_era = shifted - era * kEraDays;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_from_march = (5 * day_of_year + 2) / 153;
  const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {.year = era * 400 + year_of_era + (month <= 2 ? 1 : 0),
          .month = month,
          .day = day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

int month_length(int year, int month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
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
  if (year < 1 || year > 9999 || month < 1 || month > 12) return std::nullopt;
  if (day < 1 || day > month_length(year, month)) return std::nullopt;
  return Date{days_of({.year = year, .month = month, .day = day})};
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

int Date::year() const { return civil_of(days_).year; }
int Date::month() const { return civil_of(days_).month; }
int Date::day() const { return civil_of(days_).day; }

int Date::weekday() const {
  const int since_thursday = days_ % 7;  // 1970-01-01 was a Thursday
  return (since_thursday + 10) % 7;
}

std::string Date::text() const {
  const Civil date = civil_of(days_);
  const auto digit = [](int number) { return static_cast<char>('0' + number % 10); };
  const char text[] = {digit(date.year / 1000),
                       digit(date.year / 100),
                       digit(date.year / 10),
                       digit(date.year),
                       '-',
                       digit(date.month / 10),
                       digit(date.month),
                       '-',
                       digit(date.day / 10),
                       digit(date.day)};
  return {text, sizeof text};
}

Date Date::plus_days(std::int64_t n) const {
  // Beyond either end of the calendar from anywhere in it, and no overflow when added.
  constexpr std::int64_t kFar = 4'000'000;
  const std::int64_t day = days_ + (n > kFar ? kFar : n < -kFar ? -kFar : n);
  if (day > kLastDay) return Date{kLastDay};
  return Date{day < kFirstDay ? kFirstDay : static_cast<std::int32_t>(day)};
}

bool is_month(std::string_view text) {
  return text.size() == 7 && Date::parse(std::string{text} + "-01").has_value();
}

std::optional<Date> month_end(std::string_view month) {
  const std::optional<Date> first = Date::parse(std::string{month} + "-01");
  if (month.size() != 7 || !first) return std::nullopt;
  return first->plus_days(month_length(first->year(), first->month()) - 1);
}

bool Calendar::works(Date day) const {
  if (workdays.contains(day)) return true;
  return day.weekday() < 5 && !holidays.contains(day);
}

Date Calendar::roll(Date day) const {
  while (!works(day) && day < Date::from_days(kLastDay)) day = day.plus_days(1);
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
