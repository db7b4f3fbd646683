#include "site/values.h"

#include <algorithm>

#include "base/json.h"
#include "figures/words.h"
#include "sheets/sheet.h"

namespace bashu::site {

bool is_public(const packs::Type& type) { return type.cls == packs::Class::open; }

bool is_number(const packs::Type& type) {
  using enum packs::Kind;
  return !type.sided && (type.kind == integer || type.kind == money || type.kind == quantity);
}

std::string field_title(const Ask& ask, const packs::Member& member) {
  return member.type->title.empty() ? member.name : ask.in(member.type->title);
}

namespace {

std::string joined(const Ask& ask, const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ask.say("site.comma")) + part;
  return out;
}

std::string one_value(const Ask& ask, const packs::Type& type, const Value& value);

// Each side's value of a sided field, `Sichuan: 2020-03-17`; once if all say the same.
std::string of_sides(const Ask& ask, const packs::Type& type, const Value::Record& sides) {
  const bool same = !sides.empty() && std::ranges::all_of(sides, [&](const auto& side) {
    return side.second == sides.begin()->second;
  });
  if (same) return one_value(ask, type, sides.begin()->second);
  std::vector<std::string> parts;
  for (const auto& [party, value] : sides) {
    if (value.is_null()) continue;
    parts.push_back(ask.say("site.side_value",
                            {{"party", ask.party(party)}, {"value", one_value(ask, type, value)}}));
  }
  return joined(ask, parts);
}

std::string number_text(const Ask& ask, const packs::Type& type, std::int64_t number) {
  if (type.unit.empty() && type.scale == 0) return std::to_string(number);
  return figures::number_words(number, type.unit, type.scale, ask.language());
}

std::string one_value(const Ask& ask, const packs::Type& type, const Value& value) {
  if (const bool* flag = value.as_bool()) return ask.say(*flag ? "common.yes" : "common.no");
  if (const std::int64_t* number = value.as_int()) return number_text(ask, type, *number);
  if (const std::string* text = value.as_text()) {
    if (type.kind == packs::Kind::party) return ask.party(*text);
    if (type.kind == packs::Kind::place) return ask.division(*text);
    for (const auto& [choice, title] : type.choices) {
      if (choice == *text) return ask.in(title);
    }
    if (type.kind == packs::Kind::digest)
      return text->substr(0, std::string_view{"sha256:"}.size() + 12);
    return *text;
  }
  if (const Value::List* list = value.as_list()) {
    std::vector<std::string> parts;
    for (const Value& item : *list) {
      parts.push_back(one_value(ask, type.element ? *type.element : type, item));
    }
    return joined(ask, parts);
  }
  std::vector<std::string> parts;
  for (const packs::Member& member : type.members) {
    const Value* held = value.find(member.name);
    if (!held || held->is_null() || !is_public(*member.type)) continue;
    parts.push_back(ask.say("site.side_value", {{"party", field_title(ask, member)},
                                                {"value", one_value(ask, *member.type, *held)}}));
  }
  return joined(ask, parts);
}

}  // namespace

std::string cell_text(const Ask& ask, const packs::Type& type, const Value& value) {
  if (value.is_null() || !is_public(type)) return {};
  if (const Value::Record* record = value.as_record(); record && type.sided) {
    return of_sides(ask, type, *record);
  }
  return one_value(ask, type, value);
}

std::string cell_plain(const packs::Type& type, const Value& value) {
  if (value.is_null() || !is_public(type)) return {};
  if (const bool* flag = value.as_bool()) return *flag ? "true" : "false";
  if (const std::int64_t* number = value.as_int()) return sheets::plain_number(*number, type.scale);
  if (const std::string* text = value.as_text()) return *text;
  return canonical_json(value);
}

}  // namespace bashu::site
