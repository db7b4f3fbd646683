#include "fares/editions.h"

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
