#include "desk/authority.h"

#include <algorithm>
#include <utility>

#include "core/authority.h"

namespace bashu::desk {

namespace {

bool holds(const std::vector<std::string>& roles, std::string_view role) {
  return std::ranges::find(roles, role) != roles.end();
}

constexpr std::string_view kParent = "parent.";

// Whether one of the texts at `path` below `value`, through lists, is among `subjects`; `any`: set
// if there is such a text at all.
bool names_one(const Value& value, std::string_view path,
               const std::set<std::string, std::less<>>& subjects, bool& any) {
  if (const Value::List* list = value.as_list()) {
    return std::ranges::any_of(
        *list, [&](const Value& item) { return names_one(item, path, subjects, any); });
  }
  if (path.empty()) {
    if (!value.as_text()) return false;
    any = true;
    return subjects.contains(*value.as_text());
  }
  const std::size_t dot = path.find('.');
  const Value* member = value.find(path.substr(0, dot));
  if (!member) return false;
  return names_one(*member, dot == std::string_view::npos ? "" : path.substr(dot + 1), subjects,
                   any);
}

struct Named {
  bool anybody = false;  // it says whose it is
  bool them = false;     // and it is theirs
};
Named names(const Principal& who, const std::vector<std::string>& paths, const CaseFacts& facts) {
  Named found;
  for (const std::string& path : paths) {
    const bool above = path.starts_with(kParent);
    const Value* data = above ? facts.parent : facts.data;
    if (!data) continue;
    const std::string_view rest = std::string_view{path}.substr(above ? kParent.size() : 0);
    found.them = names_one(*data, rest, who.subjects, found.anybody) || found.them;
  }
  return found;
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
      const auto whose = party.whose.find(role);
      if (whose != party.whose.end() && names(who, whose->second, facts).them) return Sight::full;
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

bool is_subject(const Principal& who, const packs::Pack& pack, const packs::Service& service,
                std::string_view own, const CaseFacts& facts) {
  if (who.subjects.empty()) return false;
  const std::vector<std::string> held = who.roles_in(pack.name);
  return std::ranges::any_of(service.parties, [&](const packs::PartyDef& party) {
    const auto player = facts.parties->find(party.name);
    if (player == facts.parties->end() || player->second != own) return false;
    return std::ranges::any_of(party.whose, [&](const auto& whose) {
      return holds(held, whose.first) && names(who, whose.second, facts).them;
    });
  });
}

bool may_begin(const Principal& who, const packs::Service& service, std::string_view role,
               const CaseFacts& facts) {
  if (who.subjects.empty()) return true;
  const packs::PartyDef* party = service.party(service.start.owner);
  if (!party) return true;
  const auto whose = party->whose.find(role);
  if (whose == party->whose.end()) return true;
  const Named found = names(who, whose->second, facts);
  return found.them || !found.anybody;
}

bool asks_parent(const packs::Service& service) {
  return std::ranges::any_of(service.parties, [](const packs::PartyDef& party) {
    return std::ranges::any_of(party.whose, [](const auto& one) {
      return std::ranges::any_of(one.second,
                                 [](const std::string& path) { return path.starts_with(kParent); });
    });
  });
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
