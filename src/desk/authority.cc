#include "desk/authority.h"

#include <algorithm>
#include <utility>

#include "core/authority.h"

namespace bashu::desk {

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

Sight by_role(const Principal& who, const packs::Pack& pack, const packs::Service& service,
              std::string_view own, const CaseFacts& facts) {
  const std::vector<std::string> held = who.roles_in(pack.name);
  for (const packs::PartyDef& party : service.parties) {
    const auto player = facts.parties->find(party.name);
    if (player == facts.parties->end() || player->second != own) continue;
    for (const auto& [role, all] : party.roles) {
      if (!holds(held, role)) continue;
      if (all) return Sight::full;
      if (facts.acted || facts.opened_by == who.principal()) return Sight::full;
      if (!facts.opened_by.empty() && begun_by(service, party.name, role)) continue;
      if (facts.task_roles.contains(role) || awaits(service, facts.state, party.name, role)) {
        return Sight::full;
      }
    }
  }
  return who.allows("audit") ? Sight::audited : Sight::none;
}

bool is_personal(const packs::Type& type) {
  if (type.cls != packs::Class::open && type.cls != packs::Class::internal) return true;
  if (type.element && is_personal(*type.element)) return true;
  return std::ranges::any_of(type.members,
                             [](const packs::Member& inner) { return is_personal(*inner.type); });
}

// Whether the divisions somebody acts for let him see what `data` is about.
bool lies_with(const Principal& who, const std::vector<packs::Member>& fields, const Value& data) {
  if (who.divisions.empty()) return true;
  if (!core::places_of(fields, data).empty()) return core::may_see(who.divisions, fields, data);
  return std::ranges::none_of(fields,
                              [](const packs::Member& field) { return is_personal(*field.type); });
}

}  // namespace

Sight sight(const Principal& who, const packs::Pack& pack, const packs::Service& service,
            std::string_view own, const CaseFacts& facts) {
  const bool theirs = facts.acted || facts.opened_by == who.principal();
  const bool named = !core::places_of(service.fields, *facts.data).empty();
  if (!lies_with(who, service.fields, *facts.data) && (named || !theirs)) return Sight::none;
  return by_role(who, pack, service, own, facts);
}

bool is_office(const Principal& who, const packs::Pack& pack) {
  const std::vector<std::string> held = who.roles_in(pack.name);
  for (const auto& [name, service] : pack.services) {
    for (const packs::PartyDef& party : service.parties) {
      for (const auto& [role, all] : party.roles) {
        if (all && holds(held, role)) return true;
      }
    }
  }
  return who.allows("audit") || who.allows("registrar");
}

bool has_part(const Principal& who, const packs::Pack& pack) {
  return !who.roles_in(pack.name).empty() || is_office(who, pack);
}

bool sees_sums(const Principal& who, const packs::Pack& pack) {
  return who.divisions.empty() && is_office(who, pack);
}

bool sees_record(const Principal& who, const packs::Register& reg, const Value& fields) {
  return lies_with(who, reg.record->members, fields);
}

bool sees_key(const Principal& who, const packs::Pack& pack, const packs::Register& reg) {
  return is_office(who, pack) || std::ranges::all_of(reg.key, [&](const std::string& name) {
           const packs::Type* type = reg.record->member(name);
           return type && type->cls == packs::Class::open;
         });
}

bool may_everywhere(const Principal& who, std::string_view act) {
  return who.divisions.empty() && who.allows(act);
}

}  // namespace bashu::desk
