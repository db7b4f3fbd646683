#include "core/people/assign.h"

#include <algorithm>
#include <string>

#include "base/try.h"
#include "core/cases/definition.h"
#include "core/people/people.h"

namespace bashu::core {

namespace {

bool holds(const std::vector<std::string>& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

bool holds_one(const Principal& who, std::string_view pack, const std::vector<std::string>& roles) {
  return std::ranges::any_of(roles, [&](const std::string& role) {
    return holds(who.set.roles, std::string{pack} + ":" + role) ||
           holds(who.set.roles, "*:" + role);
  });
}

bool is_person(const People& people, std::string_view person, Date today) {
  return std::ranges::any_of(people.principals, [&](const auto& one) {
    return one.second.set.person == person && one.second.in_force(today);
  });
}

// A principal of each person of whom one fits.
template <typename Fits>
std::vector<const Principal*> each_once(const People& people, const Fits& fits) {
  std::vector<const Principal*> found;
  for (const auto& [id, who] : people.principals) {
    if (who.set.person.empty() || !fits(who)) continue;
    const bool known = std::ranges::any_of(
        found, [&](const Principal* one) { return one->set.person == who.set.person; });
    if (!known) found.push_back(&who);
  }
  return found;
}

}  // namespace

std::vector<std::string> offices_of(const packs::Service& service, const Parties& parties,
                                    std::string_view own) {
  std::vector<std::string> roles;
  for (const packs::PartyDef& party : service.parties) {
    const auto player = parties.find(party.name);
    if (player == parties.end() || player->second != own) continue;
    for (const auto& [role, all] : party.roles) {
      if (all) roles.push_back(role);
    }
  }
  return roles;
}

std::vector<const Principal*> holders_of(const People& people, std::string_view pack,
                                         const std::vector<std::string>& roles, Date today) {
  return each_once(people, [&](const Principal& who) {
    return who.in_force(today) && holds_one(who, pack, roles);
  });
}

std::vector<const Principal*> colleagues(const People& people, const packs::Pack& pack,
                                         const packs::Service& service, const Parties& parties,
                                         const Value& data, std::string_view own, Date today) {
  const std::vector<std::string> roles = offices_of(service, parties, own);
  return each_once(people, [&](const Principal& who) {
    return who.in_force(today) && holds_one(who, pack.name, roles) &&
           may_act(who.set.divisions, service.fields, data);
  });
}

std::vector<std::string> stands_in_for(const People& people, std::string_view person, Date today) {
  std::vector<std::string> whom;
  for (const auto& [who, set] : people.substitutes) {
    if (set.substitute == person && set.from <= today && today <= set.until) whom.push_back(who);
  }
  return whom;
}

Result assign_case(Deciding& d, const AssignCase& command) {
  const Case* c = d.draft.find_case(command.id);
  if (!c) return refuse(Why::no_such_case, command.id);
  BASHU_TRY(const Definition of, definition_of(d, *c));
  const auto* state = packs::find(of.service->states, c->state);
  if (!state) return refuse(Why::ended, c->state);
  if (state->final) return refuse(Why::ended, state->title);
  const std::vector<std::string> offices = offices_of(*of.service, c->parties, d.self());
  const bool theirs = std::ranges::any_of(
      offices, [&](const std::string& role) { return has_role(command.by, role); });
  if (!theirs) return refuse(Why::not_of_office);
  BASHU_TRY_OK(within(d, command.by, command.id));
  const People& people = d.circle().people;
  if (c->assignee == command.to) {
    if (command.to.empty()) return refuse(Why::assigned_to_nobody);
    return refuse(Why::assigned_already, command.to);
  }
  const auto able =
      colleagues(people, *of.pack, *of.service, c->parties, c->data, d.self(), d.today());
  const bool may = command.to.empty() || std::ranges::any_of(able, [&](const Principal* one) {
                     return one->set.person == command.to;
                   });
  if (!may) return refuse(Why::no_such_colleague, command.to);
  const bool own = c->assignee.empty() || c->assignee == command.by.principal ||
                   holds(stands_in_for(people, command.by.principal, d.today()), c->assignee);
  if (!own && command.note.empty()) return refuse(Why::taken_from_another, c->assignee);
  d.draft.decide(CaseAssigned{.id = command.id,
                              .to = command.to,
                              .note = command.note,
                              .by = command.by.principal,
                              .on = d.today()});
  return {};
}

Result set_substitute(Deciding& d, const SetSubstitute& command) {
  const People& people = d.circle().people;
  if (command.person != command.by.principal) {
    const Principal* admin = in_force(people, command.by.principal, "admin", d.today());
    if (!admin || !admin->set.divisions.empty()) return refuse(Why::admin_only);
  }
  SubstituteSet set{.person = command.person,
                    .substitute = command.substitute,
                    .from = command.from,
                    .until = command.until,
                    .by = command.by.principal,
                    .on = d.today()};
  if (command.substitute.empty()) {
    const auto known = people.substitutes.find(command.person);
    if (known == people.substitutes.end()) return refuse(Why::no_substitute, command.person);
    set.from = known->second.from;
    set.until = known->second.until;
    d.draft.decide(std::move(set));
    return {};
  }
  if (command.substitute == command.person) return refuse(Why::own_substitute);
  for (const std::string* one : {&command.person, &command.substitute}) {
    if (!is_person(people, *one, d.today())) return refuse(Why::no_such_principal, *one);
  }
  if (command.until < command.from || command.until < d.today()) {
    return refuse(Why::substitute_days);
  }
  d.draft.decide(std::move(set));
  return {};
}

}  // namespace bashu::core
