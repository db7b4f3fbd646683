// bashu key add|end|list, user add|passwd|end|list: who may come in. A running node knows at once.

#include "main/people_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <ostream>
#include <utility>

#include "base/bytes.h"
#include "main/commands.h"
#include "main/table.h"
#include "node/system_environment.h"
#include "people/accounts.h"
#include "people/keys.h"

namespace bashu::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecretBytes = 32;

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

bool has_node(const std::string& dir) { return fs::exists(fs::path{dir} / "node.json"); }
Exit no_node(const Console& console, const std::string& dir) {
  return console.fail(dir + ": no node here", dir + "：此处没有节点");
}
fs::path users_file(const std::string& dir) { return fs::path{dir} / "users.json"; }
fs::path keys_file(const std::string& dir) { return fs::path{dir} / "api-keys.json"; }

std::expected<people::Accounts, Fault> accounts_of(const std::string& dir) {
  if (!fs::exists(users_file(dir))) return people::Accounts{};
  return people::read_accounts(users_file(dir));
}

struct Password {
  std::string text;
  bool made = false;  // here; it is shown once
};
// The first line of the file, of standard input for `-`; one made here if there is none.
std::expected<Password, Exit> password_of(const Console& console, const std::string& file) {
  Password password;
  if (file.empty()) {
    node::SystemChance chance;
    password.text = base64url(chance.bytes(16));
    password.made = true;
    return password;
  }
  std::ifstream opened;
  if (file != "-") opened.open(file);
  std::istream& in = file == "-" ? std::cin : opened;
  if (!std::getline(in, password.text)) {
    return std::unexpected{console.fail(file + ": no password", file + "：没有密码")};
  }
  if (password.text.size() < people::kPasswordMin || password.text.size() > people::kPasswordMax) {
    return std::unexpected{
        console.fail("a password has 10 to 200 bytes", "密码应为 10 至 200 字节")};
  }
  return password;
}

Exit written(const Console& console, const std::string& dir, const people::Accounts& accounts,
             const std::string& id, const Password& password) {
  if (auto done = people::write_accounts(users_file(dir), accounts); !done) {
    return console.fail(done.error());
  }
  console.out << console.say("account ", "账户 ") << id;
  if (password.made) {
    console.out << console.say(", password (shown once): ", "，密码（仅显示一次）：")
                << password.text;
  }
  console.out << '\n';
  return Exit::done;
}

std::string joined(const auto& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ",") + text;
  return out;
}

std::vector<std::string> row_of(const people::Principal& who, std::string how) {
  std::string roles;
  for (const auto& [pack, names] : who.roles) {
    for (const std::string& role : names) roles += (roles.empty() ? "" : ",") + pack + ":" + role;
  }
  return {who.id,          who.name,    roles,         joined(who.divisions),
          joined(who.may), who.subject, std::move(how)};
}

void print_people(const Console& console, const std::vector<std::vector<std::string>>& rows) {
  Table table{std::vector<Table::Align>(7, Table::Align::left)};
  table.add({std::string{console.say("id", "标识")}, std::string{console.say("name", "名称")},
             std::string{console.say("roles", "角色")},
             std::string{console.say("divisions", "区划")}, std::string{console.say("may", "权限")},
             std::string{console.say("person", "人员")},
             std::string{console.say("comes by", "方式")}});
  for (const auto& row : rows) table.add(row);
  table.print(console.out);
}

}  // namespace

Exit make_key(const Console& console, const std::string& dir, people::Principal key) {
  node::SystemChance chance;
  const std::string id = key.id;
  const auto secret = people::add_key(keys_file(dir), std::move(key), chance.bytes(kSecretBytes));
  if (!secret) return console.fail(secret.error());
  console.out << console.say("key ", "密钥 ") << id
              << console.say(", secret (shown once): ", "，密钥值（仅显示一次）：") << *secret
              << '\n';
  return Exit::done;
}

Exit key_add(const Console& console, const KeyAdd& what) {
  if (!has_node(what.dir)) return no_node(console, what.dir);
  auto roles = roles_from(console, what.roles);
  if (!roles) return roles.error();
  people::Principal key{.id = what.id.empty() ? id_from(what.name) : what.id,
                        .name = what.name,
                        .roles = std::move(*roles),
                        .divisions = what.divisions,
                        .subject = what.subject,
                        .may = {what.may.begin(), what.may.end()}};
  if (key.id.empty()) return console.fail("--id is needed", "需要 --id");
  return make_key(console, what.dir, std::move(key));
}

Exit key_end(const Console& console, const PersonNamed& what) {
  if (!has_node(what.dir)) return no_node(console, what.dir);
  if (auto done = people::end_key(keys_file(what.dir), what.id); !done) {
    return console.fail(done.error());
  }
  console.out << console.say("ended: key ", "已终止：密钥 ") << what.id << '\n';
  return Exit::done;
}

Exit key_list(const Console& console, const std::string& dir) {
  const auto keys = people::read_keys(keys_file(dir));
  if (!keys) return console.fail(keys.error());
  std::vector<std::vector<std::string>> rows;
  for (const auto& [hash, key] : *keys) rows.push_back(row_of(*key, "key"));
  std::ranges::sort(rows);
  print_people(console, rows);
  return Exit::done;
}

Exit user_add(const Console& console, const UserAdd& what) {
  if (!has_node(what.dir)) return no_node(console, what.dir);
  auto accounts = accounts_of(what.dir);
  if (!accounts) return console.fail(accounts.error());
  if (accounts->contains(what.id)) {
    return console.fail(what.id + " is there already", what.id + " 已存在");
  }
  auto roles = roles_from(console, what.roles);
  if (!roles) return roles.error();
  people::Principal who{.id = what.id,
                        .name = what.name,
                        .roles = std::move(*roles),
                        .divisions = what.divisions,
                        .subject = what.subject,
                        .may = {what.may.begin(), what.may.end()},
                        .kind = people::Principal::Kind::account};
  people::Account account{.who = std::make_shared<const people::Principal>(std::move(who)),
                          .password = {},
                          .issuer = what.oidc_issuer,
                          .subject = what.oidc_subject};
  Password password;
  if (what.oidc_subject.empty() || !what.password_file.empty()) {
    auto given = password_of(console, what.password_file);
    if (!given) return given.error();
    password = std::move(*given);
    account.password = people::hash_password(password.text);
  }
  (*accounts)[what.id] = std::move(account);
  return written(console, what.dir, *accounts, what.id, password);
}

Exit user_passwd(const Console& console, const UserPasswd& what) {
  auto accounts = accounts_of(what.dir);
  if (!accounts) return console.fail(accounts.error());
  const auto it = accounts->find(what.id);
  if (it == accounts->end()) {
    return console.fail("no account " + what.id, "没有账户 " + what.id);
  }
  auto password = password_of(console, what.password_file);
  if (!password) return password.error();
  it->second.password = people::hash_password(password->text);
  return written(console, what.dir, *accounts, what.id, *password);
}

Exit user_end(const Console& console, const PersonNamed& what) {
  auto accounts = accounts_of(what.dir);
  if (!accounts) return console.fail(accounts.error());
  const auto it = accounts->find(what.id);
  if (it == accounts->end()) {
    return console.fail("no account " + what.id, "没有账户 " + what.id);
  }
  it->second.ended = true;
  if (auto done = people::write_accounts(users_file(what.dir), *accounts); !done) {
    return console.fail(done.error());
  }
  console.out << console.say("ended: account ", "已终止：账户 ") << what.id << '\n';
  return Exit::done;
}

Exit user_list(const Console& console, const std::string& dir) {
  const auto accounts = accounts_of(dir);
  if (!accounts) return console.fail(accounts.error());
  std::vector<std::vector<std::string>> rows;
  for (const auto& [id, account] : *accounts) {
    std::string how = account.password.empty() ? "" : "password";
    if (!account.issuer.empty()) how += (how.empty() ? "" : ",") + account.issuer;
    if (account.ended) how = console.say("ended", "已终止");
    rows.push_back(row_of(*account.who, how));
  }
  print_people(console, rows);
  return Exit::done;
}

}  // namespace bashu::cli
