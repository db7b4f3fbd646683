// The texts of many lines of one type, brought into the writing that is kept and doubted in one
// walk: what depends on the type alone is worked out once for all of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/identifiers.h"
#include "api/text_rules.h"
#include "base/value.h"
#include "packs/type.h"

namespace bashu::api {

class LineTexts {
 public:
  // Lines are records of `fields`, without sealed values, and stand in the list `list`. All of this
  // outlives it.
  LineTexts(const std::vector<packs::Member>& fields, std::string_view list, const Doubts& doubts);
  // Does to line `number` what normalised() does, and adds what identifier_warnings() tells of it.
  // True if the line is another now.
  bool settle(Value& line, std::size_t number, std::vector<Warning>& warnings);

 private:
  // A type, with those inside it that have rules: the fields of a record, the element of a list.
  struct Part {
    const packs::Member* field = nullptr;  // null: an element, or the line
    Use use;
    std::vector<Part> inside;
  };
  static Part part_of(const packs::Type& type, const packs::Member* field);
  static void add(std::vector<Part>& parts, const packs::Type& type, const packs::Member* field);
  bool settle(Part& part, Value& value, const Place& at, std::vector<Warning>& warnings) const;
  bool settle_text(Use& use, Value& value, const Place& at, std::vector<Warning>& warnings) const;
  bool settle_members(std::vector<Part>& fields, Value& form, const Place& at,
                      std::vector<Warning>& warnings) const;

  Place list_;
  const Doubts& doubts_;
  std::vector<Part> fields_;
};

}  // namespace bashu::api
