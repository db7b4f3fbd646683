// Which version of a pack counts: the newest that all of some parties hold. Of a list of packs by
// digest, as a node's circle and the edge keep it: rows with `pack` and `adopted` (party to day).
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/date.h"
#include "core/store.h"

namespace bashu::core {

// On the day; without one: from whatever day on.
template <typename Row>
[[nodiscard]] bool holds(const Row& row, std::string_view party, std::optional<Date> on) {
  const auto since = std::ranges::find(row.adopted, party,
                                       [](const auto& one) { return std::string_view{one.first}; });
  return since != row.adopted.end() && (!on || since->second <= *on);
}

// The newest version of the pack, called by its name or by a digest, that all of `parties` hold.
// nullptr: there is none.
template <typename Rows, typename Parties>
[[nodiscard]] const typename Rows::mapped_type* in_force(const Rows& rows, std::string_view pack,
                                                         const Parties& parties,
                                                         std::optional<Date> on) {
  const typename Rows::mapped_type* newest = nullptr;
  for (const auto& [digest, row] : rows) {
    if (!row.pack || (row.pack->name != pack && digest != pack)) continue;
    if (newest && row.pack->version <= newest->pack->version) continue;
    const bool by_all = std::ranges::all_of(
        parties, [&](const auto& party) { return holds(row, std::string_view{party}, on); });
    if (by_all) newest = &row;
  }
  return newest;
}

}  // namespace bashu::core
