#include "api/access.h"

#include <algorithm>
#include <utility>

namespace bashu::api {

namespace {

bool holds(const std::vector<std::string>& roles, std::string_view role) {
  return std::ranges::find(roles, role) != roles.end();
}

// Whether an event of the present state waits for `role` of `party`.
bool awaits(const packs::Service& service, std::string_view state, std::string_view party,
            std::string_view role) {
  const packs::StateDef* def = packs::find(service.states, state);
  if (!def) return false;
  for (const auto& [name, event] : def->events) {
    for (const packs::By& by : event.by) {
      if (by.party == party && by.role == role) return true;
    }
  }
  return false;
}

// Whether the case was begun here by a holder of `role`, so that it is that person's own.
bool begun_by(const packs::Service& service, std::string_view party, std::string_view role) {
  for (const packs::By& by : service.start.event.by) {
    if (by.party == party && by.role == role) return true;
  }
  return false;
}

}  // namespace

Sight sight(const Principal& key, const packs::Pack& pack, const packs::Service& service,
            std::string_view own, const CaseFacts& facts) {
  const std::vector<std::string> held = key.roles_in(pack.name);
  for (const packs::PartyDef& party : service.parties) {
    const auto player = facts.parties->find(party.name);
    if (player == facts.parties->end() || player->second != own) continue;
    for (const auto& [role, all] : party.roles) {
      if (!holds(held, role)) continue;
      if (all) return Sight::full;
      if (facts.acted || facts.opened_by == key.principal()) return Sight::full;
      if (!facts.opened_by.empty() && begun_by(service, party.name, role)) continue;
      if (facts.task_roles.contains(role) || awaits(service, facts.state, party.name, role)) {
        return Sight::full;
      }
    }
  }
  return key.allows("audit") ? Sight::audited : Sight::none;
}

bool sees_internal(const Principal& key, const packs::Pack& pack) {
  const std::vector<std::string> held = key.roles_in(pack.name);
  for (const auto& [name, service] : pack.services) {
    for (const packs::PartyDef& party : service.parties) {
      for (const auto& [role, all] : party.roles) {
        if (all && holds(held, role)) return true;
      }
    }
  }
  return key.allows("audit") || key.allows("registrar");
}

bool in_divisions(const Principal& key, const std::vector<packs::Member>& fields,
                  const Value& data) {
  if (key.divisions.empty()) return true;
  bool any = false;
  for (const packs::Member& field : fields) {
    if (field.type->kind != packs::Kind::place) continue;
    const std::string code = data.text_at(field.name);
    if (code.empty()) continue;
    any = true;
    for (const std::string& prefix : key.divisions) {
      if (code.starts_with(prefix)) return true;
    }
  }
  return !any;
}

}  // namespace bashu::api
