#include "fares/editions.h"

#include <set>
#include <string>
#include <utility>

namespace bashu::fares {

const Tariff& edition_on(const Tariff& tariff, Date day) {
  const Tariff* found = &tariff;
  for (const Tariff& edition : tariff.editions) {
    if (edition.from <= day) found = &edition;
  }
  return *found;
}

bool in_force(const Tariff& edition, Date day) {
  return edition.from <= day && (!edition.to || day <= *edition.to);
}

std::vector<const Tariff*> editions_of(const Tariff& tariff) {
  std::vector<const Tariff*> out{&tariff};
  for (const Tariff& edition : tariff.editions) out.push_back(&edition);
  return out;
}

std::vector<Tariff> apart(Tariff tariff) {
  std::vector<Tariff> editions = std::exchange(tariff.editions, {});
  std::vector<Tariff> out;
  out.push_back(std::move(tariff));
  for (Tariff& edition : editions) out.push_back(std::move(edition));
  return out;
}

namespace {

// There may be many, and each edition is made from it.
Value::Record without_editions(const Value::Record& tariff) {
  Value::Record out;
  for (const auto& [name, member] : tariff) {
    if (name != "editions") out.emplace(name, member);
  }
  return out;
}

}  // namespace

std::optional<Value> merged(const Value::Record& first, const Value& edition,
                            const std::string& where, std::vector<Wrong>& wrong) {
  static const std::set<std::string> kKnown{"version",   "from",   "to",         "title",
                                            "fee",       "caps",   "discounts",  "fee_rounding",
                                            "transfers", "groups", "completion", "denied_after"};
  const Value::Record* record = edition.as_record();
  if (!record) return wrong.push_back({where, "must be a record"}), std::nullopt;
  Value::Record out = without_editions(first);
  for (const char* name : {"version", "from", "to"}) out.erase(name);
  for (const auto& [name, member] : *record) {
    if (!kKnown.contains(name)) {
      return wrong.push_back({where + "." + name, "is not known here"}), std::nullopt;
    }
    const Value::Record* groups = name == "groups" ? member.as_record() : nullptr;
    if (!groups) {
      out.insert_or_assign(name, member);
      continue;
    }
    for (const auto& [group, said] : *groups) {
      out.at(name).as_record()->insert_or_assign(group, said);
    }
  }
  if (out.contains("version")) return Value{std::move(out)};
  return wrong.push_back({where + ".version", "is missing"}), std::nullopt;
}

Value whole_edition(const Value& tariff, std::size_t number) {
  const Value::Record& first = *tariff.as_record();
  if (number == 0) return without_editions(first);
  std::vector<Wrong> none;
  const Value& edition = tariff.find("editions")->as_list()->at(number - 1);
  return merged(first, edition, "", none).value_or(Value{});
}

void follow_up(Tariff& tariff, std::vector<Wrong>& wrong) {
  Tariff* before = &tariff;
  for (std::size_t i = 0; i < tariff.editions.size(); ++i) {
    Tariff& edition = tariff.editions[i];
    const std::string where = "editions[" + std::to_string(i) + "].";
    if (edition.version <= before->version) {
      wrong.push_back({where + "version", "must rise from the edition before"});
    }
    const Date last = Date::from_days(edition.from.days() - 1);
    if (last < before->from || (before->to && last < *before->to)) {
      wrong.push_back({where + "from", "begins before the edition before ends"});
    }
    if (!before->to) before->to = last;
    before = &edition;
  }
}

}  // namespace bashu::fares
