#include "exchange/beside.h"

#include <charconv>
#include <map>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "exchange/circle.h"
#include "exchange/key_lists.h"
#include "node/storage/object_files.h"

namespace bashu::exchange {

namespace {

// Of `sichuan/envelope-sm2/3`: `envelope-sm2` and 3.
std::pair<std::string, int> use_of(std::string_view kid) {
  const std::size_t first = kid.find('/'), last = kid.rfind('/');
  int number = 0;
  std::from_chars(kid.data() + last + 1, kid.data() + kid.size(), number);
  return {std::string{kid.substr(first + 1, last - first - 1)}, number};
}

// Whether the key is here already and is used from the next start on.
bool waits_here(const node::FileStore& files, const std::string& use, const std::string& key) {
  for (const std::string folder : {"keys/next/", "keys/next.part/"}) {
    const auto text = files.read(folder + "keys.json");
    const auto about = text ? parse_json(*text) : std::unexpected{JsonError{}};
    const Value* named = about ? about->find(use) : nullptr;
    if (named && named->text_at("public") == hex(key)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> keys_behind(const node::FileStore& files, const node::Directory& directory,
                                     const node::Identity& own) {
  std::map<std::string, std::pair<int, std::string>> newest;  // by use: number, public part
  for (const auto& [kid, key] : directory.keys) {
    if (key.party != own.party || key.revoked != 0) continue;
    const auto [use, number] = use_of(kid);
    auto& last = newest[use];
    if (number > last.first) last = {number, key.key};
  }
  std::vector<std::string> behind;
  for (const KeyInUse& key : keys_in_use(own)) {
    const auto last = newest.find(key.use);
    if (last == newest.end() || last->second.second == key.public_key) continue;
    if (waits_here(files, key.use, last->second.second)) continue;
    behind.push_back("keys/" + key.use + ".key");
  }
  if (!behind.empty()) behind.insert(behind.begin(), "node.json");
  return behind;
}

std::vector<std::string> missing_beside(const node::FileStore& files,
                                        const node::Directory& directory, const node::Identity& own,
                                        bool with_passwords) {
  std::vector<std::string> missing;
  for (const evidence::PartyRecord& one : directory.agreement.parties) {
    if (one.party == own.party || !one.member) continue;
    if (!peer_authorities(files, one.party, one.tls_ca).empty()) continue;
    missing.push_back("peers/" + one.party + ".crt");
  }
  if (with_passwords && !files.has("passwords.json")) missing.emplace_back("passwords.json");
  if (directory.agreement.second && !own.second) missing.emplace_back("keys/envelope-sm2.key");
  for (std::string& one : keys_behind(files, directory, own)) missing.push_back(std::move(one));
  return missing;
}

std::string lost_document(const node::FileStore& files) {
  const auto name = files.read(kKeptMark);
  if (!name || node::documents_away(files)) return {};
  const std::string file = "blobs/" + *name;
  // Asked before it is said: a store can go away at any time.
  if (files.has(file) || node::documents_away(files)) return {};
  return files.where(file);
}

}  // namespace bashu::exchange
