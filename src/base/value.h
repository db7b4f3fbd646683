// The data a pack works on: what JSON can say, without fractions.
//
//     null | bool | integer (64 bits) | text (UTF-8) | list | record
//
// A record is ordered by the bytes of its names, which for UTF-8 is the order of code points and
// therefore the order of canonical JSON.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bashu {

class Value {
 public:
  using List = std::vector<Value>;
  using Record = std::map<std::string, Value, std::less<>>;

  Value() = default;  // null
  Value(std::same_as<bool> auto flag) : held_{flag} {}
  Value(std::integral auto number)
    requires(!std::same_as<decltype(number), bool>)
      : held_{static_cast<std::int64_t>(number)} {}
  Value(std::string text) : held_{std::move(text)} {}
  Value(std::string_view text) : held_{std::string{text}} {}
  Value(const char* text) : held_{std::string{text}} {}
  Value(List list) : held_{std::move(list)} {}
  Value(Record record) : held_{std::move(record)} {}

  [[nodiscard]] bool is_null() const { return held_.index() == 0; }
  // Each gives nullptr when the value is of another type.
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&held_); }
  [[nodiscard]] const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&held_); }
  [[nodiscard]] const std::string* as_text() const { return std::get_if<std::string>(&held_); }
  [[nodiscard]] const List* as_list() const { return std::get_if<List>(&held_); }
  [[nodiscard]] const Record* as_record() const { return std::get_if<Record>(&held_); }
  [[nodiscard]] List* as_list() { return std::get_if<List>(&held_); }
  [[nodiscard]] Record* as_record() { return std::get_if<Record>(&held_); }

  // The member of a record; nullptr if this is no record or has no such member.
  [[nodiscard]] const Value* find(std::string_view name) const {
    const Record* record = as_record();
    if (!record) return nullptr;
    const auto it = record->find(name);
    return it == record->end() ? nullptr : &it->second;
  }
  // The text, integer or boolean member of a record, or the given default.
  [[nodiscard]] std::string text_at(std::string_view name, std::string otherwise = {}) const {
    const Value* member = find(name);
    const std::string* text = member ? member->as_text() : nullptr;
    return text ? *text : std::move(otherwise);
  }
  [[nodiscard]] std::int64_t int_at(std::string_view name, std::int64_t otherwise = 0) const {
    const Value* member = find(name);
    const std::int64_t* number = member ? member->as_int() : nullptr;
    return number ? *number : otherwise;
  }
  [[nodiscard]] bool bool_at(std::string_view name, bool otherwise = false) const {
    const Value* member = find(name);
    const bool* flag = member ? member->as_bool() : nullptr;
    return flag ? *flag : otherwise;
  }

  // By value and type: 1 is not true, null equals null.
  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string, List, Record> held_;
};

// The texts of a range, as a list.
[[nodiscard]] Value::List list_of(const auto& texts) {
  Value::List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

}  // namespace bashu
