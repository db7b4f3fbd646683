#include "core/circle/nodes.h"

#include <algorithm>
#include <set>

namespace bashu::core {

const PartyId& party_of(const JoinedParties& members, const PartyId& member) {
  const auto it = members.find(member);
  return it == members.end() || it->second.of.empty() ? member : it->second.of;
}

const PartyJoined* node_for(const JoinedParties& members, const PartyId& party,
                            std::string_view code) {
  const PartyJoined* best = nullptr;
  std::size_t longest = 0;
  for (const auto& [id, one] : members) {
    if (!one.member || party_of(members, id) != party) continue;
    for (const std::string& division : one.divisions) {
      if (division.size() <= longest || !code.starts_with(division)) continue;
      longest = division.size();
      best = &one;
    }
  }
  return best;
}

Elsewhere elsewhere(const JoinedParties& members, const Parties& parties,
                    const std::vector<std::string>& codes) {
  std::set<std::string_view> asked;
  for (const auto& [role, member] : parties) {
    const PartyId& party = party_of(members, member);
    if (!asked.insert(party).second) continue;
    Elsewhere first;
    bool here = false;
    for (const std::string& code : codes) {
      const PartyJoined* node = node_for(members, party, code);
      if (!node) continue;
      if (!first.node) first = {.place = code, .node = node};
      here = here || std::ranges::any_of(
                         parties, [&](const auto& one) { return one.second == node->party; });
    }
    if (first.node && !here) return first;
  }
  return {};
}

}  // namespace bashu::core
