#include "base/date.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bashu {
namespace {

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int month_length(int year, int month) {
  if (month == 2) return leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

Date day(const char* text) { return Date::parse(text).value(); }

// Walks through every day there is, with nothing but the rule of leap years.
TEST(Date, AgreesWithCountingTheDaysOneByOne) {
  std::int32_t count = -719'162;
  int weekday = 0;  // 0001-01-01 was a Monday
  for (int year = 1; year <= 9999; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int d = 1; d <= month_length(year, month); ++d) {
        const Date date = Date::from_days(count);
        ASSERT_EQ(Date::from_civil(year, month, d), date);
        ASSERT_TRUE(date.year() == year && date.month() == month && date.day() == d) << count;
        ASSERT_EQ(date.weekday(), weekday);
        if (d == 1) {
          ASSERT_EQ(Date::parse(date.text()), date);
          ASSERT_EQ(month_end(date.text().substr(0, 7))->day(), month_length(year, month));
        }
        ++count;
        weekday = (weekday + 1) % 7;
      }
      ASSERT_FALSE(Date::from_civil(year, month, month_length(year, month) + 1));
    }
  }
  EXPECT_EQ(count - 1, day("9999-12-31").days());
}

TEST(Date, HasOneSpelling) {
  EXPECT_EQ(day("2026-03-31").text(), "2026-03-31");
  EXPECT_EQ(day("0001-01-01").text(), "0001-01-01");
  for (const char* text : {"2026-3-31", "2026-02-29", "2026-00-01", "2026-13-01", "0000-01-01",
                           "2026-03-32", "2026/03/31", "20260331", " 2026-03-31", "2026-03-31 ",
                           "+026-03-31", "2026-03-3x", "", "２０２６-03-31"}) {
    EXPECT_FALSE(Date::parse(text)) << text;
  }
  EXPECT_TRUE(is_month("2026-12"));
  for (const char* text : {"2026-13", "2026-00", "2026-1", "2026-12-01", "2026/12", ""}) {
    EXPECT_FALSE(is_month(text)) << text;
    EXPECT_FALSE(month_end(text)) << text;
  }
}

TEST(Date, OfAMomentDependsOnTheOffset) {
  EXPECT_EQ(Date::at({0}, 0), Date::from_days(0));
  EXPECT_EQ(Date::at({-1}, 0), Date::from_days(-1));
  EXPECT_EQ(Date::at({-86'400'000}, 0), Date::from_days(-1));
  EXPECT_EQ(Date::at({-86'400'001}, 0), Date::from_days(-2));
  const std::int64_t late = std::int64_t{day("2026-03-31").days()} * 86'400'000 + 16 * 3'600'000;
  EXPECT_EQ(Date::at({late - 1}, 480).text(), "2026-03-31");
  EXPECT_EQ(Date::at({late}, 480).text(), "2026-04-01");
  EXPECT_EQ(Date::at({late}, -480).text(), "2026-03-31");
}

TEST(Date, StaysWithinTheCalendar) {
  EXPECT_EQ(day("9999-12-30").plus_days(5).text(), "9999-12-31");
  EXPECT_EQ(day("0001-01-02").plus_days(-5).text(), "0001-01-01");
  EXPECT_EQ(day("2026-01-01").plus_days(INT64_MAX).text(), "9999-12-31");
  EXPECT_EQ(day("2026-01-01").plus_days(INT64_MIN).text(), "0001-01-01");
  EXPECT_EQ(day("2024-02-28").plus_days(2).text(), "2024-03-01");
}

Calendar spring_festival() {
  Calendar calendar;
  for (int d = 15; d <= 23; ++d) calendar.holidays.insert(*Date::from_civil(2026, 2, d));
  calendar.workdays = {day("2026-02-14"), day("2026-02-28")};
  return calendar;
}

TEST(Calendar, MovesWorkToTheWeekend) {
  const Calendar calendar = spring_festival();
  EXPECT_TRUE(calendar.works(day("2026-02-13")));
  EXPECT_TRUE(calendar.works(day("2026-02-14")));   // a Saturday worked
  EXPECT_FALSE(calendar.works(day("2026-02-17")));  // a Tuesday off
  EXPECT_FALSE(calendar.works(day("2026-03-01")));
  EXPECT_EQ(calendar.roll(day("2026-02-15")).text(), "2026-02-24");
  EXPECT_EQ(calendar.roll(day("2026-02-14")).text(), "2026-02-14");
  EXPECT_EQ(calendar.add_workdays(day("2026-02-13"), 2).text(), "2026-02-24");
  EXPECT_EQ(calendar.add_workdays(day("2026-02-24"), -2).text(), "2026-02-13");
  EXPECT_EQ(calendar.add_workdays(day("2026-02-15"), 0).text(), "2026-02-15");
  EXPECT_EQ(calendar.workdays_between(day("2026-02-13"), day("2026-02-24")), 2);
}

TEST(Calendar, EndsWithTheLastDay) {
  const Calendar calendar;
  EXPECT_EQ(calendar.add_workdays(day("9999-12-30"), 100).text(), "9999-12-31");
  EXPECT_EQ(calendar.add_workdays(day("0001-01-03"), -100).text(), "0001-01-01");
}

RC_GTEST_PROP(Calendar, AgreesWithAListOfTheDaysWorked, ()) {
  const Date first = day("2025-12-01");
  constexpr std::int32_t kDays = 200;
  Calendar calendar;
  std::vector<Date> worked;
  for (std::int32_t i = 0; i < kDays; ++i) {
    const Date date = first.plus_days(i);
    const bool weekend = date.weekday() >= 5;
    const bool moved = *rc::gen::weightedElement<bool>({{1, true}, {5, false}});
    if (moved) (weekend ? calendar.workdays : calendar.holidays).insert(date);
    if (weekend == moved) worked.push_back(date);
  }
  RC_PRE(worked.size() > 20U);
  const auto from = *rc::gen::inRange<std::size_t>(0, worked.size());
  const auto to = *rc::gen::inRange<std::size_t>(0, worked.size());
  const auto steps = static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from);
  RC_ASSERT(calendar.add_workdays(worked[from], steps) == worked[to]);
  RC_ASSERT(calendar.workdays_between(worked[from], worked[to]) == (steps < 0 ? 0 : steps));
  if (from > 0) RC_ASSERT(calendar.roll(worked[from - 1].plus_days(1)) == worked[from]);
}

}  // namespace
}  // namespace bashu
