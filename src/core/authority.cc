#include "core/authority.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bashu::core {

namespace {

void collect(const packs::Type& type, const Value& value, const std::string& path,
             std::vector<Place>& into) {
  const std::string* text = value.as_text();
  if (type.kind == packs::Kind::place && text) {
    if (!text->empty()) into.push_back({.path = path, .code = *text});
  } else if (type.kind == packs::Kind::list && value.as_list()) {
    for (std::size_t i = 0; i < value.as_list()->size(); ++i) {
      collect(*type.element, (*value.as_list())[i], path + "[" + std::to_string(i) + "]", into);
    }
  } else if (type.kind == packs::Kind::record) {
    for (const packs::Member& member : type.members) {
      const Value* inner = value.find(member.name);
      if (inner) collect(*member.type, *inner, path + "." + member.name, into);
    }
  }
}

// A sided field is one value as a side writes it, and a value of each side as it is kept.
void collect_sides(const packs::Type& type, const Value& value, const std::string& path,
                   std::vector<Place>& into) {
  collect(type, value, path, into);
  if (!value.as_record()) return;
  for (const auto& [side, said] : *value.as_record()) collect(type, said, path + "." + side, into);
}

}  // namespace

std::vector<Place> places_of(const std::vector<packs::Member>& fields, const Value& data) {
  std::vector<Place> places;
  for (const packs::Member& field : fields) {
    const Value* value = data.find(field.name);
    if (!value) continue;
    if (field.type->sided) {
      collect_sides(*field.type, *value, field.name, places);
    } else {
      collect(*field.type, *value, field.name, places);
    }
  }
  return places;
}

bool lies_inside(const Divisions& divisions, std::string_view code) {
  return divisions.empty() || std::ranges::any_of(divisions, [&](const std::string& prefix) {
           return code.starts_with(prefix);
         });
}

std::optional<Place> outside(const Divisions& divisions, const std::vector<packs::Member>& fields,
                             const Value& data) {
  if (divisions.empty()) return std::nullopt;
  for (Place& place : places_of(fields, data)) {
    if (!lies_inside(divisions, place.code)) return std::move(place);
  }
  return std::nullopt;
}

bool may_act(const Divisions& divisions, const std::vector<packs::Member>& fields,
             const Value& data) {
  return !outside(divisions, fields, data);
}

bool may_see(const Divisions& divisions, const std::vector<packs::Member>& fields,
             const Value& data) {
  if (divisions.empty()) return true;
  const std::vector<Place> places = places_of(fields, data);
  return places.empty() || std::ranges::any_of(places, [&](const Place& place) {
           return lies_inside(divisions, place.code);
         });
}

}  // namespace bashu::core
