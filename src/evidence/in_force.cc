#include "evidence/in_force.h"

#include <algorithm>
#include <string>
#include <vector>

namespace bashu::evidence {

Verified<Receipt> open_receipt(std::string_view receipt, const LogOwner& owner, const KeyList& keys,
                               std::span<const WitnessKey> witnesses) {
  std::vector<const KeyRecord*> known;
  std::vector<std::string> log_keys;
  for (const auto& [kid, key] : keys) {
    if (key.role != "log" || key.party != owner.party || key.name != owner.origin) continue;
    known.push_back(&key);
    log_keys.push_back(key.key);
  }
  // The time stands in the entry, so the receipt must be opened to know which keys count.
  Verified<Receipt> opened = open_receipt(receipt, owner.origin, log_keys, witnesses);
  if (!opened) return opened;
  const auto at = static_cast<std::int64_t>(opened->entry.time / 1000);
  std::vector<std::string> in_force;
  for (const KeyRecord* key : known)
    if (key->from <= at && at <= key->to) in_force.push_back(key->key);
  if (in_force.size() == log_keys.size()) return opened;
  return open_receipt(receipt, owner.origin, in_force, witnesses);
}

bool signed_revoked(std::string_view text, const LogOwner& owner, const KeyList& keys) {
  std::vector<std::string> firsts, revoked_firsts, revoked_seconds;
  for (const auto& [kid, key] : keys) {
    if (key.role != "log" || key.party != owner.party || key.name != owner.origin) continue;
    const bool second = key.alg == kSm2Algorithm;
    if (!second) firsts.push_back(key.key);
    if (key.revoked != 0) (second ? revoked_seconds : revoked_firsts).push_back(key.key);
  }
  constexpr std::string_view kProof = "c2sp.org/tlog-proof@v1\n";
  if (text.starts_with(kProof)) text.remove_prefix(std::min(text.size(), text.find("\n\n") + 2));
  if (!revoked_firsts.empty() && open_checkpoint(text, owner.origin, revoked_firsts)) return true;
  if (revoked_seconds.empty()) return false;
  firsts.insert(firsts.end(), revoked_seconds.begin(), revoked_seconds.end());
  const auto opened = open_checkpoint(text, owner.origin, firsts);
  return opened && opened->second;
}

}  // namespace bashu::evidence
