// bashu init, key add, snapshot.

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <utility>

#include "api/access.h"
#include "main/commands.h"
#include "main/offline.h"
#include "node/identity.h"
#include "node/system_environment.h"

namespace bashu::cli {

namespace {

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

Exit add_key(const Console& console, const std::filesystem::path& dir, api::ApiKey key) {
  node::SystemChance chance;
  const std::string id = key.id;
  const auto secret =
      api::add_api_key(dir / "api-keys.json", std::move(key), chance.bytes(kSecretBytes));
  if (!secret) return console.fail(secret.error());
  console.out << console.say("key ", "密钥 ") << id
              << console.say(", secret (shown once): ", "，密钥值（仅显示一次）：") << *secret
              << '\n';
  return Exit::done;
}

}  // namespace

Exit init(const Console& console, const Init& what) {
  std::string host = what.host;
  if (host.empty()) host = what.listen.substr(0, what.listen.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::optional<Date> rehearsal;
  if (!what.rehearsal.empty()) {
    rehearsal = Date::parse(what.rehearsal);
    if (!rehearsal) return console.fail("--rehearsal: not a date", "--rehearsal：不是日期");
  }
  const auto identity = node::create_identity(what.dir, {.party = what.party,
                                                         .name = what.name,
                                                         .host = host,
                                                         .peer_listen = what.listen,
                                                         .api_listen = what.api,
                                                         .offset_minutes = what.offset_minutes});
  if (!identity) return console.fail(identity.error());
  if (rehearsal) {
    node::RehearsalClock clock{std::filesystem::path{what.dir} / "rehearsal-day", *rehearsal};
    if (auto kept = clock.set_today(*rehearsal); !kept) return console.fail(kept.error());
  }
  console.out << console.say("party ", "参与方 ") << identity->party << "  " << identity->name
              << '\n'
              << console.say("log ", "日志 ") << identity->origin << '\n'
              << console.say("other nodes reach it at ", "其他节点访问地址 ") << identity->endpoint
              << '\n';
  return add_key(console, what.dir,
                 {.id = "admin",
                  .secret_sha256 = {},
                  .name = "administrator",
                  .roles = {},
                  .divisions = {},
                  .subject = {},
                  .may = {"admin", "audit", "registrar"}});
}

Exit key_add(const Console& console, const KeyAdd& what) {
  if (!std::filesystem::exists(std::filesystem::path{what.dir} / "node.json")) {
    return console.fail(what.dir + ": no node here", what.dir + "：此处没有节点");
  }
  api::ApiKey key;
  key.id = what.id.empty() ? id_from(what.name) : what.id;
  if (key.id.empty()) return console.fail("--id is needed", "需要 --id");
  key.name = what.name;
  key.subject = what.subject;
  key.divisions = what.divisions;
  key.may = {what.may.begin(), what.may.end()};
  for (const std::string& item : what.roles) {
    const std::size_t colon = item.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == item.size()) {
      return console.fail("--roles: pack:role is expected, not `" + item + "`",
                          "--roles：应为 业务包:角色，而不是“" + item + "”");
    }
    key.roles[item.substr(0, colon)].push_back(item.substr(colon + 1));
  }
  return add_key(console, what.dir, std::move(key));
}

Exit snapshot(const Console& console, const std::string& dir) {
  const auto node = open_at_rest(console, dir);
  if (!node) return node.error();
  const auto covered = (*node)->snapshot();
  if (!covered) return console.fail(covered.error());
  console.out << console.say("snapshot of ", "快照包含条目数 ") << *covered
              << console.say(" entries", "") << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
