#include "core/feeds/content.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json.h"
#include "packs/type.h"

namespace bashu::core {

namespace {

bool holds_sealed(const Value& value) {
  if (packs::is_sealed(value)) return true;
  if (const Value::List* list = value.as_list()) return std::ranges::any_of(*list, holds_sealed);
  const Value::Record* record = value.as_record();
  return record && std::ranges::any_of(
                       *record, [](const auto& member) { return holds_sealed(member.second); });
}

Value unsealed_part(const Value& value) {
  if (packs::is_sealed(value)) return Value{};
  if (const Value::List* list = value.as_list()) {
    Value::List part;
    for (const Value& item : *list) part.push_back(unsealed_part(item));
    return part;
  }
  if (const Value::Record* record = value.as_record()) {
    Value::Record part;
    for (const auto& [name, item] : *record) part.emplace(name, unsealed_part(item));
    return part;
  }
  return value;
}

}  // namespace

std::uint32_t content_of(const Value& line) {
  return content_of_text(canonical_json(holds_sealed(line) ? unsealed_part(line) : line));
}

std::uint32_t content_of_text(std::string_view canonical) {
  const Hash hash = sha256(canonical);
  std::uint32_t mark = 0;
  for (std::size_t i = 0; i < sizeof mark; ++i) mark = mark << 8 | hash[i];
  return std::max<std::uint32_t>(mark, 1);
}

}  // namespace bashu::core
