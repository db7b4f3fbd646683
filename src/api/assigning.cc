// Who works at a case: claimed, handed to a colleague, given back; and who stands in for whom.

#include <algorithm>
#include <set>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "core/people/assign.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::size_t kNoteMax = 1'000;

std::optional<Problem> needs_office(const Call& call, const SeenCase& seen) {
  if (seen.sight == Sight::full && desk::is_office(*call.key, *seen.root.pack)) return std::nullopt;
  return forbidden(texts::text("en", "assigning.no_office"),
                   texts::text("zh", "assigning.no_office"));
}

// Roles of theirs that see all cases of a service of the pack.
std::vector<std::string> office_roles(const Principal& who, const packs::Pack& pack) {
  const std::vector<std::string> held = who.roles_in(pack.name);
  std::set<std::string> roles;
  for (const auto& [name, service] : pack.services) {
    for (const packs::PartyDef& party : service.parties) {
      for (const auto& [role, all] : party.roles) {
        if (all && std::ranges::find(held, role) != held.end()) roles.insert(role);
      }
    }
  }
  return {roles.begin(), roles.end()};
}

using People = std::vector<const core::Principal*>;

// Whoever could work at the case.
std::expected<People, Problem> able(Context& context, const Call& call, const core::People& people,
                                    const std::string& id) {
  const auto seen = see_case(context, call, id, false);
  if (!seen) return std::unexpected{seen.error()};
  if (auto problem = needs_office(call, *seen)) return std::unexpected{std::move(*problem)};
  Value data{Value::Record{}};
  context.node.query([&](const core::State& state) {
    if (const core::Case* c = state.find_case(id)) data = c->data;
  });
  return core::colleagues(people, *seen->root.pack, *seen->root.service, seen->root.parties, data,
                          context.node.identity().party, context.node.clock().today());
}

// Whoever has an office role in common with who asks.
People of_the_same_office(Context& context, const Call& call, const core::People& people) {
  People found;
  const auto shelf = context.shelves.now();
  for (const HeldPack* held : shelf->list()) {
    if (!held->in_force) continue;
    const auto roles = office_roles(*call.key, *held->pack);
    for (const core::Principal* one :
         core::holders_of(people, held->pack->name, roles, shelf->today)) {
      const bool known = std::ranges::any_of(found, [&](const core::Principal* other) {
        return other->set.person == one->set.person;
      });
      if (!known) found.push_back(one);
    }
  }
  return found;
}

bool works_in_an_office(Context& context, const Call& call) {
  const auto shelf = context.shelves.now();
  return std::ranges::any_of(shelf->list(), [&](const HeldPack* held) {
    return held->in_force && !office_roles(*call.key, *held->pack).empty();
  });
}

// An account is named by its person, a key by what it is for.
const core::PrincipalSet& account_of(const core::People& people, const core::Principal& who) {
  for (const auto& [id, one] : people.principals) {
    if (id.starts_with("user:") && one.set.person == who.set.person) return one.set;
  }
  return who.set;
}

// Null stands for nobody.
std::expected<std::string, Problem> person_member(const Value& body, std::string_view name) {
  const Value* person = body.find(name);
  if (person && person->is_null()) return std::string{};
  if (person && person->as_text() && !person->as_text()->empty()) return *person->as_text();
  return std::unexpected{malformed(std::string{name}, texts::text("en", "assigning.person"),
                                   texts::text("zh", "assigning.person"))};
}

std::expected<Date, Problem> day_member(const Value& body, std::string_view name,
                                        std::optional<Date> otherwise) {
  const Value* value = body.find(name);
  if (!value && otherwise) return *otherwise;
  const auto day = value && value->as_text() ? Date::parse(*value->as_text()) : std::nullopt;
  if (day) return *day;
  return std::unexpected{malformed(std::string{name}, "A date like 2026-03-31 is expected.",
                                   "应为日期，例如 2026-03-31。")};
}

}  // namespace

Prepared assign_case(Context& context, const Call& call) {
  const std::string& id = call.part("id");
  const auto seen = see_case(context, call, id, false);
  if (!seen) return std::unexpected{seen.error()};
  if (auto problem = needs_office(call, *seen)) return std::unexpected{std::move(*problem)};
  auto body = json_body(call, {"to", "note"});
  if (!body) return std::unexpected{body.error()};
  const auto to = person_member(*body, "to");
  if (!to) return std::unexpected{to.error()};
  const auto note = text_member(*body, "note", false);
  if (!note) return std::unexpected{note.error()};
  if (note->size() > kNoteMax) {
    return std::unexpected{malformed("note", texts::text("en", "assigning.note_size"),
                                     texts::text("zh", "assigning.note_size"))};
  }
  Write write;
  write.command = core::AssignCase{.by = asker(call, call.key->roles_in(seen->root.pack->name)),
                                   .id = core::CaseId{id},
                                   .to = *to,
                                   .note = *note};
  write.request = std::move(*body);
  return write;
}

Result list_colleagues(Context& context, const Call& call) {
  people::Roster& roster = context.entrance.roster();
  const auto people = roster.people();
  People found;
  if (const std::string id = call.parameter("case"); !id.empty()) {
    auto those = able(context, call, *people, id);
    if (!those) return std::unexpected{those.error()};
    found = std::move(*those);
  } else {
    found = of_the_same_office(context, call, *people);
  }
  const Date today = context.node.clock().today();
  Value::List list;
  std::vector<std::string> opened;
  for (const core::Principal* who : found) {
    if (who->set.person.starts_with("key:")) continue;  // a program is nobody's colleague
    const core::PrincipalSet& account = account_of(*people, *who);
    Value::Record one{{"person", account.person}, {"name", roster.name_of(account)}};
    const auto away = people->substitutes.find(account.person);
    if (away != people->substitutes.end() && away->second.from <= today &&
        today <= away->second.until) {
      one["away_until"] = away->second.until.text();
      one["substitute"] = away->second.substitute;
    }
    list.emplace_back(std::move(one));
    opened.push_back(account.id + ".name");
  }
  if (auto noted = account_for(context, call, "colleagues", opened); !noted) {
    return std::unexpected{noted.error()};
  }
  return json_response(Value::Record{{"colleagues", std::move(list)}});
}

Result list_substitutes(Context& context, const Call& call) {
  const bool all =
      desk::may_everywhere(*call.key, "admin") || desk::may_everywhere(*call.key, "audit");
  const std::string me = call.key->principal();
  const auto people = context.entrance.roster().people();
  const Date today = context.node.clock().today();
  Value::List list;
  for (const auto& [person, set] : people->substitutes) {
    if (set.until < today || (!all && person != me && set.substitute != me)) continue;
    list.push_back(Value::Record{{"person", person},
                                 {"substitute", set.substitute},
                                 {"from", set.from.text()},
                                 {"until", set.until.text()},
                                 {"by", set.by},
                                 {"on", set.on.text()}});
  }
  return json_response(Value::Record{{"substitutes", std::move(list)}});
}

Prepared set_substitute(Context& context, const Call& call) {
  auto body = json_body(call, {"person", "substitute", "from", "until"});
  if (!body) return std::unexpected{body.error()};
  const auto person = text_member(*body, "person", false);
  if (!person) return std::unexpected{person.error()};
  const auto substitute = person_member(*body, "substitute");
  if (!substitute) return std::unexpected{substitute.error()};
  if (!desk::may_everywhere(*call.key, "admin") && !works_in_an_office(context, call)) {
    return std::unexpected{forbidden(texts::text("en", "assigning.no_office"),
                                     texts::text("zh", "assigning.no_office"))};
  }
  const Date today = context.node.clock().today();
  const auto from = day_member(*body, "from", today);
  if (!from) return std::unexpected{from.error()};
  const auto until =
      day_member(*body, "until", substitute->empty() ? std::optional{today} : std::nullopt);
  if (!until) return std::unexpected{until.error()};
  Write write;
  write.command = core::SetSubstitute{.by = officer(call),
                                      .person = person->empty() ? call.key->principal() : *person,
                                      .substitute = *substitute,
                                      .from = *from,
                                      .until = *until};
  write.request = std::move(*body);
  return write;
}

}  // namespace bashu::api
