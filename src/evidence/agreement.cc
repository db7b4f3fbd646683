#include "evidence/agreement.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/elsewhere.h"
#include "evidence/grammar.h"
#include "evidence/known.h"
#include "evidence/members.h"
#include "evidence/signatories.h"
#include "evidence/signing.h"
#include "evidence/sm2.h"
#include "evidence/succession.h"

namespace bashu::evidence {
namespace {

constexpr std::size_t kRecordMax = std::size_t{2} << 20;  // as evidence of an entry
constexpr std::size_t kSignaturesMax = 256;
constexpr std::size_t kKeySize = 32;
constexpr std::int64_t kPayloadLimit = 1 << 20;

std::unexpected<Bad> bad(Code code) { return std::unexpected{Bad{code}}; }

struct Signature {
  std::string protected_header, signature;  // as they stand, base64url
  std::string kid, type;
};
struct SignedRecord {
  std::string payload;  // base64url
  std::string content;  // decoded
  std::vector<Signature> signatures;
};

Verified<Signature> read_signature(const Value& value) {
  Members members{value};
  Signature read{.protected_header = members.text("protected"),
                 .signature = members.text("signature"),
                 .kid = {},
                 .type = {}};
  const auto header_text = from_base64url(read.protected_header);
  if (!members.sound() || !header_text || !from_base64url(read.signature))
    return bad("record-form");
  const auto header_value = parse_json(*header_text);
  if (!header_value) return bad("record-header");
  Members header{*header_value};
  header.require(header.text("alg") == "EdDSA");
  read.kid = header.text("kid");
  read.type = header.text("typ");
  if (!header.sound()) return bad("record-header");
  return read;
}

Verified<SignedRecord> read_record(std::string_view text) {
  if (text.size() > kRecordMax) return bad("record-form");
  const auto value = parse_json(text);
  if (!value) return bad("record-form");
  Members members{*value};
  SignedRecord record{.payload = members.text("payload"), .content = {}, .signatures = {}};
  const Value::List& signatures = members.list("signatures");
  auto content = from_base64url(record.payload);
  if (!members.sound() || !content || signatures.size() > kSignaturesMax) return bad("record-form");
  record.content = *std::move(content);
  for (const Value& one : signatures) {
    Verified<Signature> read = read_signature(one);
    if (!read) return std::unexpected{read.error()};
    record.signatures.push_back(*std::move(read));
  }
  return record;
}

std::string record_text(std::string_view payload, const std::vector<Signature>& signatures) {
  Value::List list;
  for (const Signature& one : signatures)
    list.push_back(
        Value::Record{{"protected", one.protected_header}, {"signature", one.signature}});
  return canonical_json(
      Value::Record{{"payload", std::string{payload}}, {"signatures", std::move(list)}});
}

std::string header_of(std::string_view type, std::string_view kid) {
  return base64url(canonical_json(
      Value::Record{{"alg", "EdDSA"}, {"kid", std::string{kid}}, {"typ", std::string{type}}}));
}
std::string input_of(std::string_view payload, std::string_view type, std::string_view kid) {
  std::string input = header_of(type, kid) + '.';
  input += payload;
  return input;
}

Signature signature_of(std::string_view type, std::string_view kid, std::string_view bytes) {
  return {.protected_header = header_of(type, kid),
          .signature = base64url(bytes),
          .kid = std::string{kid},
          .type = std::string{type}};
}

Signature sign(std::string_view payload, std::string_view type, const Signer& signer) {
  return signature_of(type, signer.kid,
                      sign_ed25519(signer.secret_key, input_of(payload, type, signer.kid)));
}

using Roots = std::map<std::string, std::string>;  // kid to public key

// The kids of `roots` that signed. A signature by a known kid must verify, others do not count.
Verified<std::set<std::string>> check_signatures(const SignedRecord& record, std::string_view type,
                                                 const Roots& roots) {
  std::set<std::string> signed_by;
  for (const Signature& one : record.signatures) {
    if (one.type != type) return bad("record-header");
    const auto root = roots.find(one.kid);
    if (root == roots.end()) continue;
    const auto signature = from_base64url(one.signature);
    if (!signature ||
        !verify_ed25519(root->second, one.protected_header + '.' + record.payload, *signature))
      return bad("record-signature");
    signed_by.insert(one.kid);
  }
  return signed_by;
}

constexpr std::size_t kReasonMax = 500;
bool is_reason(std::string_view text) { return !text.empty() && text.size() <= kReasonMax; }

bool is_division(std::string_view text) {
  return (text.size() == 2 || text.size() == 4 || text.size() == 6) &&
         std::ranges::all_of(text, [](char c) { return '0' <= c && c <= '9'; });
}

std::optional<NodeRecord> read_node(const Value& value) {
  Members members{value};
  NodeRecord node{.of = members.text("of"), .divisions = {}, .site = {}};
  for (const Value& one : members.list("divisions")) {
    const std::string* text = one.as_text();
    members.require(text && is_division(*text));
    if (text) node.divisions.push_back(*text);
  }
  node.site = members.text("site");
  constexpr std::size_t kSiteMax = 200;
  members.require((node.of.empty() || is_party(node.of)) && !node.divisions.empty());
  members.require(
      node.site.size() <= kSiteMax &&
      (node.site.empty() || node.site.starts_with("https://") || node.site.starts_with("http://")));
  members.require(std::ranges::is_sorted(node.divisions) &&
                  std::ranges::adjacent_find(node.divisions) == node.divisions.end());
  if (!members.sound()) return std::nullopt;
  return node;
}

std::optional<PartyRecord> read_party(const Value& value) {
  Members members{value};
  PartyRecord party;
  party.party = members.text("party");
  const std::string role = members.text("role");
  party.member = role == "member";
  party.origin = members.text("origin");
  party.endpoint = members.text("endpoint");
  Members root{members.any("root")};
  party.root_kid = root.text("kid");
  root.require(root.text("alg") == "EdDSA");
  party.root_key = root.bytes("key", kKeySize);
  for (const Value& digest : members.list("tls_ca")) {
    const std::string* text = digest.as_text();
    members.require(text && is_hash_text(*text));
    if (text) party.tls_ca.push_back(*text);
  }
  party.predecessors = members.list("predecessors");
  if (value.find("node")) {
    party.node = read_node(members.any("node"));
    members.require(party.node && party.member);
  }
  members.require(is_party(party.party) && (party.member || role == "auditor"));
  members.require(party.root_kid.starts_with(party.party + '/'));
  if (!members.sound() || !root.sound()) return std::nullopt;
  return party;
}

std::optional<ChannelRecord> read_channel(const Value& value) {
  Members members{value};
  ChannelRecord channel{.channel = members.text("channel"),
                        .window = members.integer("window", 1),
                        .backlog = members.integer("backlog", 1),
                        .from_seq = members.integer("from_seq", 1)};
  members.require(split_channel(channel.channel).has_value());
  if (!members.sound()) return std::nullopt;
  return channel;
}

// What a circle may require is fixed here, so that no edition asks for what nobody checks.
std::optional<SecondPolicy> read_second(const Value& value) {
  Members members{value};
  members.require(members.text("alg") == kSm2Algorithm);
  members.require(members.text("distid") == kSm2Id);
  SecondPolicy policy;
  const Value& required = members.any("required");
  members.require(required.as_record() != nullptr);
  if (!members.sound()) return std::nullopt;
  for (const auto& [what, from] : *required.as_record()) {
    const std::int64_t* time = from.as_int();
    if ((what != "envelopes" && what != "receipts" && what != "checkpoints") || !time || *time < 0)
      return std::nullopt;
    policy.emplace(what, *time);
  }
  return policy;
}

constexpr std::string_view kPseudonymsAlgorithm = "ristretto255-SHA512";

// The generation; nullopt: misshapen, or another way to make them than the one there is.
std::optional<std::int64_t> read_pseudonyms(const Value& value) {
  Members members{value};
  members.require(members.text("alg") == kPseudonymsAlgorithm);
  members.require(members.integer("threshold", 2, 2) == 2);
  const std::int64_t generation = members.integer("generation", 1);
  return members.sound() ? std::optional{generation} : std::nullopt;
}

// A node belongs to a party that is there, and itself to no other; no division is given to two.
bool nodes_consistent(const Agreement& agreement) {
  std::set<std::pair<std::string_view, std::string_view>> given;
  for (const PartyRecord& party : agreement.parties) {
    if (!party.node) continue;
    const std::string_view of = party.node->of.empty() ? party.party : party.node->of;
    const PartyRecord* first = agreement.party(of);
    if (party.node->of == party.party || !first || !first->node || !first->node->of.empty())
      return false;
    for (const std::string& division : party.node->divisions)
      if (!given.emplace(of, division).second) return false;
  }
  return true;
}

std::optional<Expelled> read_expelled(const Value& value) {
  Members members{value};
  Expelled expelled{.party = members.text("party"), .reason = members.text("reason")};
  members.require(is_party(expelled.party) && is_reason(expelled.reason));
  if (!members.sound()) return std::nullopt;
  return expelled;
}

std::optional<RootChange> read_root_change(const Value& value) {
  Members members{value};
  RootChange change{.party = members.text("party"),
                    .keys = members.integer("keys", 0),
                    .digest = members.text("digest"),
                    .lost = false,
                    .reason = members.text("reason")};
  const bool* lost = members.any("lost").as_bool();
  members.require(lost != nullptr && is_party(change.party));
  change.lost = lost && *lost;
  members.require(change.keys == 0 ? change.digest.empty() : is_hash_text(change.digest));
  members.require(change.lost ? is_reason(change.reason) : change.reason.empty());
  if (!members.sound()) return std::nullopt;
  return change;
}

// In the order of their parties, none twice.
bool in_order(const auto& list) {
  return std::ranges::adjacent_find(
             list, [](const auto& a, const auto& b) { return a.party >= b.party; }) == list.end();
}

// No two parties of one id or root, no channel twice, and both ends of each among the parties.
bool consistent(const Agreement& agreement) {
  std::set<std::string_view> ids, kids, channels;
  for (const PartyRecord& party : agreement.parties)
    if (!ids.insert(party.party).second || !kids.insert(party.root_kid).second) return false;
  for (const ChannelRecord& channel : agreement.channels) {
    const auto parts = split_channel(channel.channel);
    if (!parts || parts->from == parts->to || !ids.contains(parts->from) ||
        !ids.contains(parts->to) || !channels.insert(channel.channel).second)
      return false;
  }
  return true;
}

// Who is expelled and whose root changes; both lists may be missing, none is empty.
bool read_changes(const Value& value, Members& members, Agreement& agreement) {
  if (value.find("expelled")) {
    for (const Value& one : members.list("expelled")) {
      auto expelled = read_expelled(one);
      if (!expelled) return false;
      agreement.expelled.push_back(*std::move(expelled));
    }
    if (agreement.expelled.empty()) return false;
  }
  if (value.find("roots")) {
    for (const Value& one : members.list("roots")) {
      auto change = read_root_change(one);
      if (!change) return false;
      agreement.roots.push_back(*std::move(change));
    }
    if (agreement.roots.empty()) return false;
  }
  return in_order(agreement.expelled) && in_order(agreement.roots);
}

Verified<Agreement> read_content(const SignedRecord& record) {
  const auto value = parse_json(record.content);
  if (!value) return bad("record-form");
  Members members{*value};
  Agreement agreement;
  members.require(members.integer("v", 1, 1) == 1);
  agreement.id = members.text("agreement");
  agreement.digest = hex(sha256(record.content));
  agreement.edition = members.integer("edition", 1);
  agreement.previous = members.text("previous");
  agreement.name = members.text("name");
  agreement.effective = members.integer("effective", 0);
  for (const Value& one : members.list("parties")) {
    auto party = read_party(one);
    if (!party) return bad("record-form");
    agreement.parties.push_back(*std::move(party));
  }
  for (const Value& one : members.list("channels")) {
    auto channel = read_channel(one);
    if (!channel) return bad("record-form");
    agreement.channels.push_back(*std::move(channel));
  }
  Members limits{members.any("limits")};
  agreement.max_life_s = limits.integer("max_life_s", 1);
  agreement.max_payload = limits.integer("max_payload", 1, kPayloadLimit);
  agreement.rate_per_s = limits.integer("rate_per_s", 1);
  Members witness{members.any("witness")};
  agreement.quorum = witness.integer("quorum", 0);
  for (const Value& name : witness.list("names")) {
    const std::string* text = name.as_text();
    witness.require(text != nullptr);
    if (text) agreement.witnesses.push_back(*text);
  }
  // These may be missing, as `node` of a party: editions of circles without them have none.
  if (value->find("pseudonyms")) {
    const auto generation = read_pseudonyms(members.any("pseudonyms"));
    if (!generation) return bad("record-form");
    agreement.pseudonyms = *generation;
  }
  if (value->find("second")) {
    agreement.second = read_second(members.any("second"));
    if (!agreement.second) return bad("record-form");
  }
  if (!read_changes(*value, members, agreement)) return bad("record-form");
  if (!members.sound() || !limits.sound() || !witness.sound() || !consistent(agreement) ||
      !nodes_consistent(agreement))
    return bad("record-form");
  return agreement;
}

// Nothing is required of what was signed before the edition that requires it.
bool requires_fairly(const Agreement& agreement, const Agreement* last) {
  if (!agreement.second) return true;
  return std::ranges::all_of(*agreement.second, [&](const auto& required) {
    const auto& [what, from] = required;
    return from >= agreement.effective || (last && last->second_from(what) == from);
  });
}

// A secret once shared is never given up for the one key, and who joins or leaves changes it: there
// is no share for the one, and the other keeps his.
bool shares_fairly(const Agreement& agreement, const Agreement* last) {
  if (!last) return agreement.pseudonyms <= 1;
  const std::int64_t more = agreement.pseudonyms - last->pseudonyms;
  if (more != 0 && more != 1) return false;
  return more == 1 || agreement.pseudonyms == 0 || agreement.members() == last->members();
}

std::optional<KeyRecord> read_key(const Value& value, std::string_view party) {
  Members members{value};
  KeyRecord key;
  key.party = party;
  key.kid = members.text("kid");
  key.role = members.text("role");
  key.alg = members.text("alg");
  key.key = members.bytes("key", key.alg == kSm2Algorithm ? kSm2KeySize : kKeySize);
  key.name = members.text("name");
  key.from = members.integer("from", 0);
  key.to = members.integer("to", key.from);
  key.revoked = members.integer("revoked", 0);
  members.require(is_token(key.role));
  if (!members.sound()) return std::nullopt;
  return key;
}

// Whether `now` is what `before` may become.
bool continues(const KeyRecord& before, const KeyRecord& now) {
  return now.role == before.role && now.alg == before.alg && now.key == before.key &&
         now.name == before.name && now.from == before.from && now.to <= before.to &&
         (before.revoked == 0 || now.revoked == before.revoked);
}

}  // namespace

std::vector<std::string> Agreement::members() const {
  std::vector<std::string> ids;
  for (const PartyRecord& one : parties) {
    if (one.member) ids.push_back(one.party);
  }
  std::ranges::sort(ids);
  return ids;
}

std::optional<std::int64_t> Agreement::second_from(std::string_view what) const {
  if (!second) return std::nullopt;
  const auto it = second->find(what);
  return it == second->end() ? std::nullopt : std::optional{it->second};
}

const PartyRecord* Agreement::party(std::string_view id_of_party) const {
  const auto it = std::ranges::find(parties, id_of_party, &PartyRecord::party);
  return it == parties.end() ? nullptr : &*it;
}

const ChannelRecord* Agreement::channel(std::string_view name_of_channel) const {
  const auto it = std::ranges::find(channels, name_of_channel, &ChannelRecord::channel);
  return it == channels.end() ? nullptr : &*it;
}

Value node_value(const NodeRecord& node) {
  return Value::Record{{"of", node.of},
                       {"divisions", Value::List(node.divisions.begin(), node.divisions.end())},
                       {"site", node.site}};
}

std::string agreement_payload(const Agreement& agreement) {
  Value::List parties, channels, witnesses;
  for (const PartyRecord& party : agreement.parties) {
    Value::List tls_ca{party.tls_ca.begin(), party.tls_ca.end()};
    Value::Record record{{"party", party.party},
                         {"role", party.member ? "member" : "auditor"},
                         {"origin", party.origin},
                         {"endpoint", party.endpoint},
                         {"root", Value::Record{{"kid", party.root_kid},
                                                {"alg", "EdDSA"},
                                                {"key", base64url(party.root_key)}}},
                         {"tls_ca", std::move(tls_ca)},
                         {"predecessors", party.predecessors}};
    if (party.node) record["node"] = node_value(*party.node);
    parties.push_back(std::move(record));
  }
  for (const ChannelRecord& channel : agreement.channels)
    channels.push_back(Value::Record{{"channel", channel.channel},
                                     {"window", channel.window},
                                     {"backlog", channel.backlog},
                                     {"from_seq", channel.from_seq}});
  for (const std::string& name : agreement.witnesses) witnesses.push_back(name);
  Value::Record payload{
      {"v", 1},
      {"agreement", agreement.edition == 1 ? std::string{} : agreement.id},
      {"edition", agreement.edition},
      {"previous", agreement.previous},
      {"name", agreement.name},
      {"effective", agreement.effective},
      {"parties", std::move(parties)},
      {"channels", std::move(channels)},
      {"limits", Value::Record{{"max_life_s", agreement.max_life_s},
                               {"max_payload", agreement.max_payload},
                               {"rate_per_s", agreement.rate_per_s}}},
      {"witness", Value::Record{{"quorum", agreement.quorum}, {"names", std::move(witnesses)}}}};
  if (agreement.pseudonyms > 0) {
    payload["pseudonyms"] = Value::Record{{"alg", std::string{kPseudonymsAlgorithm}},
                                          {"threshold", 2},
                                          {"generation", agreement.pseudonyms}};
  }
  for (const Expelled& one : agreement.expelled) {
    Value& list = payload.try_emplace("expelled", Value::List{}).first->second;
    list.as_list()->push_back(Value::Record{{"party", one.party}, {"reason", one.reason}});
  }
  for (const RootChange& one : agreement.roots) {
    Value& list = payload.try_emplace("roots", Value::List{}).first->second;
    list.as_list()->push_back(Value::Record{{"party", one.party},
                                            {"keys", one.keys},
                                            {"digest", one.digest},
                                            {"lost", one.lost},
                                            {"reason", one.reason}});
  }
  if (agreement.second) {
    Value::Record required;
    for (const auto& [what, from] : *agreement.second) required[what] = from;
    payload["second"] = Value::Record{{"alg", std::string{kSm2Algorithm}},
                                      {"distid", std::string{kSm2Id}},
                                      {"required", std::move(required)}};
  }
  return canonical_json(payload);
}

std::string keys_payload(std::string_view agreement_id, std::string_view party,
                         std::int64_t edition, std::string_view previous, std::int64_t issued,
                         const std::vector<KeyRecord>& keys) {
  Value::List list;
  for (const KeyRecord& key : keys)
    list.push_back(Value::Record{{"kid", key.kid},
                                 {"role", key.role},
                                 {"alg", key.alg},
                                 {"key", base64url(key.key)},
                                 {"name", key.name},
                                 {"from", key.from},
                                 {"to", key.to},
                                 {"revoked", key.revoked}});
  return canonical_json(Value::Record{{"v", 1},
                                      {"agreement", std::string{agreement_id}},
                                      {"party", std::string{party}},
                                      {"edition", edition},
                                      {"previous", std::string{previous}},
                                      {"issued", issued},
                                      {"keys", std::move(list)}});
}

std::string signed_record(std::string_view payload, std::string_view type,
                          const std::vector<Signer>& signers) {
  const std::string encoded = base64url(payload);
  std::vector<Signature> signatures;
  for (const Signer& signer : signers) signatures.push_back(sign(encoded, type, signer));
  return record_text(encoded, signatures);
}

Verified<std::string> add_signature(std::string_view record, std::string_view type,
                                    const Signer& signer) {
  const Verified<std::string> input = signing_input(record, type, signer.kid);
  if (!input) return input;
  return put_signature(record, type, signer.kid, sign_ed25519(signer.secret_key, *input));
}

Verified<std::string> signing_input(std::string_view record, std::string_view type,
                                    std::string_view kid) {
  const Verified<SignedRecord> read = read_record(record);
  if (!read) return std::unexpected{read.error()};
  return input_of(read->payload, type, kid);
}

Verified<std::string> put_signature(std::string_view record, std::string_view type,
                                    std::string_view kid, std::string_view signature) {
  Verified<SignedRecord> read = read_record(record);
  if (!read) return std::unexpected{read.error()};
  for (const Signature& one : read->signatures)
    if (one.type != type) return bad("record-header");
  std::erase_if(read->signatures, [&](const Signature& one) { return one.kid == kid; });
  read->signatures.push_back(signature_of(type, kid, signature));
  return record_text(read->payload, read->signatures);
}

Verified<Agreement> read_agreement(std::string_view record) {
  const Verified<SignedRecord> read = read_record(record);
  if (!read) return std::unexpected{read.error()};
  Verified<Agreement> agreement = read_content(*read);
  if (agreement && agreement->edition == 1) agreement->id = agreement->digest;
  return agreement;
}

Verified<std::vector<std::string>> record_signers(std::string_view record) {
  const Verified<SignedRecord> read = read_record(record);
  if (!read) return std::unexpected{read.error()};
  std::vector<std::string> kids;
  for (const Signature& one : read->signatures) kids.push_back(one.kid);
  return kids;
}

Verified<Agreement> next_agreement(const Agreement* last, std::string_view record,
                                   std::string_view pinned) {
  const Verified<SignedRecord> read = read_record(record);
  if (!read) return std::unexpected{read.error()};
  Verified<Agreement> agreement = read_content(*read);
  if (!agreement) return agreement;
  const Verified<Roots> roots = signatories(last, *agreement);
  if (!roots) return std::unexpected{roots.error()};
  const Verified<std::set<std::string>> signed_by = check_signatures(*read, kAgreementType, *roots);
  if (!signed_by) return std::unexpected{signed_by.error()};
  if (last) {
    if (agreement->edition != last->edition + 1 || agreement->previous != last->digest ||
        agreement->id != last->id)
      return bad("agreement-chain");
  } else {
    if (!pinned.empty() && agreement->digest != pinned) return bad("agreement-pin");
    if (agreement->edition != 1 || !agreement->previous.empty() || !agreement->id.empty())
      return bad("agreement-chain");
    agreement->id = agreement->digest;
  }
  if (!requires_fairly(*agreement, last) || !shares_fairly(*agreement, last) ||
      !succeeds_fairly(*agreement, last)) {
    return bad("agreement-chain");
  }
  if (signed_by->size() != roots->size()) return bad("agreement-signature");
  return agreement;
}

Verified<Agreement> open_agreements(const std::vector<std::string>& editions,
                                    std::string_view pinned, Known* known) {
  if (editions.empty()) return bad("agreement-chain");
  std::optional<Agreement> last;
  for (const std::string& record : editions) {
    Verified<Agreement> next = next_agreement(last ? &*last : nullptr, record, pinned);
    if (!next) return next;
    last = *std::move(next);
    if (known) known->adopt(*last);
  }
  return *std::move(last);
}

Verified<KeysEdition> read_keys(std::string_view record) {
  const Verified<SignedRecord> read = read_record(record);
  if (!read) return std::unexpected{read.error()};
  const auto value = parse_json(read->content);
  if (!value) return bad("record-form");
  Members members{*value};
  members.require(members.integer("v", 1, 1) == 1);
  KeysEdition edition{.party = members.text("party"),
                      .agreement = members.text("agreement"),
                      .edition = members.integer("edition", 1),
                      .previous = members.text("previous"),
                      .digest = hex(sha256(read->content)),
                      .issued = members.integer("issued", 0),
                      .keys = {}};
  const Value::List& keys = members.list("keys");
  if (!members.sound() || !is_party(edition.party)) return bad("record-form");
  for (const Value& one : keys) {
    std::optional<KeyRecord> key = read_key(one, edition.party);
    if (!key) return bad("record-form");
    if (!key->kid.starts_with(edition.party + '/')) return bad("keys-kid");
    std::string kid = key->kid;
    if (!edition.keys.try_emplace(std::move(kid), *std::move(key)).second) return bad("keys-kid");
  }
  return edition;
}

Verified<KeysEdition> next_keys(const KeysEdition* last, std::string_view record,
                                const KeysOwner& owner) {
  const Verified<SignedRecord> read = read_record(record);
  if (!read) return std::unexpected{read.error()};
  const Roots roots{{std::string{owner.root_kid}, std::string{owner.root_key}}};
  const Verified<std::set<std::string>> signed_by = check_signatures(*read, kKeysType, roots);
  if (!signed_by) return std::unexpected{signed_by.error()};
  if (signed_by->empty()) return bad("keys-signature");
  Verified<KeysEdition> edition = read_keys(record);
  if (!edition) return edition;
  if (edition->party != owner.party || edition->agreement != owner.agreement_id ||
      edition->edition != (last ? last->edition + 1 : 1) ||
      edition->previous != (last ? last->digest : std::string{}))
    return bad("keys-chain");
  if (!last) return edition;
  for (const auto& [kid, before] : last->keys) {
    const auto now = edition->keys.find(kid);
    if (now == edition->keys.end() || !continues(before, now->second)) return bad("keys-history");
  }
  return edition;
}

Verified<KeyList> open_keys(const std::vector<std::string>& editions, std::string_view party,
                            std::string_view agreement_id, std::string_view root_kid,
                            std::string_view root_key) {
  const KeysOwner owner{party, agreement_id, root_kid, root_key};
  std::optional<KeysEdition> last;
  for (const std::string& record : editions) {
    Verified<KeysEdition> next = next_keys(last ? &*last : nullptr, record, owner);
    if (!next) return std::unexpected{next.error()};
    last = *std::move(next);
  }
  return last ? std::move(last->keys) : KeyList{};
}

}  // namespace bashu::evidence
