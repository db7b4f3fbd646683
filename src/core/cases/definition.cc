#include "core/cases/definition.h"

#include <algorithm>
#include <array>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/in_force.h"

namespace bashu::core {

std::expected<Definition, Reject> definition_of(const Deciding& d, std::string_view pack,
                                                std::string_view service) {
  const auto& packs = d.circle().packs;
  const auto by_digest = packs.find(pack);
  const PackRow* row = by_digest != packs.end()
                           ? &by_digest->second
                           : in_force(packs, pack, std::array{d.self()}, d.today());
  if (!row || !row->pack) return refuse(Why::pack_not_in_force, pack);
  const auto* definition = packs::find(row->pack->services, service);
  if (!definition) return refuse(Why::no_such_service, service);
  return Definition{.pack = row->pack, .service = definition};
}

std::expected<Definition, Reject> definition_of(const Deciding& d, const Case& c) {
  return definition_of(d, c.pack, c.service);
}

const packs::StateDef* running_state(const Case& c, const Definition& of) {
  const auto* state = packs::find(of.service->states, c.state);
  return state && !state->final ? state : nullptr;
}

PartyId holder_of(const Case& c, const Definition& of) {
  const auto* state = running_state(c, of);
  if (!state) return {};
  const auto it = c.parties.find(state->owner);
  return it == c.parties.end() ? PartyId{} : it->second;
}

bool is_party(const Case& c, const PartyId& party) {
  return std::ranges::any_of(c.parties, [&](const auto& one) { return one.second == party; });
}

std::vector<PartyId> parties_of(const Case& c) {
  std::vector<PartyId> all;
  for (const auto& [role, party] : c.parties) {
    if (std::ranges::find(all, party) == all.end()) all.push_back(party);
  }
  return all;
}

std::vector<PartyId> others_of(const Deciding& d, const Case& c) {
  std::vector<PartyId> all = parties_of(c);
  std::erase(all, d.self());
  return all;
}

PartyId left_of(const Deciding& d, const Case& c) {
  for (const auto& [role, party] : c.parties) {
    if (party != d.self() && has_left(d, party)) return party;
  }
  return {};
}

Value with_form(const Case& c, const Value& input) {
  Value data = c.data;
  for (const auto& [name, value] : *input.as_record()) (*data.as_record())[name] = value;
  return data;
}

CaseScope scope_of(const Deciding& d, const Definition& of, const Case& c, const Value& data) {
  return CaseScope{d.draft, *of.pack, of.service, &c, &data, d.today(), d.self()};
}

bool has_role(const Asker& by, std::string_view role) {
  return std::ranges::find(by.roles, role) != by.roles.end();
}

Result within(const Asker& by, const std::vector<packs::Member>& fields, const Value& data,
              const std::string& path) {
  const auto place = outside(by.divisions, fields, data);
  if (!place) return {};
  return refuse_at(path + place->path, Why::outside_divisions, place->code);
}

Result within(const Deciding& d, const Asker& by, const CaseId& id) {
  const Case* c = d.draft.find_case(id);
  const auto of = c ? definition_of(d, *c) : std::unexpected{Reject{}};
  return of ? within(by, of->service->fields, c->data, "data.") : Result{};
}

}  // namespace bashu::core
