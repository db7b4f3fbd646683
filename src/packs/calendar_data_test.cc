#include "packs/calendar_data.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "testing/checkout.h"

namespace bashu::packs {
namespace {

Date day(const char* text) { return Date::parse(text).value(); }

std::string shipped_text() {
  std::ifstream in{checkout("circles/calendar-cn.yaml"), std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::string> faults(const std::string& text) {
  std::vector<std::string> all;
  const auto calendar = load_calendar(text);
  if (calendar) return all;
  for (const Finding& finding : calendar.error()) {
    all.push_back(std::to_string(finding.line) + " " + finding.path + " " + finding.text);
  }
  return all;
}

TEST(CalendarData, ShippedCalendarIsThatOfTheNotices) {
  ASSERT_EQ(faults(shipped_text()), std::vector<std::string>{});
  const Calendar calendar = load_calendar(shipped_text()).value().days;
  EXPECT_EQ(calendar.version, 1);
  EXPECT_FALSE(calendar.works(day("2026-02-23")));  // a Monday of the Spring Festival
  EXPECT_TRUE(calendar.works(day("2026-02-28")));   // a Saturday worked
  EXPECT_FALSE(calendar.works(day("2022-12-31")));
  EXPECT_FALSE(calendar.works(day("2020-01-31")));  // extended in 2020
  EXPECT_TRUE(calendar.works(day("2018-12-29")));
  EXPECT_EQ(calendar.add_workdays(day("2026-02-13"), 5).text(), "2026-02-27");
  // Counted by hand from the notices; thirteen instead of eleven holidays since 2025.
  const auto days = [&](const char* year) {
    return calendar.workdays_between(day((std::to_string(std::stoul(year) - 1) + "-12-31").c_str()),
                                     day((std::string{year} + "-12-31").c_str()));
  };
  EXPECT_EQ(days("2019"), 250);
  EXPECT_EQ(days("2020"), 249);
  EXPECT_EQ(days("2021"), 250);
  EXPECT_EQ(days("2022"), 249);
  EXPECT_EQ(days("2023"), 249);
  EXPECT_EQ(days("2024"), 251);
  EXPECT_EQ(days("2025"), 248);
  EXPECT_EQ(days("2026"), 248);
}

std::string year(const std::string& content) {
  return "calendar: cn\nversion: 1\nyears:\n  2026:\n    checked: notice\n    notices: []\n" +
         content;
}

TEST(CalendarData, RefusesWhatCannotBeTrue) {
  EXPECT_EQ(
      faults(
          year("    holidays: [{name: {}, from: 2026-10-07, to: 2026-10-01}]\n    workdays: []\n")),
      (std::vector<std::string>{"7 years.2026.holidays[0].to must follow `from` within a month"}));
  EXPECT_EQ(faults(year("    holidays: []\n    workdays: [2026-10-12, 2026-02-30, 2025-06-01]\n")),
            (std::vector<std::string>{
                "8 years.2026.workdays[1] must be a day of the calendar, written 2026-03-31",
                "8 years.2026.workdays[2] is no day of 2026",
                "8 years.2026.workdays[0] 2026-10-12 is no weekend day"}));
  EXPECT_EQ(
      faults(
          year("    holidays: [{from: 2026-10-01, to: 2026-10-07}]\n    workdays: [2026-10-03]\n")),
      (std::vector<std::string>{"8 years.2026.workdays[0] 2026-10-03 lies in a holiday"}));
  EXPECT_EQ(faults(year("    holidays: []\n    workday: []\n")),
            (std::vector<std::string>{"8 years.2026.workday is not known here",
                                      "4 years.2026.workdays must be a list"}));
  EXPECT_EQ(faults("calendar: cn\nversion: 0\nyears: {99: {}}\n"),
            (std::vector<std::string>{"2 version must be a number from 1 on",
                                      "3 years.99 must be a year"}));
  EXPECT_EQ(faults("[]").size(), 1U);
  EXPECT_EQ(faults("a: yes\n").size(), 1U);
}

TEST(CalendarData, AYearTakesThePlaceOfThatYearAlone) {
  const Calendar held{.holidays = {day("2025-10-01"), day("2026-01-01"), day("2026-05-01")},
                      .workdays = {day("2025-12-27"), day("2026-02-28")},
                      .version = 1};
  CalendarYears given{.years = {2026},
                      .days = {.holidays = {day("2026-01-02")}, .workdays = {}, .version = 2}};
  EXPECT_TRUE(check_days(given).empty());
  const Calendar now = amended(held, given);
  EXPECT_EQ(now.holidays, (std::set<Date>{day("2025-10-01"), day("2026-01-02")}));
  EXPECT_TRUE(now.workdays.empty());  // 27 December is announced with the new year
  EXPECT_EQ(now.version, 2);
}

}  // namespace
}  // namespace bashu::packs
