#include "api/identifiers.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "api/text_rules.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

using packs::Kind;
using packs::Type;

void keep(const Type& type, Value& value);
void keep(const std::vector<packs::Member>& fields, Value& form) {
  Value::Record* record = form.as_record();
  if (!record || packs::is_sealed(form)) return;
  for (const packs::Member& field : fields) {
    if (const auto it = record->find(field.name); it != record->end())
      keep(*field.type, it->second);
  }
}
void keep(const Type& type, Value& value) {
  if (const std::string* text = value.as_text()) {
    Use use{type};
    if (auto normal = kept(use, *text)) value = *std::move(normal);
  } else if (Value::List* list = value.as_list(); list && type.element) {
    for (Value& item : *list) keep(*type.element, item);
  } else if (type.kind == Kind::record) {
    keep(type.members, value);
  }
}

// Calls `see` for every text of the form with its type and place.
template <typename See>
void each_text(const std::vector<packs::Member>& fields, const Value& form, const Place& place,
               const See& see);
template <typename See>
void each_text(const Type& type, const Value& value, const Place& place, const See& see) {
  if (value.as_text()) {
    see(type, *value.as_text(), place);
  } else if (const Value::List* list = value.as_list(); list && type.element) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      each_text(*type.element, (*list)[i], Place{.above = &place, .index = i}, see);
    }
  } else if (type.kind == Kind::record) {
    each_text(type.members, value, place, see);
  }
}
template <typename See>
void each_text(const std::vector<packs::Member>& fields, const Value& form, const Place& place,
               const See& see) {
  for (const packs::Member& field : fields) {
    if (const Value* member = form.find(field.name)) {
      each_text(*field.type, *member, Place{.above = &place, .name = field.name}, see);
    }
  }
}

}  // namespace

Value normalised(const std::vector<packs::Member>& fields, Value form) {
  keep(fields, form);
  return form;
}

std::optional<packs::FormError> find_nobody(const std::vector<packs::Member>& fields,
                                            const Value& form, const std::string& path) {
  std::optional<packs::FormError> found;
  each_text(fields, form, Place{.name = path},
            [&](const Type& type, const std::string& text, const Place& at) {
              if (found || !Use{type}.is_token() || !text.empty()) return;
              found = {.path = at.path(), .why = texts::title("identifiers.nobody")};
            });
  return found;
}

std::vector<Warning> identifier_warnings(const std::vector<packs::Member>& fields,
                                         const Value& form, const std::string& path,
                                         const Doubts& doubts) {
  std::vector<Warning> out;
  each_text(fields, form, Place{.name = path},
            [&](const Type& type, const std::string& text, const Place& at) {
              Use use{type};
              for (Title& why : wrong_with(use, text, doubts)) {
                out.push_back({at.path(), std::move(why)});
              }
            });
  return out;
}

}  // namespace bashu::api
