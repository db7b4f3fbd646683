#include "fares/size.h"

#include <string>

#include "base/json.h"

namespace bashu::fares {

namespace {

const Value::List* list_in(const Value& record, std::string_view name) {
  const Value* found = record.find(name);
  return found ? found->as_list() : nullptr;
}

std::size_t size_in(const Value& record, std::string_view name) {
  const Value::List* list = list_in(record, name);
  return list ? list->size() : 0;
}

std::string of_at_most(std::size_t count, std::size_t most) {
  return "has " + std::to_string(count) + ": at most " + std::to_string(most);
}

}  // namespace

std::optional<Wrong> too_large(const Value& tariff) {
  const Value::List none;
  const Value::List* said = list_in(tariff, "editions");
  const Value::List& editions = said ? *said : none;
  if (editions.size() > kEditionsMax) {
    return Wrong{.where = "editions", .what = of_at_most(editions.size(), kEditionsMax)};
  }
  const std::size_t first = size_in(tariff, "caps");
  std::size_t caps = first;
  for (const Value& edition : editions) {
    caps += edition.find("caps") ? size_in(edition, "caps") : first;
  }
  if (caps > kCapsMax) {
    return Wrong{.where = "caps", .what = of_at_most(caps, kCapsMax) + " in all editions"};
  }
  return too_large_whole(tariff);
}

std::optional<Wrong> too_large_whole(const Value& tariff) {
  const Value* editions = tariff.find("editions");
  const std::size_t count = size_in(tariff, "editions");
  if (count == 0) return std::nullopt;
  const std::size_t behind = canonical_json(*editions).size();
  const std::size_t first = canonical_json(tariff).size() - behind;
  const std::size_t whole = first * count + behind;
  if (whole <= kWholeMax) return std::nullopt;
  return Wrong{.where = "editions",
               .what = "are too much to be read, each with all that the first edition says: " +
                       std::to_string(whole) + " bytes, at most " + std::to_string(kWholeMax)};
}

}  // namespace bashu::fares
