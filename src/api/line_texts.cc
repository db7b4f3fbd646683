#include "api/line_texts.h"

#include <optional>
#include <utility>

namespace bashu::api {

LineTexts::LineTexts(const std::vector<packs::Member>& fields, std::string_view list,
                     const Doubts& doubts)
    : list_{.name = list}, doubts_{doubts} {
  for (const packs::Member& field : fields) add(fields_, *field.type, &field);
}

LineTexts::Part LineTexts::part_of(const packs::Type& type, const packs::Member* field) {
  Part part{.field = field, .use = Use{type}, .inside = {}};
  if (type.element) {
    add(part.inside, *type.element, nullptr);
  } else {
    for (const packs::Member& member : type.members) add(part.inside, *member.type, &member);
  }
  return part;
}

// What has no rules, and nothing inside that has, is not looked at in any line.
void LineTexts::add(std::vector<Part>& parts, const packs::Type& type, const packs::Member* field) {
  Part part = part_of(type, field);
  if (!part.inside.empty() || !is_without_rules(type)) parts.push_back(std::move(part));
}

bool LineTexts::settle(Value& line, std::size_t number, std::vector<Warning>& warnings) {
  return settle_members(fields_, line, Place{.above = &list_, .index = number}, warnings);
}

bool LineTexts::settle(Part& part, Value& value, const Place& at,
                       std::vector<Warning>& warnings) const {
  if (value.as_text()) return settle_text(part.use, value, at, warnings);
  if (part.inside.empty()) return false;
  if (!part.use.type().element) return settle_members(part.inside, value, at, warnings);
  bool other = false;
  if (Value::List* list = value.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Place place{.above = &at, .index = i};
      other |= settle(part.inside.front(), (*list)[i], place, warnings);
    }
  }
  return other;
}

bool LineTexts::settle_text(Use& use, Value& value, const Place& at,
                            std::vector<Warning>& warnings) const {
  auto normal = kept(use, *value.as_text());
  if (normal) value = *std::move(normal);
  for (Title& why : wrong_with(use, *value.as_text(), doubts_)) {
    warnings.push_back({at.path(), std::move(why)});
  }
  return normal.has_value();
}

bool LineTexts::settle_members(std::vector<Part>& fields, Value& form, const Place& at,
                               std::vector<Warning>& warnings) const {
  Value::Record* record = form.as_record();
  if (!record) return false;
  bool other = false;
  for (Part& part : fields) {
    const auto member = record->find(part.field->name);
    if (member == record->end()) continue;
    const Place place{.above = &at, .name = part.field->name};
    other |= settle(part, member->second, place, warnings);
  }
  return other;
}

}  // namespace bashu::api
