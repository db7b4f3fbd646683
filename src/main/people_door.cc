#include "main/people_door.h"

#include <filesystem>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "core/state.h"
#include "exchange/pseudonyms.h"
#include "main/client.h"
#include "main/offline.h"
#include "people/admission.h"
#include "people/earlier.h"
#include "people/roles.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

namespace fs = std::filesystem;

using Roles = std::map<std::string, std::vector<std::string>, std::less<>>;

// Of `pack:role`, each.
std::expected<Roles, Exit> roles_from(const Console& console,
                                      const std::vector<std::string>& items) {
  Roles roles;
  for (const std::string& item : items) {
    const std::size_t colon = item.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == item.size()) {
      return std::unexpected{console.fail("--roles: pack:role is expected, not `" + item + "`",
                                          "--roles：应为 业务包:角色，而不是“" + item + "”")};
    }
    roles[item.substr(0, colon)].push_back(item.substr(colon + 1));
  }
  return roles;
}

std::string resource(Kind kind) { return kind == Kind::key ? "/keys" : "/users"; }
std::string what_of(const Console& console, Kind kind) {
  return std::string{kind == Kind::key ? console.say("key ", "密钥 ")
                                       : console.say("account ", "账户 ")};
}

// What was made is shown once.
Exit print_made(const Console& console, Kind kind, const std::string& id,
                const std::string& secret) {
  console.out << what_of(console, kind) << id;
  if (!secret.empty() && kind == Kind::key) {
    console.out << console.say(", secret (shown once): ", "，密钥值（仅显示一次）：") << secret;
  } else if (!secret.empty()) {
    console.out << console.say(", password (shown once): ", "，密码（仅显示一次）：") << secret;
  }
  console.out << '\n';
  return Exit::done;
}

// Of a node that does not run: nobody helps it, so only whom it has met has a pseudonym.
std::expected<std::vector<std::string>, exchange::Unnamed> persons_at_rest(
    node::Node& node, const std::string& number) {
  exchange::Shares shares{node};
  exchange::Alarms alarms{node.storage().files()};
  return exchange::Pseudonyms{node, shares, alarms, {}}.all_of(normal_person(number));
}

}  // namespace

std::expected<Door, Exit> open_door(const Console& console, const std::string& dir) {
  if (!fs::exists(fs::path{dir} / "node.json")) {
    return std::unexpected{console.fail(dir + ": no node here", dir + "：此处没有节点")};
  }
  auto node = open_at_rest(console, dir);
  if (!node) return std::unexpected{node.error()};
  if (auto taken = people::take_over(**node, dir); !taken) {
    return std::unexpected{console.fail(taken.error())};
  }
  Door door{.node = std::move(*node), .dir = dir, .people = {}};
  door.node->query([&](const core::State& state) { door.people = state.circle().people; });
  return door;
}

std::string journal_id(Kind kind, const std::string& id) {
  return people::Principal{.id = id, .kind = kind}.journal_id();
}
std::expected<Value::Record, Exit> described(const Console& console, const Powers& what,
                                             const std::string& id) {
  auto roles = roles_from(console, what.roles);
  if (!roles) return std::unexpected{roles.error()};
  people::Principal who{.id = id,
                        .name = what.name,
                        .roles = std::move(*roles),
                        .divisions = what.divisions,
                        .person = what.person,
                        .may = {what.may.begin(), what.may.end()},
                        .subjects = {what.subjects.begin(), what.subjects.end()}};
  Value::Record record;
  people::write_principal(record, who);
  if (who.name.empty()) record.erase("name");
  if (!what.persons.empty()) {
    Value::List persons;
    for (const std::string& person : what.persons) persons.emplace_back(person);
    record["persons"] = std::move(persons);
  }
  if (!what.until.empty()) record["until"] = what.until;
  return record;
}

std::expected<core::PrincipalSet, Exit> onto(const Console& console, Door& door,
                                             const Value::Record& said, Kind kind,
                                             const core::PrincipalSet& before) {
  auto who = people::read_principal(said);
  if (!who) return std::unexpected{console.fail(who.error(), who.error())};
  std::optional<std::string> strange;
  door.node->query(
      [&](const core::State& state) { strange = people::unknown_role(*who, state.circle()); });
  if (strange) {
    const std::string words =
        texts::text(console.language, "people.no_such_role", {{"role", *strange}});
    return std::unexpected{console.fail(words, words)};
  }
  who->kind = kind;
  core::PrincipalSet set = people::set_of(*who);
  set.version = before.version;
  set.proof = before.proof;
  set.provider = before.provider;
  set.name = who->name.empty() ? before.name : people::seal_name(*door.node, who->name);
  if (const auto persons = said.find("persons"); persons != said.end()) {
    for (const Value& person : *persons->second.as_list()) {
      auto names = persons_at_rest(*door.node, *person.as_text());
      if (!names) {
        const std::string words = texts::text(console.language, "pseudonyms.at_rest");
        return std::unexpected{console.fail(words, words)};
      }
      set.subjects.insert(set.subjects.end(), names->begin(), names->end());
    }
  }
  if (const auto until = said.find("until"); until != said.end()) {
    set.until = Date::parse(*until->second.as_text());
    if (!set.until) {
      return std::unexpected{console.fail("--until: not a date", "--until：不是日期")};
    }
  }
  return set;
}

std::expected<core::PrincipalSet, Exit> next(const Console& console, const Door& door, Kind kind,
                                             const std::string& id) {
  auto set = people::next_of(door.people, journal_id(kind, id));
  if (!set) {
    const std::string words =
        texts::text(console.language, "refusal.no_such_principal", {{"id", journal_id(kind, id)}});
    return std::unexpected{console.fail(words, words)};
  }
  return std::move(*set);
}

Exit keep(const Console& console, Door& door, core::PrincipalSet set, const std::string& secret) {
  const Value told = people::told(set);
  const std::string id = set.id;
  const auto done = run_at_rest(
      console, *door.node,
      core::SetPrincipal{.by = local_officer(), .who = std::move(set), .approval = 0}, told);
  if (!done) return done.error();
  const Kind kind = id.starts_with("key:") ? Kind::key : Kind::account;
  return print_made(console, kind, id.substr(id.find(':') + 1), secret);
}

Exit ask(const Console& console, const Remote& remote, Kind kind, const std::string& id,
         const std::string& action, Value::Record body) {
  const auto answer = call(console, remote,
                           {.method = "POST",
                            .path = resource(kind) + action,
                            .body = canonical_json(Value{std::move(body)})});
  if (!answer) return answer.error();
  if (remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  (void)waits_for_second(console, remote, *answer);
  return print_made(console, kind, id, answer->text_at("secret", answer->text_at("password")));
}

}  // namespace bashu::cli
