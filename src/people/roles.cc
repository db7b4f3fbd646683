#include "people/roles.h"

#include <algorithm>

namespace bashu::people {

namespace {

bool has_role(const packs::Pack& pack, const std::string& role) {
  const auto is = [&](const auto& one) { return one.first == role; };
  const bool plays = std::ranges::any_of(pack.services, [&](const auto& service) {
    return std::ranges::any_of(service.second.parties, [&](const packs::PartyDef& party) {
      return std::ranges::any_of(party.roles, is);
    });
  });
  return plays || std::ranges::any_of(pack.feeds, [&](const auto& feed) {
           return std::ranges::find(feed.second.by, role) != feed.second.by.end();
         });
}

}  // namespace

std::optional<std::string> unknown_role(const Principal& who, const core::Store::Circle& circle) {
  for (const auto& [name, roles] : who.roles) {
    for (const std::string& role : roles) {
      bool held = false, known = false;
      for (const auto& [digest, row] : circle.packs) {
        if (!row.pack || row.pack->name != name) continue;
        held = true;
        known = known || has_role(*row.pack, role);
      }
      if (held && !known) return name + ":" + role;
    }
  }
  return std::nullopt;
}

}  // namespace bashu::people
