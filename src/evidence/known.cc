#include "evidence/known.h"

#include <algorithm>
#include <utility>

namespace bashu::evidence {

void Known::adopt(const Agreement& edition) {
  agreement_ = edition.id;
  for (const PartyRecord& party : edition.parties) {
    One& one = all_[party.party];
    one.record = party;
    if (!one.roots.empty() && one.roots.back().kid == party.root_kid) continue;
    std::int64_t from = 1;
    const auto change = std::ranges::find(edition.roots, party.party, &RootChange::party);
    if (!one.roots.empty() && change != edition.roots.end()) {
      from = change->keys + 1;
      one.roots.back().to = change->keys;
      one.roots.back().digest = change->digest;
    }
    one.roots.push_back(
        {.kid = party.root_kid, .key = party.root_key, .from = from, .to = {}, .digest = {}});
  }
}

const PartyRecord* Known::party(std::string_view id) const {
  const auto it = all_.find(id);
  return it == all_.end() ? nullptr : &it->second.record;
}

std::vector<std::string> Known::parties() const {
  std::vector<std::string> ids;
  for (const auto& [id, one] : all_) ids.push_back(id);
  return ids;
}

Verified<KeysEdition> Known::next_keys(const KeysEdition* last, std::string_view record) const {
  const Verified<KeysEdition> read = read_keys(record);
  if (!read) return read;
  const auto it = all_.find(read->party);
  Verified<KeysEdition> next = std::unexpected{Bad{"keys-signature"}};
  if (it == all_.end()) return next;
  // The newest first: what it says of the list is told if none of them signed it.
  for (auto root = it->second.roots.rbegin(); root != it->second.roots.rend(); ++root) {
    if (read->edition < root->from || read->edition > root->to.value_or(read->edition)) continue;
    auto taken = evidence::next_keys(last, record,
                                     {.party = read->party,
                                      .agreement_id = agreement_,
                                      .root_kid = root->kid,
                                      .root_key = root->key});
    if (taken && read->edition == root->to && taken->digest != root->digest) {
      return std::unexpected{Bad{"keys-chain"}};
    }
    if (taken) return taken;
    if (next.error().code == "keys-signature") next = std::move(taken);
  }
  return next;
}

Verified<std::optional<KeysEdition>> Known::open_keys(const std::vector<std::string>& lists,
                                                      std::string_view party) const {
  std::optional<KeysEdition> last;
  for (const std::string& record : lists) {
    Verified<KeysEdition> next = next_keys(last ? &*last : nullptr, record);
    if (!next) return std::unexpected{next.error()};
    if (next->party != party) return std::unexpected{Bad{"keys-chain"}};
    last = *std::move(next);
  }
  return last;
}

}  // namespace bashu::evidence
