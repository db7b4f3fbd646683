#include "node/directory.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace bashu::node {

namespace {

// Editions under `prefix`, in the order of their numbers.
std::vector<std::string> editions(const std::map<std::string, std::string, std::less<>>& records,
                                  const std::string& prefix) {
  std::vector<std::pair<std::int64_t, const std::string*>> found;
  for (auto it = records.lower_bound(prefix); it != records.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    const std::string_view number = std::string_view{it->first}.substr(prefix.size());
    std::int64_t edition = 0;
    std::from_chars(number.data(), number.data() + number.size(), edition);
    found.emplace_back(edition, &it->second);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> bytes;
  for (const auto& [edition, record] : found) bytes.push_back(*record);
  return bytes;
}

// A party's root may have changed with an edition of the agreement; its lists up to then were
// signed by the one before.
std::expected<evidence::KeysEdition, std::string> last_keys(
    const std::vector<std::string>& lists, const std::string& party, const std::string& agreement,
    const std::vector<evidence::PartyRecord>& roots) {
  std::optional<evidence::KeysEdition> last;
  for (const std::string& list : lists) {
    evidence::Code code = "keys-signature";
    bool taken = false;
    for (auto root = roots.rbegin(); root != roots.rend() && !taken; ++root) {
      auto next = evidence::next_keys(last ? &*last : nullptr, list,
                                      {.party = party,
                                       .agreement_id = agreement,
                                       .root_kid = root->root_kid,
                                       .root_key = root->root_key});
      taken = next.has_value();
      if (taken) {
        last = std::move(*next);
      } else if (root == roots.rbegin()) {
        code = next.error().code;
      }
    }
    if (!taken) return std::unexpected{"keys of " + party + ": " + code};
  }
  return std::move(*last);
}

}  // namespace

std::vector<std::string> Directory::log_keys(std::string_view party) const {
  std::vector<std::string> found;
  for (const auto& [kid, key] : keys) {
    if (key.party == party && key.role == "log") found.push_back(key.key);
  }
  return found;
}

std::string Directory::seal_key(std::string_view party) const {
  const evidence::KeyRecord* newest = nullptr;
  for (const auto& [kid, key] : keys) {
    if (key.party != party || key.role != "seal" || key.revoked != 0) continue;
    if (!newest || key.from > newest->from) newest = &key;
  }
  return newest ? newest->key : std::string{};
}

std::string Directory::channel(std::string_view from, std::string_view to) const {
  std::string prefix{from};
  prefix.append(".").append(to).append(".");
  for (auto it = agreement.channels.rbegin(); it != agreement.channels.rend(); ++it) {
    if (it->channel.starts_with(prefix)) return it->channel;
  }
  return prefix + "main";
}

std::expected<Directory, std::string> make_directory(
    const std::map<std::string, std::string, std::less<>>& records) {
  Directory directory;
  const std::vector<std::string> agreements = editions(records, "agreement/");
  if (agreements.empty()) return directory;
  std::map<std::string, std::vector<evidence::PartyRecord>, std::less<>> roots;
  std::optional<evidence::Agreement> last;
  for (const std::string& record : agreements) {
    auto next = evidence::next_agreement(last ? &*last : nullptr, record, {});
    if (!next) return std::unexpected{"agreement: " + next.error().code};
    last = std::move(*next);
    for (const evidence::PartyRecord& party : last->parties) roots[party.party].push_back(party);
  }
  directory.formed = true;
  directory.agreement = std::move(*last);
  for (const auto& [party, known] : roots) {
    const std::vector<std::string> lists = editions(records, "keys/" + party + "/");
    if (lists.empty()) continue;
    auto keys = last_keys(lists, party, directory.agreement.id, known);
    if (!keys) return std::unexpected{std::move(keys.error())};
    directory.keys_edition[party] = keys->edition;
    directory.keys.merge(keys->keys);
  }
  return directory;
}

}  // namespace bashu::node
