#include "main/typed_text.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "base/date.h"
#include "base/json.h"
#include "base/unicode.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

using packs::Kind;
using packs::Type;

std::unexpected<Unread> unread(const std::string& where, std::string_view key,
                               const texts::Places& places) {
  return std::unexpected{Unread{.where = where, .why = texts::title(key, places)}};
}

// `1,234.5` with scale 2 is 123450. Zeros behind the last place are taken: spreadsheets add them.
// What no 64 bits hold is the largest they do.
std::optional<std::int64_t> scaled(std::string text, int scale) {
  static const re2::RE2 kGrouped{R"(-?\d{1,3}(,\d{3})+(\.\d+)?)"};
  if (re2::RE2::FullMatch(text, kGrouped)) std::erase(text, ',');
  const bool minus = text.starts_with('-');
  const std::string_view number = std::string_view{text}.substr(minus ? 1 : 0);
  const std::size_t dot = number.find('.');
  const std::string_view whole = number.substr(0, dot);
  std::string_view part = dot == std::string_view::npos ? "" : number.substr(dot + 1);
  if (whole.empty() || (dot != std::string_view::npos && part.empty())) return std::nullopt;
  const auto places = static_cast<std::size_t>(scale);
  while (part.size() > places && part.ends_with('0')) part.remove_suffix(1);
  if (part.size() > places) return std::nullopt;
  std::string digits{whole};
  digits += part;
  digits.append(places - part.size(), '0');
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
  if (error == std::errc::result_out_of_range) value = std::numeric_limits<std::int64_t>::max();
  return minus ? -value : value;
}

// Days as spreadsheets count them: 1 is 1900-01-01, and 60 a day that never was, so that from
// 1900-03-01 on the count begins at 1899-12-30. Five digits: from 1927 to 2173.
std::optional<Date> by_serial(const std::string& text) {
  static const re2::RE2 kSerial{R"(([1-9]\d{4})(?:\.0+)?)"};
  int serial = 0;
  if (!re2::RE2::FullMatch(text, kSerial, &serial)) return std::nullopt;
  return Date::from_civil(1899, 12, 30)->plus_days(serial);
}

std::optional<Date> day(const std::string& text) {
  static const re2::RE2 kYearFirst{
      R"((\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})(日?)(?:[ T]0{1,2}:00(?::00)?)?)"};
  int year = 0;
  int month = 0;
  int of_month = 0;
  std::string first;
  std::string second;
  std::string last;
  if (!re2::RE2::FullMatch(text, kYearFirst, &year, &first, &month, &second, &of_month, &last)) {
    return by_serial(text);
  }
  const bool chinese = first == "年";
  const bool even = chinese ? second == "月" && last == "日" : first == second && last.empty();
  if (!even) return std::nullopt;
  return Date::from_civil(year, month, of_month);
}

std::optional<std::string> month(const std::string& text) {
  static const re2::RE2 kMonth{R"((\d{4})(?:-|/|\.|年)(\d{1,2})月?)"};
  int year = 0;
  int number = 0;
  if (!re2::RE2::FullMatch(text, kMonth, &year, &number)) return std::nullopt;
  const auto first = Date::from_civil(year, number, 1);
  if (!first) return std::nullopt;
  return first->text().substr(0, 7);
}

std::optional<bool> flag(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* yes : {"true", "1", "是"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"false", "0", "否"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::expected<Value, Unread> list_of(const Type& element, const std::string& where,
                                     const std::string& text) {
  Value::List list;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find(';');
    auto item = read_typed(element, where + "[" + std::to_string(list.size()) + "]",
                           std::string{rest.substr(0, end)});
    if (!item) return item;
    list.push_back(std::move(*item));
    rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
  }
  return list;
}

// A number of many digits that a spreadsheet has cut: nobody knows the others.
bool is_cut_number(const std::string& text) {
  static const re2::RE2 kCut{R"(\d(\.\d+)?[Ee]\+\d+)"};
  return re2::RE2::FullMatch(text, kCut);
}

std::string code_of(const Type& type, const std::string& text) {
  const auto titled = [&](const auto& choice) {
    return std::ranges::any_of(choice.second, [&](const auto& one) { return one.second == text; });
  };
  const auto found = std::ranges::find_if(type.choices, titled);
  return found == type.choices.end() ? text : found->first;
}

}  // namespace

std::expected<Value, Unread> read_typed(const Type& type, const std::string& where,
                                        const std::string& text) {
  const std::string plain = normal_text(text);
  switch (type.kind) {
    case Kind::integer:
    case Kind::money:
    case Kind::quantity: {
      const int scale = type.kind == Kind::integer ? 0 : type.scale;
      if (const auto number = scaled(plain, scale)) {
        if (std::abs(*number) <= packs::kNumberMax) return *number;
        const auto error = packs::check(type, *number, where);  // beyond any range
        return std::unexpected{Unread{.where = error->path, .why = error->why}};
      }
      return unread(where, "values.number", {{"text", text}, {"places", std::to_string(scale)}});
    }
    case Kind::boolean:
      if (const auto yes = flag(plain)) return *yes;
      return unread(where, "values.boolean", {{"text", text}});
    case Kind::date:
      if (const auto found = day(plain)) return found->text();
      return unread(where, "values.date", {{"text", text}});
    case Kind::month:
      if (const auto found = month(plain)) return *found;
      return unread(where, "values.month", {{"text", text}});
    case Kind::choice:
      return code_of(type, plain);
    case Kind::place:
    case Kind::party:
      return plain;
    case Kind::list:
      if (!plain.starts_with('[') && type.element && type.element->kind != Kind::record) {
        return list_of(*type.element, where, plain);
      }
      [[fallthrough]];
    case Kind::record:
    case Kind::document: {
      auto value = parse_json(text);
      if (value) return *value;
      return unread(where, "values.json", {});
    }
    case Kind::text:
    case Kind::token:
    case Kind::ref:
    case Kind::digest:
      if (type.kind != Kind::text && is_cut_number(plain)) {
        return unread(where, "values.cut", {{"text", text}});
      }
      return text;
  }
  return text;
}

std::vector<const packs::Member*> fields_called(const std::vector<packs::Member>& fields,
                                                std::string_view called) {
  std::vector<const packs::Member*> found;
  for (const packs::Member& field : fields) {
    if (field.name == called) return {&field};
    const bool titled = std::ranges::any_of(field.type->title,
                                            [&](const auto& one) { return one.second == called; });
    if (titled) found.push_back(&field);
  }
  return found;
}

}  // namespace bashu::cli
