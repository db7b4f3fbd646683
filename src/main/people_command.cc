// bashu key add|change|rotate|end|list, user add|change|passwd|end|list: who may come in.
//
// With a directory first, whoever holds it decides, while the node is at rest: so the first
// administrator comes in. Else an administrator decides through the API, and a running node knows
// at once. Both are commands in the journal.

#include "main/people_command.h"

#include <fstream>
#include <iostream>
#include <ostream>
#include <utility>

#include "core/people/people.h"
#include "main/client.h"
#include "main/people_door.h"
#include "main/table.h"
#include "people/admission.h"
#include "people/secrets.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// `sichuan clerk 1` becomes `sichuan-clerk-1`; empty if nothing of it can be used.
std::string id_from(std::string_view name) {
  std::string id;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    const bool upper = c >= 'A' && c <= 'Z';
    if (plain) id += c;
    if (upper) id += static_cast<char>(c - 'A' + 'a');
    if (!plain && !upper && !id.empty() && id.back() != '-') id += '-';
  }
  while (id.ends_with('-')) id.pop_back();
  return id.substr(0, 64);
}

// The first line of the file, of standard input for `-`; empty if there is none: one is made.
std::expected<std::string, Exit> password_of(const Console& console, const std::string& file) {
  std::string password;
  if (file.empty()) return password;
  std::ifstream opened;
  if (file != "-") opened.open(file);
  std::istream& in = file == "-" ? std::cin : opened;
  if (!std::getline(in, password)) {
    return std::unexpected{console.fail(file + ": no password", file + "：没有密码")};
  }
  if (password.size() < people::kPasswordMin || password.size() > people::kPasswordMax) {
    return std::unexpected{
        console.fail("a password has 10 to 200 bytes", "密码应为 10 至 200 字节")};
  }
  return password;
}

// `[DIR] ID`.
struct Named {
  std::string dir, id;
};
Named named(const std::vector<std::string>& words) {
  if (words.size() == 1) return {.dir = {}, .id = words[0]};
  return {.dir = words[0], .id = words[1]};
}

Exit change(const Console& console, const PersonChanged& what, Kind kind) {
  const auto [dir, id] = named(what.words);
  const auto said = described(console, what.powers, id);
  if (!said) return said.error();
  if (dir.empty()) {
    Value::Record body = *said;
    body.erase("id");
    return ask(console, what.remote, kind, id, "/" + id, std::move(body));
  }
  auto door = open_door(console, dir);
  if (!door) return door.error();
  const auto before = next(console, *door, kind, id);
  if (!before) return before.error();
  auto set = onto(console, *door, *said, kind, *before);
  return set ? keep(console, *door, std::move(*set), {}) : set.error();
}

Exit end(const Console& console, const PersonNamed& what, Kind kind) {
  const auto [dir, id] = named(what.words);
  if (dir.empty()) {
    const Exit done = ask(console, what.remote, kind, id, "/" + id + "/end", {});
    if (done != Exit::done) return done;
  } else {
    const auto door = open_door(console, dir);
    if (!door) return door.error();
    const Value told = Value::Record{{"id", journal_id(kind, id)}};
    const auto done =
        run_at_rest(console, *door->node,
                    core::EndPrincipal{.by = local_officer(), .id = journal_id(kind, id)}, told);
    if (!done) return done.error();
  }
  console.out << console.say("ended: ", "已终止：") << journal_id(kind, id) << '\n';
  return Exit::done;
}

std::string joined(const Value* list) {
  std::string out;
  if (!list || !list->as_list()) return out;
  for (const Value& item : *list->as_list()) {
    if (item.as_text()) out += (out.empty() ? "" : ",") + *item.as_text();
  }
  return out;
}

// As the API tells them.
Value::List told_of(Door& door, Kind kind) {
  Value::List list;
  for (const auto& [id, row] : door.people.principals) {
    if (id.starts_with("key:") != (kind == Kind::key)) continue;
    const Value name = door.node->vault().unseal(row.set.name);
    Value::Record one;
    people::write_principal(
        one, people::principal_of(row.set, name.as_text() ? *name.as_text() : std::string{}));
    one["in_force"] = row.in_force(door.node->clock().today());
    if (row.set.until) one["until"] = row.set.until->text();
    if (row.ended) one["ended"] = Value::Record{{"on", row.ended->on.text()}};
    list.emplace_back(std::move(one));
  }
  return list;
}

std::vector<std::string> row_of(const Console& console, const Value& one) {
  std::string roles;
  if (const Value* all = one.find("roles"); all && all->as_record()) {
    for (const auto& [pack, names] : *all->as_record()) {
      for (const Value& role : *names.as_list()) {
        roles += (roles.empty() ? "" : ",") + pack + ":" + *role.as_text();
      }
    }
  }
  std::string force{console.say("in force", "有效")};
  if (const Value* ended = one.find("ended")) {
    force = std::string{console.say("ended ", "已终止 ")} + ended->text_at("on");
  } else if (!one.text_at("until").empty()) {
    force = std::string{console.say("until ", "有效期至 ")} + one.text_at("until");
  }
  return {one.text_at("id"),
          one.text_at("name"),
          std::move(roles),
          joined(one.find("divisions")),
          joined(one.find("may")),
          one.text_at("person"),
          joined(one.find("subjects")),
          std::move(force)};
}

Exit list(const Console& console, const PeopleList& what, Kind kind) {
  const std::string member = kind == Kind::key ? "keys" : "users";
  Value::List found;
  if (what.dir.empty()) {
    auto answer = call(console, what.remote, {.path = "/" + member});
    if (!answer) return answer.error();
    if (const Value* all = answer->find(member); all && all->as_list()) found = *all->as_list();
  } else {
    auto door = open_door(console, what.dir);
    if (!door) return door.error();
    found = told_of(*door, kind);
  }
  if (what.remote.json) {
    print_json(console, Value::Record{{member, std::move(found)}});
    return Exit::done;
  }
  Table table{std::vector<Table::Align>(8, Table::Align::left)};
  std::vector<std::string> head;
  for (const char* column :
       {"id", "name", "roles", "divisions", "may", "person", "subjects", "force"}) {
    head.push_back(texts::text(console.language, std::string{"people.column."} + column));
  }
  table.add(head);
  for (const Value& one : found) table.add(row_of(console, one));
  table.print(console.out);
  return Exit::done;
}

}  // namespace

Exit make_key(const Console& console, const std::string& dir, const Powers& powers,
              const std::string& id) {
  const auto said = described(console, powers, id);
  if (!said) return said.error();
  auto door = open_door(console, dir);
  if (!door) return door.error();
  auto set = onto(console, *door, *said, Kind::key, {.version = 1});
  if (!set) return set.error();
  const people::Secret secret = people::make_key_secret(door->node->chance());
  set->proof = secret.proof;
  return keep(console, *door, std::move(*set), secret.text);
}

Exit key_add(const Console& console, const KeyAdd& what) {
  const std::string id = what.id.empty() ? id_from(what.powers.name) : what.id;
  if (id.empty()) return console.fail("--id is needed", "需要 --id");
  if (!what.dir.empty()) return make_key(console, what.dir, what.powers, id);
  auto said = described(console, what.powers, id);
  return said ? ask(console, what.remote, Kind::key, id, "", std::move(*said)) : said.error();
}

Exit key_change(const Console& console, const PersonChanged& what) {
  return change(console, what, Kind::key);
}

Exit key_rotate(const Console& console, const PersonNamed& what) {
  const auto [dir, id] = named(what.words);
  if (dir.empty()) return ask(console, what.remote, Kind::key, id, "/" + id + "/rotate", {});
  auto door = open_door(console, dir);
  if (!door) return door.error();
  auto set = next(console, *door, Kind::key, id);
  if (!set) return set.error();
  const people::Secret secret = people::make_key_secret(door->node->chance());
  set->proof = secret.proof;
  return keep(console, *door, std::move(*set), secret.text);
}

Exit key_end(const Console& console, const PersonNamed& what) {
  return end(console, what, Kind::key);
}

Exit key_list(const Console& console, const PeopleList& what) {
  return list(console, what, Kind::key);
}

Exit user_add(const Console& console, const UserAdd& what) {
  auto said = described(console, what.powers, what.id);
  if (!said) return said.error();
  const auto password = password_of(console, what.password_file);
  if (!password) return password.error();
  if (what.dir.empty()) {
    if (!password->empty()) (*said)["password"] = *password;
    if (!what.oidc_subject.empty()) {
      (*said)["openid"] =
          Value::Record{{"issuer", what.oidc_issuer}, {"subject", what.oidc_subject}};
    }
    return ask(console, what.remote, Kind::account, what.id, "", std::move(*said));
  }
  auto door = open_door(console, what.dir);
  if (!door) return door.error();
  auto set = onto(console, *door, *said, Kind::account, {.version = 1});
  if (!set) return set.error();
  if (!what.oidc_subject.empty()) {
    set->provider = people::provider_proof(what.oidc_issuer, what.oidc_subject);
  }
  people::Secret secret;
  if (what.oidc_subject.empty() || !password->empty()) {
    auto made = people::make_password(*door->node, door->dir, *password);
    if (!made) return console.fail(made.error());
    secret = std::move(*made);
    set->proof = secret.proof;
  }
  return keep(console, *door, std::move(*set), secret.text);
}

Exit user_change(const Console& console, const PersonChanged& what) {
  return change(console, what, Kind::account);
}

Exit user_passwd(const Console& console, const UserPasswd& what) {
  const auto [dir, id] = named(what.words);
  const auto password = password_of(console, what.password_file);
  if (!password) return password.error();
  if (dir.empty()) {
    Value::Record body;
    if (!password->empty()) body["password"] = *password;
    return ask(console, what.remote, Kind::account, id, "/" + id + "/password", std::move(body));
  }
  auto door = open_door(console, dir);
  if (!door) return door.error();
  auto set = next(console, *door, Kind::account, id);
  if (!set) return set.error();
  auto secret = people::make_password(*door->node, door->dir, *password);
  if (!secret) return console.fail(secret.error());
  set->proof = secret->proof;
  return keep(console, *door, std::move(*set), secret->text);
}

Exit user_end(const Console& console, const PersonNamed& what) {
  return end(console, what, Kind::account);
}

Exit user_list(const Console& console, const PeopleList& what) {
  return list(console, what, Kind::account);
}

}  // namespace bashu::cli
