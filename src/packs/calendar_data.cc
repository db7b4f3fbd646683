#include "packs/calendar_data.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "packs/yaml.h"
#include "texts/texts.h"

namespace bashu::packs {

namespace {

constexpr int kYearMin = 1949;
constexpr int kYearMax = 9998;

class Reader {
 public:
  explicit Reader(Document document) : document_{std::move(document)} {}

  std::expected<CalendarYears, std::vector<Finding>> read() {
    if (document_.findings.empty()) file();
    if (!document_.findings.empty()) return std::unexpected{std::move(document_.findings)};
    return std::move(given_);
  }

 private:
  void find(const std::string& path, std::string text) {
    const Position at = document_.at(path);
    document_.findings.push_back(
        {.line = at.line, .column = at.column, .path = path, .text = std::move(text)});
  }

  // The record at `path` with no member but `known`.
  const Value::Record* record(const Value* value, const std::string& path,
                              std::initializer_list<std::string_view> known) {
    static const Value kMissing;
    const Value::Record* record = (value ? *value : kMissing).as_record();
    if (!record) {
      find(path, "must be a record");
      return nullptr;
    }
    for (const auto& [name, member] : *record) {
      if (std::ranges::find(known, name) == known.end()) {
        find(below(path, name), "is not known here");
      }
    }
    return record;
  }

  static std::string below(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  const Value::List& list(const Value& record, const std::string& name, const std::string& path) {
    static const Value::List kNone;
    const Value* member = record.find(name);
    if (member && member->as_list()) return *member->as_list();
    find(below(path, name), "must be a list");
    return kNone;
  }

  std::optional<Date> date(const Value* value, const std::string& path) {
    const std::string* text = value ? value->as_text() : nullptr;
    const std::optional<Date> read = text ? Date::parse(*text) : std::nullopt;
    if (!read) find(path, "must be a day of the calendar, written 2026-03-31");
    return read;
  }

  // A period may begin in the last week of the year before.
  bool near(Date day, int year, const std::string& path) {
    const Date first = *Date::from_civil(year, 1, 1);
    if (day >= first.plus_days(-7) && day.year() <= year) return true;
    find(path, "is no day of " + std::to_string(year));
    return false;
  }

  void file() {
    const Value& root = document_.root;
    if (!record(&root, "", {"calendar", "title", "version", "years"})) return;
    given_.days.version = root.int_at("version", -1);
    if (given_.days.version < 1) find("version", "must be a number from 1 on");
    const Value* years = root.find("years");
    if (!years || !years->as_record() || years->as_record()->empty()) {
      find("years", "must be a record of years");
      return;
    }
    for (const auto& [name, content] : *years->as_record()) {
      const std::string path = "years." + name;
      int number = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      if (error != std::errc{} || end != name.data() + name.size() || number < kYearMin ||
          number > kYearMax) {
        find(path, "must be a year");
        continue;
      }
      given_.years.insert(number);
      year(number, content, path);
    }
    for (const auto& [day, path] : workdays_) {
      if (day.weekday() < 5) find(path, day.text() + " is no weekend day");
      if (off_.contains(day)) find(path, day.text() + " lies in a holiday");
      given_.days.workdays.insert(day);
    }
  }

  void year(int number, const Value& content, const std::string& path) {
    if (!record(&content, path, {"checked", "notices", "holidays", "workdays"})) return;
    const std::string checked = content.text_at("checked");
    if (checked != "notice" && checked != "second_source" && checked != "unverified") {
      find(below(path, "checked"), "must be notice, second_source or unverified");
    }
    const Value::List& notices = list(content, "notices", path);
    for (std::size_t i = 0; i < notices.size(); ++i) {
      const std::string at = path + ".notices[" + std::to_string(i) + "]";
      if (record(&notices[i], at, {"number", "number_unverified", "date", "changes"})) {
        date(notices[i].find("date"), below(at, "date"));
      }
    }
    const Value::List& holidays = list(content, "holidays", path);
    for (std::size_t i = 0; i < holidays.size(); ++i) {
      holiday(number, holidays[i], path + ".holidays[" + std::to_string(i) + "]");
    }
    const Value::List& workdays = list(content, "workdays", path);
    for (std::size_t i = 0; i < workdays.size(); ++i) {
      const std::string at = path + ".workdays[" + std::to_string(i) + "]";
      const std::optional<Date> day = date(&workdays[i], at);
      if (day && near(*day, number, at)) workdays_.emplace_back(*day, at);
    }
  }

  void holiday(int number, const Value& period, const std::string& path) {
    constexpr std::int32_t kLongest = 31;
    if (!record(&period, path, {"name", "from", "to"})) return;
    const std::optional<Date> from = date(period.find("from"), below(path, "from"));
    const std::optional<Date> to = date(period.find("to"), below(path, "to"));
    if (!from || !to || !near(*from, number, below(path, "from"))) return;
    if (*to < *from || to->days() - from->days() >= kLongest) {
      find(below(path, "to"), "must follow `from` within a month");
      return;
    }
    for (Date day = *from; day <= *to; day = day.plus_days(1)) {
      off_.insert(day);
      if (day.weekday() < 5) given_.days.holidays.insert(day);
    }
  }

  Document document_;
  CalendarYears given_;
  std::set<Date> off_;
  std::vector<std::pair<Date, std::string>> workdays_;
};

}  // namespace

std::expected<CalendarYears, std::vector<Finding>> load_calendar(std::string_view text) {
  return Reader{read_yaml(text)}.read();
}

int notice_year(Date day) { return day.plus_days(7).year(); }

std::vector<FormError> check_days(CalendarYears& given) {
  std::vector<FormError> wrong;
  const auto find = [&](const char* path, const char* why, const std::string& what) {
    wrong.push_back({.path = path, .why = texts::title(why, {{"what", what}})});
  };
  for (const int year : given.years) {
    if (year < kYearMin || year > kYearMax) find("years", "calendar.no_year", std::to_string(year));
  }
  const auto of_those_years = [&](Date day, const char* path) {
    if (given.years.contains(notice_year(day)) || given.years.contains(day.year())) return;
    find(path, "calendar.other_year", day.text());
  };
  for (const Date day : given.days.holidays) of_those_years(day, "holidays");
  for (const Date day : given.days.workdays) {
    of_those_years(day, "workdays");
    if (day.weekday() < 5) find("workdays", "calendar.no_weekend", day.text());
    if (given.days.holidays.contains(day)) find("workdays", "calendar.both", day.text());
  }
  std::erase_if(given.days.holidays, [](Date day) { return day.weekday() >= 5; });
  return wrong;
}

Calendar amended(Calendar held, const CalendarYears& given) {
  const auto spoken_of = [&](Date day) { return given.years.contains(notice_year(day)); };
  std::erase_if(held.holidays, spoken_of);
  std::erase_if(held.workdays, spoken_of);
  held.holidays.insert(given.days.holidays.begin(), given.days.holidays.end());
  held.workdays.insert(given.days.workdays.begin(), given.days.workdays.end());
  held.version = given.days.version;
  return held;
}

}  // namespace bashu::packs
