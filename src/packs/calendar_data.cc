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

namespace bashu::packs {

namespace {

class Reader {
 public:
  explicit Reader(Document document) : document_{std::move(document)} {}

  std::expected<Calendar, std::vector<Finding>> read() {
    if (document_.findings.empty()) file();
    if (!document_.findings.empty()) return std::unexpected{std::move(document_.findings)};
    return std::move(calendar_);
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
    calendar_.version = root.int_at("version", -1);
    if (calendar_.version < 1) find("version", "must be a number from 1 on");
    const Value* years = root.find("years");
    if (!years || !years->as_record() || years->as_record()->empty()) {
      find("years", "must be a record of years");
      return;
    }
    for (const auto& [name, content] : *years->as_record()) {
      const std::string path = "years." + name;
      int number = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      if (error != std::errc{} || end != name.data() + name.size() || number < 1949 ||
          number > 9998) {
        find(path, "must be a year");
        continue;
      }
      year(number, content, path);
    }
    for (const auto& [day, path] : workdays_) {
      if (day.weekday() < 5) find(path, day.text() + " is no weekend day");
      if (off_.contains(day)) find(path, day.text() + " lies in a holiday");
      calendar_.workdays.insert(day);
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
      if (day.weekday() < 5) calendar_.holidays.insert(day);
    }
  }

  Document document_;
  Calendar calendar_;
  std::set<Date> off_;
  std::vector<std::pair<Date, std::string>> workdays_;
};

}  // namespace

std::expected<Calendar, std::vector<Finding>> load_calendar(std::string_view text) {
  return Reader{read_yaml(text)}.read();
}

}  // namespace bashu::packs
