#include "exchange/beside.h"

#include "exchange/circle.h"
#include "node/storage/object_files.h"

namespace bashu::exchange {

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
