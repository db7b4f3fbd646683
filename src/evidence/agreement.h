// The agreement and the key lists: who the parties are and which keys speak for them
// (docs/formats/evidence.md section 10). Both are signed records, kept as they came.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "evidence/bad.h"

namespace bashu::evidence {

// One of several nodes by which a party decides, each a member for itself (docs/guide/split.md).
struct NodeRecord {
  std::string of;  // the party whose node it is; empty: the party's first one, which bears its name
  std::vector<std::string> divisions;  // prefixes of GB/T 2260 codes, in order; the longest decides
  std::string site;                    // where its people work, `https://...`
  friend bool operator==(const NodeRecord&, const NodeRecord&) = default;
};
struct PartyRecord {
  std::string party;
  bool member = true;  // false: auditor
  std::string origin;
  std::string endpoint;
  std::string root_kid;
  std::string root_key;                           // 32 bytes
  std::vector<std::string> tls_ca;                // hex SHA-256 of DER
  Value predecessors{Value::List{}};              // evidence/succession.h
  std::optional<NodeRecord> node = std::nullopt;  // nullopt: it decides alone
};
struct ChannelRecord {
  std::string channel;
  std::int64_t window = 64, backlog = 100'000, from_seq = 1;
};
// Where SM2 over SM3 is required beside Ed25519, and from when (docs/formats/evidence.md 18):
// `envelopes`, `receipts`, `checkpoints` to seconds. Signed by every party that can once there is
// one.
using SecondPolicy = std::map<std::string, std::int64_t, std::less<>>;
// Whom an edition names no more against its will, or without hearing it.
struct Expelled {
  std::string party, reason;
  friend bool operator==(const Expelled&, const Expelled&) = default;
};
// A party whose root another one follows. Its key lists up to `keys` are of the root before, and
// only those.
struct RootChange {
  std::string party;
  std::int64_t keys = 0;  // the last list signed by the root before; 0: none
  std::string digest;     // of that list, hex; empty: there is none
  bool lost = false;      // the root before signs nothing any more, this edition neither
  std::string reason;     // of a lost one
  friend bool operator==(const RootChange&, const RootChange&) = default;
};
struct Agreement {
  std::string id;      // digest of edition 1, hex
  std::string digest;  // of this edition, hex
  std::int64_t edition = 0;
  std::string previous;
  std::string name;
  std::int64_t effective = 0;
  std::vector<PartyRecord> parties;
  std::vector<ChannelRecord> channels;
  std::int64_t max_life_s = 2'592'000, max_payload = 1'048'576, rate_per_s = 2'000;
  std::int64_t quorum = 0;
  std::vector<std::string> witnesses;
  std::optional<SecondPolicy> second = std::nullopt;
  // How often the members have shared a secret for pseudonyms (docs/formats/exchange.md); 0: never,
  // they have one key of the circle.
  std::int64_t pseudonyms = 0;
  std::vector<Expelled> expelled = {};  // with this edition
  std::vector<RootChange> roots = {};   // with this edition

  // Of its members, in order.
  [[nodiscard]] std::vector<std::string> members() const;
  // From when `what` needs the second signature; nullopt: it does not.
  [[nodiscard]] std::optional<std::int64_t> second_from(std::string_view what) const;
  [[nodiscard]] const PartyRecord* party(std::string_view id) const;
  [[nodiscard]] const ChannelRecord* channel(std::string_view name) const;
};
struct KeyRecord {
  std::string party, kid, role, alg;
  std::string key;  // 32 bytes; of SM2-SM3 65
  std::string name;
  std::int64_t from = 0, to = 0, revoked = 0;  // seconds
};
using KeyList = std::map<std::string, KeyRecord, std::less<>>;  // by kid

struct Signer {
  std::string kid;
  std::string secret_key;  // 64 bytes
};
// Payload texts and signed records.
[[nodiscard]] Value node_value(const NodeRecord& node);  // as it stands in an agreement
[[nodiscard]] std::string agreement_payload(const Agreement& agreement);  // id empty in edition 1
[[nodiscard]] std::string keys_payload(std::string_view agreement_id, std::string_view party,
                                       std::int64_t edition, std::string_view previous,
                                       std::int64_t issued, const std::vector<KeyRecord>& keys);
inline constexpr std::string_view kAgreementType = "bashu-agreement+jws";
inline constexpr std::string_view kKeysType = "bashu-keys+jws";
[[nodiscard]] std::string signed_record(std::string_view payload, std::string_view type,
                                        const std::vector<Signer>& signers);
// Adds one signature to a record (for a circle that signs one after the other).
[[nodiscard]] Verified<std::string> add_signature(std::string_view record, std::string_view type,
                                                  const Signer& signer);
// What an agreement says, without any check of signatures; for showing and composing.
[[nodiscard]] Verified<Agreement> read_agreement(std::string_view record);
[[nodiscard]] Verified<std::vector<std::string>> record_signers(std::string_view record);  // kids

class Known;
// Follows the chain of editions. `pinned`: the agreement id; empty accepts edition 1 as it is.
// `known` hears of each of them.
[[nodiscard]] Verified<Agreement> open_agreements(const std::vector<std::string>& editions,
                                                  std::string_view pinned, Known* known = nullptr);
// Follows one party's key lists from edition 1; the records of the last.
[[nodiscard]] Verified<KeyList> open_keys(const std::vector<std::string>& editions,
                                          std::string_view party, std::string_view agreement_id,
                                          std::string_view root_kid, std::string_view root_key);

// One step of each chain, for a holder of the editions before it; nullptr: the first.
[[nodiscard]] Verified<Agreement> next_agreement(const Agreement* last, std::string_view record,
                                                 std::string_view pinned);
struct KeysEdition {
  std::string party;
  std::string agreement;  // id, hex
  std::int64_t edition = 0;
  std::string previous;     // digest, hex; empty in edition 1
  std::string digest;       // of this edition, hex
  std::int64_t issued = 0;  // seconds
  KeyList keys;
};
// What a key list says, without any check of signatures or chain.
[[nodiscard]] Verified<KeysEdition> read_keys(std::string_view record);
struct KeysOwner {
  std::string_view party, agreement_id, root_kid, root_key;
};
[[nodiscard]] Verified<KeysEdition> next_keys(const KeysEdition* last, std::string_view record,
                                              const KeysOwner& owner);

}  // namespace bashu::evidence
