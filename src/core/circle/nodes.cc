#include "core/circle/nodes.h"

#include <algorithm>
#include <set>
#include <utility>

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

bool has_other_nodes(const JoinedParties& members, const PartyId& own) {
  return std::ranges::any_of(members, [&](const auto& one) {
    return one.first != own && one.second.member && !one.second.divisions.empty() &&
           party_of(members, one.first) == party_of(members, own);
  });
}

Misplaced misplaced(const JoinedParties& members, const PartyId& own,
                    const std::vector<packs::Member>& fields, const Value& line) {
  std::vector<Place> places = places_of(fields, line);
  std::vector<std::string> codes;
  for (const Place& place : places) codes.push_back(place.code);
  const auto [code, node] = elsewhere(members, {{"", own}}, codes);
  if (!node) return {};
  return {.place = std::move(*std::ranges::find(places, code, &Place::code)), .node = node};
}

bool is_elsewhere(const Decision& decision, std::size_t lines) {
  return lines == 1 && decision.refused.size() == 1 &&
         decision.refused.front().why.code == RejectCode::elsewhere;
}

}  // namespace bashu::core
