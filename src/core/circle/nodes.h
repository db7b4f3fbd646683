// A party that decides by several nodes, each a member of the circle for itself with divisions of
// its own (docs/guide/split.md). Who is which node is said by the agreement, so it is the same for
// everybody.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/authority.h"
#include "core/core.h"
#include "core/store.h"
#include "packs/type.h"

namespace bashu::core {

using JoinedParties = std::map<PartyId, PartyJoined, std::less<>>;

// The party by whose law a member acts: its own name, or that of the party whose node it is.
[[nodiscard]] const PartyId& party_of(const JoinedParties& members, const PartyId& member);

// Which node of `party` decides for a division: the longest of the prefixes that were given; null:
// none of them, or the party has one node.
[[nodiscard]] const PartyJoined* node_for(const JoinedParties& members, const PartyId& party,
                                          std::string_view code);

// The node at which a case belongs that names these divisions, where a party of it decides by
// several: null if one of the case's parties decides for one of them, or nobody does for any.
struct Elsewhere {
  std::string place;  // the first of them
  const PartyJoined* node = nullptr;
};
[[nodiscard]] Elsewhere elsewhere(const JoinedParties& members, const Parties& parties,
                                  const std::vector<std::string>& codes);

// Whether the party whose node `own` is decides by several.
[[nodiscard]] bool has_other_nodes(const JoinedParties& members, const PartyId& own);

// The place because of which a line of a feed, or a new record, does not belong at `own`, and the
// node where it does; null: it is right here.
struct Misplaced {
  Place place;
  const PartyJoined* node = nullptr;
};
[[nodiscard]] Misplaced misplaced(const JoinedParties& members, const PartyId& own,
                                  const std::vector<packs::Member>& fields, const Value& line);

// A batch of one line that another node decides: it is refused as a whole, as a case is, so that
// nothing of it is kept.
[[nodiscard]] bool is_elsewhere(const Decision& decision, std::size_t lines);

}  // namespace bashu::core
