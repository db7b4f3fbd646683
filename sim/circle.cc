#include "circle.h"

#include <sodium.h>

#include <algorithm>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/json.h"
#include "evidence/agreement.h"

namespace bashu::sim {

namespace {

constexpr int kKeyDays = 90, kLogKeyDays = 3'650;
constexpr std::int64_t kDayS = 86'400;

unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

evidence::PartyRecord party_record(const std::string& party) {
  evidence::PartyRecord record;
  record.party = party;
  record.origin = origin_of(party);
  record.endpoint = "https://" + party + ".example:7443/bashu/v1";
  record.root_kid = kid_of(party, "root");
  record.root_key = keys_of(party, "root").public_key;
  record.tls_ca = {hex(sha256(party))};
  return record;
}

evidence::Signer root_of(const std::string& party) {
  return {.kid = kid_of(party, "root"), .secret_key = keys_of(party, "root").signing_key};
}

std::string key_list(const std::string& agreement, const std::string& party, const Terms& terms) {
  const std::int64_t from = kEpochMs / 1'000 - kDayS;
  const auto record = [&](const char* use, int days) {
    const bool seals = std::string_view{use} == "seal";
    const std::string name = std::string_view{use} == "log"       ? origin_of(party)
                             : std::string_view{use} == "witness" ? witness_name_of(party)
                                                                  : std::string{};
    return evidence::KeyRecord{.party = party,
                               .kid = kid_of(party, use),
                               .role = use,
                               .alg = seals ? "X25519" : "EdDSA",
                               .key = keys_of(party, use).public_key,
                               .name = name,
                               .from = from,
                               .to = from + days * kDayS,
                               .revoked = 0};
  };
  std::vector<evidence::KeyRecord> keys{record("envelope", kKeyDays), record("log", kLogKeyDays),
                                        record("seal", kKeyDays)};
  if (terms.vouched) keys.push_back(record("command", kKeyDays));
  if (terms.witnessed) keys.push_back(record("witness", kLogKeyDays));
  return evidence::signed_record(evidence::keys_payload(agreement, party, 1, "", from, keys),
                                 evidence::kKeysType, {root_of(party)});
}

}  // namespace

Keys keys_of(const std::string& party, const std::string& use) {
  BASHU_ASSERT(sodium_init() >= 0);
  const Hash seed = sha256("bashu simulator " + party + " " + use);
  Keys keys{.secret = std::string{as_bytes(seed)},
            .public_key = std::string(32, '\0'),
            .signing_key = {}};
  if (use == "seal") {
    crypto_scalarmult_base(raw(keys.public_key), seed.data());
  } else {
    keys.signing_key.resize(64);
    crypto_sign_seed_keypair(raw(keys.public_key), raw(keys.signing_key), seed.data());
  }
  return keys;
}

std::string origin_of(const std::string& party) { return party + ".example/bashu/1"; }
std::string witness_name_of(const std::string& party) { return party + ".example/bashu/witness/1"; }
std::string kid_of(const std::string& party, const std::string& use) {
  return party + "/" + use + "/1";
}

std::map<std::string, std::string> identity_files(const std::string& party) {
  std::map<std::string, std::string> files;
  Value::Record keys;
  for (const char* use : {"root", "envelope", "log", "seal"}) {
    const Keys key = keys_of(party, use);
    keys[use] = Value::Record{{"kid", kid_of(party, use)}, {"public", hex(key.public_key)}};
    files["keys/" + std::string{use} + ".key"] = hex(key.secret) + "\n";
  }
  const Value config = Value::Record{{"party", party},
                                     {"name", party},
                                     {"origin", origin_of(party)},
                                     {"endpoint", "https://" + party + ".example:7443/bashu/v1"},
                                     {"peer_listen", "127.0.0.1:7443"},
                                     {"api_listen", "127.0.0.1:7080"},
                                     {"offset_minutes", 480},
                                     {"created", kEpochMs / 1'000},
                                     {"keys", std::move(keys)}};
  files["node.json"] = pretty_json(config) + "\n";
  return files;
}

Circle make_circle(const std::vector<std::string>& parties, const Terms& terms) {
  std::vector<std::string> sorted = parties;
  std::ranges::sort(sorted);
  evidence::Agreement agreement;
  agreement.edition = 1;
  agreement.name = "simulated circle";
  agreement.effective = kEpochMs / 1'000 - kDayS;
  agreement.rate_per_s = terms.rate_per_s;
  std::vector<evidence::Signer> roots;
  for (const std::string& party : parties) roots.push_back(root_of(party));
  for (const std::string& party : sorted) {
    agreement.parties.push_back(party_record(party));
    for (const std::string& other : sorted) {
      if (other == party) continue;
      agreement.channels.push_back(
          {.channel = party + "." + other + ".main", .window = terms.window});
    }
  }
  const std::string payload = evidence::agreement_payload(agreement);
  Circle made{.agreement = evidence::signed_record(payload, evidence::kAgreementType, roots),
              .key_lists = {}};
  for (const std::string& party : parties) {
    made.key_lists[party] = key_list(hex(sha256(payload)), party, terms);
  }
  return made;
}

}  // namespace bashu::sim
