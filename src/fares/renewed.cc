#include "fares/renewed.h"

#include <algorithm>

#include "fares/editions.h"

namespace bashu::fares {

namespace {

Value::List editions_in(const Value& tariff) {
  const Value* found = tariff.find("editions");
  return found && found->as_list() ? *found->as_list() : Value::List{};
}

Value without_editions(Value tariff) {
  if (Value::Record* record = tariff.as_record()) record->erase("editions");
  return tariff;
}

bool same_operators(const Group& a, const Group& b) {
  const auto names = [](const Group& group) {
    std::vector<std::string> out;
    out.reserve(group.operators.size());
    for (const auto& [name, weight] : group.operators) out.push_back(name);
    std::ranges::sort(out);
    return out;
  };
  return a.party == b.party && names(a) == names(b);
}

}  // namespace

std::optional<NotRenewed> not_renewed(const Value& now, const Value& next,
                                      const std::optional<Date>& closed) {
  const auto before = read_tariff(now);
  const auto after = read_tariff(next);
  if (!before || !after) return NotRenewed{.key = "edition_unlike", .where = "tariff"};
  if (before->rules < 2) return NotRenewed{.key = "edition_rules", .where = "rules"};
  const Value::List had = editions_in(now);
  const Value::List has = editions_in(next);
  if (has.size() <= had.size()) return NotRenewed{.key = "edition_missing", .where = "editions"};
  if (without_editions(now) != without_editions(next) ||
      !std::equal(had.begin(), had.end(), has.begin())) {
    return NotRenewed{.key = "edition_unlike", .where = "tariff"};
  }
  for (std::size_t i = had.size(); i < has.size(); ++i) {
    const Tariff& edition = after->editions[i];
    const std::string where = "editions[" + std::to_string(i) + "].";
    if (closed && edition.from < *closed) {
      return NotRenewed{.key = "edition_too_early", .where = where + "from"};
    }
    for (const auto& [name, group] : before->groups) {
      const auto held = edition.groups.find(name);
      if (held == edition.groups.end() || !same_operators(group, held->second)) {
        return NotRenewed{.key = "edition_operators", .where = where + "groups." + name};
      }
    }
  }
  return std::nullopt;
}

}  // namespace bashu::fares
