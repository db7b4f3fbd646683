// To which taps a rule of a tariff applies.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "fares/editions.h"
#include "fares/rate.h"

namespace bashu::fares {

// Whom nothing is named of, all are meant.
[[nodiscard]] inline bool among(const std::vector<std::string>& some, const std::string& one) {
  return some.empty() || std::ranges::find(some, one) != some.end();
}

[[nodiscard]] inline bool applies(const Scope& scope, const Tap& tap) {
  return among(scope.groups, tap.group) && among(scope.media, tap.medium) &&
         among(scope.issuers, tap.issuer) && among(scope.classes, tap.rider_class);
}

// As the edition of the tap's day has it; nullptr: it has no such group.
[[nodiscard]] inline const Group* group_of(const Tariff& tariff, const Tap& tap) {
  const auto& groups = edition_on(tariff, service_day(tariff, tap.at_s)).groups;
  const auto it = groups.find(tap.group);
  return it == groups.end() ? nullptr : &it->second;
}

}  // namespace bashu::fares
