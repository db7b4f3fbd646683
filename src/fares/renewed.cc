#include "fares/renewed.h"

#include <algorithm>

#include "fares/editions.h"

namespace bashu::fares {

namespace {

const Value::List& editions_in(const Value& tariff) {
  static const Value::List kNone;
  const Value* found = tariff.find("editions");
  return found && found->as_list() ? *found->as_list() : kNone;
}

bool same_but_editions(const Value& now, const Value& next) {
  const auto says_too = [](const Value& one, const Value& other) {
    return std::ranges::all_of(*one.as_record(), [&](const auto& member) {
      const Value* there = other.find(member.first);
      return member.first == "editions" || (there && *there == member.second);
    });
  };
  return says_too(now, next) && says_too(next, now);
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

std::optional<NotRenewed> not_renewed(const SaidTariff& now, const SaidTariff& next,
                                      const std::optional<Date>& closed) {
  if (now.read.rules < 2) return NotRenewed{.key = "edition_rules", .where = "rules"};
  const Value::List& had = editions_in(now.said);
  const Value::List& has = editions_in(next.said);
  if (has.size() <= had.size()) return NotRenewed{.key = "edition_missing", .where = "editions"};
  if (!same_but_editions(now.said, next.said) || !std::equal(had.begin(), had.end(), has.begin())) {
    return NotRenewed{.key = "edition_unlike", .where = "tariff"};
  }
  for (std::size_t i = had.size(); i < has.size(); ++i) {
    const Tariff& edition = next.read.editions[i];
    const std::string where = "editions[" + std::to_string(i) + "].";
    if (closed && edition.from < *closed) {
      return NotRenewed{.key = "edition_too_early", .where = where + "from"};
    }
    for (const auto& [name, group] : now.read.groups) {
      const auto held = edition.groups.find(name);
      if (held == edition.groups.end() || !same_operators(group, held->second)) {
        return NotRenewed{.key = "edition_operators", .where = where + "groups." + name};
      }
    }
  }
  return std::nullopt;
}

}  // namespace bashu::fares
