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

// Whom `last` named and `next` does not, and who is back.
void follow(std::map<std::string, Left, std::less<>>& left, const evidence::Agreement& last,
            const evidence::Agreement& next) {
  for (const evidence::PartyRecord& party : last.parties) {
    if (next.party(party.party)) continue;
    const auto why = std::ranges::find(next.expelled, party.party, &evidence::Expelled::party);
    left[party.party] = {.edition = next.edition,
                         .why = why == next.expelled.end() ? std::string{} : why->reason};
  }
  for (const evidence::PartyRecord& party : next.parties) left.erase(party.party);
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
  std::optional<evidence::Agreement> last;
  for (const std::string& record : agreements) {
    auto next = evidence::next_agreement(last ? &*last : nullptr, record, {});
    if (!next) return std::unexpected{"agreement: " + next.error().code};
    if (last) follow(directory.left, *last, *next);
    last = std::move(*next);
    directory.known.adopt(*last);
  }
  directory.formed = true;
  directory.agreement = std::move(*last);
  for (const std::string& party : directory.known.parties()) {
    auto keys = directory.known.open_keys(editions(records, "keys/" + party + "/"), party);
    if (!keys) return std::unexpected{"keys of " + party + ": " + keys.error().code};
    if (!*keys) continue;
    directory.keys_edition[party] = (*keys)->edition;
    directory.keys.merge((*keys)->keys);
  }
  return directory;
}

}  // namespace bashu::node
