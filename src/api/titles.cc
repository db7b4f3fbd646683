#include "api/titles.h"

#include <utility>

namespace bashu::api {

namespace {

Value title_of(const packs::Type& type, const Value& value, const std::string& language) {
  if (type.kind == packs::Kind::list && type.element && value.as_list()) {
    Value::List titles;
    for (const Value& one : *value.as_list()) {
      Value title = title_of(*type.element, one, language);
      if (title.is_null()) return {};
      titles.push_back(std::move(title));
    }
    return titles.empty() ? Value{} : Value{std::move(titles)};
  }
  const std::string* code = value.as_text();
  const Title* title =
      code && type.kind == packs::Kind::choice ? packs::find(type.choices, *code) : nullptr;
  return title ? Value{in_language(*title, language)} : Value{};
}

}  // namespace

Value::Record titles_of(const std::vector<packs::Member>& fields, const Value& data,
                        const std::string& language) {
  Value::Record titles;
  for (const packs::Member& field : fields) {
    const Value* value = data.find(field.name);
    if (!value) continue;
    Value title;
    if (field.type->sided && value->as_record()) {
      Value::Record sides;
      for (const auto& [side, said] : *value->as_record()) {
        Value one = title_of(*field.type, said, language);
        if (!one.is_null()) sides.emplace(side, std::move(one));
      }
      if (!sides.empty()) title = Value{std::move(sides)};
    } else {
      title = title_of(*field.type, *value, language);
    }
    if (!title.is_null()) titles.emplace(field.name, std::move(title));
  }
  return titles;
}

std::string word_of(const packs::Pack& pack, std::string_view name, const std::string& language) {
  const Title* word = packs::find(pack.words, name);
  return word ? in_language(*word, language) : std::string{name};
}

}  // namespace bashu::api
