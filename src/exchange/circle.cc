#include "exchange/circle.h"

#include <sodium.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "evidence/elsewhere.h"
#include "evidence/entry.h"
#include "evidence/known.h"
#include "evidence/signatories.h"
#include "evidence/signing.h"
#include "evidence/voucher.h"
#include "exchange/key_lists.h"
#include "exchange/membership.h"
#include "exchange/records.h"
#include "exchange/signed_editions.h"
#include "exchange/succession.h"
#include "exchange/witness.h"
#include "http/message.h"
#include "node/certificates.h"
#include "node/files.h"
#include "node/in_token.h"
#include "node/next_root.h"
#include "node/storage/directory_files.h"
#include "node/storage/storage.h"

namespace bashu::exchange {

namespace {

// The node checks its journal with one log key from the first entry on, so that key is not rotated
// in routine; its window is that of the root.
constexpr std::int64_t kLogKeyDays = 3'650;

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

struct Card {
  evidence::PartyRecord party;
  std::string name;
  std::int64_t offset_minutes = 480;
  std::vector<std::string> authorities;  // PEM
  Value value;                           // as it stands
};

Value card_value(const evidence::PartyRecord& party, const std::string& name, int offset_minutes,
                 const std::vector<std::string>& authorities) {
  Value::List pems;
  for (const std::string& pem : authorities) pems.emplace_back(pem);
  Value::Record card{{"party", party.party},
                     {"role", party.member ? "member" : "auditor"},
                     {"name", name},
                     {"origin", party.origin},
                     {"endpoint", party.endpoint},
                     {"root", Value::Record{{"kid", party.root_kid},
                                            {"alg", "EdDSA"},
                                            {"key", base64url(party.root_key)}}},
                     {"offset_minutes", offset_minutes},
                     {"authorities", std::move(pems)}};
  if (party.node) card["node"] = evidence::node_value(*party.node);
  return card;
}

// What is wrong with it the agreement says.
evidence::NodeRecord read_node(const Value& value) {
  evidence::NodeRecord node{
      .of = value.text_at("of"), .divisions = {}, .site = value.text_at("site")};
  const Value* divisions = value.find("divisions");
  for (const Value& one :
       divisions && divisions->as_list() ? *divisions->as_list() : Value::List{}) {
    if (const std::string* code = one.as_text()) node.divisions.push_back(*code);
  }
  return node;
}

std::expected<Card, Fault> read_card(const Value& value) {
  Card card;
  card.value = value;
  card.party.party = value.text_at("party");
  card.party.member = value.text_at("role") != "auditor";
  card.party.origin = value.text_at("origin");
  card.party.endpoint = value.text_at("endpoint");
  card.name = value.text_at("name");
  if (const Value* node = value.find("node")) card.party.node = read_node(*node);
  card.offset_minutes = value.int_at("offset_minutes", 480);
  const Value* root = value.find("root");
  if (root) card.party.root_kid = root->text_at("kid");
  const auto key = from_base64url(root ? root->text_at("key") : "");
  const Value* pems = value.find("authorities");
  const Value::List* list = pems ? pems->as_list() : nullptr;
  for (const Value& pem : list ? *list : Value::List{}) {
    const std::string* text = pem.as_text();
    const auto digest = text ? node::certificate_digest(*text) : fault("");
    if (!digest) return fault("card of " + card.party.party + ": an authority is no certificate");
    card.authorities.push_back(*text);
    card.party.tls_ca.push_back(*digest);
  }
  if (card.party.party.empty() || !key || key->size() != 32 || card.party.tls_ca.empty() ||
      !http::parse_url(card.party.endpoint) || card.offset_minutes < -840 ||
      card.offset_minutes > 840) {
    return fault("not a party's card");
  }
  card.party.root_key = *key;
  return card;
}

std::expected<Card, Fault> parse_card(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return fault("a card is not JSON: " + value.error().code);
  return read_card(*value);
}

struct CircleFile {
  std::vector<std::string> editions;
  std::vector<std::string> key_lists;
  std::map<std::string, Card, std::less<>> cards;  // by party
};

std::expected<CircleFile, Fault> read_file_text(std::string_view text) {
  const auto value = parse_json(text, kFileLimits);
  if (!value) return fault("the circle file is not JSON: " + value.error().code);
  CircleFile file;
  const auto texts = [&](const char* name, std::vector<std::string>& into) {
    const Value* member = value->find(name);
    const Value::List* list = member ? member->as_list() : nullptr;
    for (const Value& one : list ? *list : Value::List{}) {
      if (const std::string* record = one.as_text()) into.push_back(*record);
    }
  };
  texts("editions", file.editions);
  texts("keys", file.key_lists);
  const Value* cards = value->find("cards");
  const Value::List* list = cards ? cards->as_list() : nullptr;
  for (const Value& one : list ? *list : Value::List{}) {
    auto card = read_card(one);
    if (!card) return std::unexpected{card.error()};
    std::string party = card->party.party;
    file.cards.insert_or_assign(std::move(party), std::move(*card));
  }
  if (file.editions.empty()) return fault("the circle file holds no edition");
  return file;
}

std::string file_text(const CircleFile& file) {
  Value::List editions, keys, cards;
  for (const std::string& record : file.editions) editions.emplace_back(record);
  for (const std::string& record : file.key_lists) keys.emplace_back(record);
  for (const auto& [party, card] : file.cards) cards.push_back(card.value);
  return pretty_json(Value::Record{{"editions", std::move(editions)},
                                   {"keys", std::move(keys)},
                                   {"cards", std::move(cards)}}) +
         "\n";
}

std::expected<Card, Fault> own_card(const node::Identity& own) {
  const auto text = party_card(own);
  return text ? parse_card(*text) : std::unexpected{text.error()};
}

std::expected<std::optional<node::NextRoot>, Fault> next_root_of(const node::Identity& own) {
  return node::next_root(node::DirectoryFiles{own.dir});
}

// As the node will be when its next root is in place.
node::Identity with_root(node::Identity own, const node::NextRoot& next) {
  own.root = next.key;
  return own;
}

}  // namespace

evidence::KeyRecord key_record(const node::Identity& own, const node::KeyPair& key,
                               std::string_view role, std::int64_t from, std::int64_t days) {
  return {.party = own.party,
          .kid = key.kid,
          .role = std::string{role},
          .alg = role == "seal" ? "X25519" : "EdDSA",
          .key = key.public_key,
          .name = role == "log"       ? own.origin
                  : role == "witness" ? witness_name(own)
                                      : std::string{},
          .from = from,
          .to = from + days * kDayS,
          .revoked = 0};
}

namespace {

// The keys of the second signature, unless `keys` names them.
void add_second(const node::Identity& own, const std::optional<node::SecondKeys>& second,
                std::int64_t from, std::vector<evidence::KeyRecord>& keys) {
  if (!second) return;
  const auto add = [&](const evidence::SecondSigner& signer, std::string_view role) {
    const auto known = [&](const evidence::KeyRecord& key) { return key.kid == signer.kid; };
    if (std::ranges::any_of(keys, known)) return;
    const node::KeyPair pair{
        .kid = signer.kid, .public_key = signer.key.public_key(), .secret_key = {}};
    keys.push_back(key_record(own, pair, role, from, kKeyDays));
    keys.back().alg = evidence::kSm2Algorithm;
  };
  add(second->envelope, "envelope");
  add(second->log, "log");
}

// The key of the sign-in service, unless `keys` names it.
void add_command(const node::Identity& own, std::int64_t from,
                 std::vector<evidence::KeyRecord>& keys) {
  if (!own.command) return;
  const auto known = [&](const evidence::KeyRecord& key) { return key.kid == own.command->kid; };
  if (std::ranges::any_of(keys, known)) return;
  keys.push_back(key_record(own, *own.command, evidence::kCommandRole, from, kKeyDays));
}

struct FreshKeys {
  const node::KeyPair &envelope, &seal;
  const std::optional<node::KeyPair>& command;  // none: the one in use is not announced yet
  const std::optional<node::SecondKeys>& second;
};
// And the keys to witness and to sign twice with, of a node that had none of them before.
void announce(node::FileStore& files, const node::Identity& own, const FreshKeys& fresh,
              std::int64_t from, std::vector<evidence::KeyRecord>& keys) {
  keys.push_back(key_record(own, fresh.envelope, "envelope", from, kKeyDays));
  keys.push_back(key_record(own, fresh.seal, "seal", from, kKeyDays));
  const bool witness = std::ranges::any_of(
      keys, [](const evidence::KeyRecord& key) { return key.role == "witness"; });
  const auto signer = witness_signer(files, own);
  if (signer && !witness) {
    keys.push_back(key_record(own, signer->key, "witness", from, kLogKeyDays));
  }
  add_second(own, own.second, from, keys);
  add_second(own, fresh.second, from, keys);
  if (fresh.command) {
    keys.push_back(key_record(own, *fresh.command, evidence::kCommandRole, from, kKeyDays));
  }
}

// The record with the root's signature.
std::expected<std::string, Fault> signed_by_root(std::string_view record, std::string_view type,
                                                 const node::Identity& own,
                                                 const tokens::Pin& pin) {
  const auto input = evidence::signing_input(record, type, own.root.kid);
  if (!input) return fault("cannot be signed: " + input.error().code);
  BASHU_TRY(const std::string signature, node::sign_with_root(own, *input, pin));
  auto made = evidence::put_signature(record, type, own.root.kid, signature);
  if (!made) return fault("cannot be signed: " + made.error().code);
  return std::move(*made);
}

std::expected<std::string, Fault> signed_by_next(std::string_view record, std::string_view type,
                                                 const node::NextRoot& root,
                                                 const tokens::Pin& pin) {
  const auto input = evidence::signing_input(record, type, root.key.kid);
  if (!input) return fault("cannot be signed: " + input.error().code);
  BASHU_TRY(const std::string signature, node::sign_with(root, *input, pin));
  auto made = evidence::put_signature(record, type, root.key.kid, signature);
  if (!made) return fault("cannot be signed: " + made.error().code);
  return std::move(*made);
}

// An hour early, for clocks that differ.
std::expected<std::string, Fault> first_key_list(const node::Identity& own,
                                                 std::string_view agreement_id, std::int64_t now_s,
                                                 const tokens::Pin& pin) {
  const std::int64_t from = own.created - 3'600;
  std::vector<evidence::KeyRecord> keys{key_record(own, own.envelope, "envelope", from, kKeyDays),
                                        key_record(own, own.log, "log", from, kLogKeyDays),
                                        key_record(own, own.seal, "seal", from, kKeyDays)};
  node::DirectoryFiles files{own.dir};
  if (const auto signer = witness_signer(files, own)) {
    keys.push_back(key_record(own, signer->key, "witness", from, kLogKeyDays));
  }
  add_second(own, own.second, from, keys);
  add_command(own, from, keys);
  const std::string list = evidence::signed_record(
      evidence::keys_payload(agreement_id, own.party, 1, "", now_s, keys), evidence::kKeysType, {});
  return signed_by_root(list, evidence::kKeysType, own, pin);
}

bool same_party(const evidence::PartyRecord& a, const evidence::PartyRecord& b) {
  return a.party == b.party && a.member == b.member && a.origin == b.origin &&
         a.endpoint == b.endpoint && a.root_kid == b.root_kid && a.root_key == b.root_key &&
         a.tls_ca == b.tls_ca && a.node == b.node;
}

// Whether `file` holds a key list of the party.
bool has_keys(const CircleFile& file, std::string_view party) {
  return std::any_of(file.key_lists.begin(), file.key_lists.end(), [&](const std::string& list) {
    const auto read = evidence::read_keys(list);
    return read && read->party == party;
  });
}

std::expected<void, Fault> submit(node::Node& node, node::Request request, std::string_view what) {
  const node::Outcome outcome = node.run(std::move(request));
  if (const auto* refused = std::get_if<Reject>(&outcome)) {
    return fault(std::string{what} + " was refused: " + reject_name(refused->code) + " " +
                 (refused->why.empty() ? "" : in_language(refused->why.front(), "en")));
  }
  if (const auto* failed = std::get_if<Fault>(&outcome)) return std::unexpected{*failed};
  return {};
}

std::expected<void, Fault> write_peers(node::FileStore& files, const CircleFile& file,
                                       const evidence::Agreement& agreement) {
  for (const evidence::PartyRecord& party : agreement.parties) {
    const auto card = file.cards.find(party.party);
    if (card == file.cards.end()) continue;
    std::string pems;
    for (const std::string& pem : card->second.authorities) {
      const auto digest = node::certificate_digest(pem);
      const auto& pinned = party.tls_ca;
      if (!digest || std::find(pinned.begin(), pinned.end(), *digest) == pinned.end()) continue;
      pems += pem;
      if (!pems.ends_with('\n')) pems += '\n';
    }
    if (pems.empty()) continue;
    const std::string name = "peers/" + party.party;
    if (auto written = files.write(name + ".crt", pems, 0644); !written) return written;
    const Value value = card->second.value;
    if (auto written = files.write(name + ".json", pretty_json(value) + "\n", 0644); !written) {
      return written;
    }
  }
  return {};
}

// Whether the party is this node, by the root it has or by the one that waits.
bool shows(const evidence::PartyRecord& listed, const node::Identity& own) {
  const auto next = next_root_of(own);
  const bool waits = next && *next && (*next)->key.public_key == listed.root_key;
  return (waits || listed.root_key == own.root.public_key) && listed.origin == own.origin;
}

// What editions say after the one that names a node no more is nothing to it, unless it is back.
void cut_after_leaving(CircleFile& file, const node::Identity& own) {
  const auto names_own = [&](const std::string& record) {
    const auto read = evidence::read_agreement(record);
    return read && read->party(own.party);
  };
  if (std::ranges::none_of(file.editions, names_own) || names_own(file.editions.back())) return;
  while (!names_own(file.editions[file.editions.size() - 2])) file.editions.pop_back();
}

// The newest edition of the file, if all of them verify and it names this node as it is, or no
// more.
std::expected<evidence::Agreement, Fault> newest_for(const node::Node& node, const CircleFile& file,
                                                     std::string_view pinned) {
  evidence::Known known;
  auto newest = evidence::open_agreements(file.editions, pinned, &known);
  if (!newest) {
    return fault("the agreement does not verify: " + newest.error().code +
                 (newest.error().code == "agreement-signature" ? " (a party has not signed)" : ""));
  }
  const node::Identity& own = node.identity();
  const evidence::PartyRecord* listed = known.party(own.party);
  if (!listed || !shows(*listed, own)) {
    return fault("the agreement does not name this node as it is");
  }
  return std::move(*newest);
}

// The lists up to the newest one held are of the root before.
evidence::RootChange change_of_root(const CircleHeld& held, const std::string& party,
                                    const std::string& lost) {
  evidence::RootChange change{
      .party = party, .keys = 0, .digest = {}, .lost = !lost.empty(), .reason = lost};
  for (const std::string& list : held.key_lists) {
    const auto read = evidence::read_keys(list);
    if (!read || read->party != party || read->edition <= change.keys) continue;
    change.keys = read->edition;
    change.digest = read->digest;
  }
  return change;
}

std::expected<std::optional<evidence::Agreement>, Fault> before_newest(const CircleFile& file) {
  if (file.editions.size() < 2) return std::nullopt;
  auto read = evidence::read_agreement(file.editions[file.editions.size() - 2]);
  if (!read) return fault("the edition before cannot be read: " + read.error().code);
  return std::optional{std::move(*read)};
}

// Kids of all roots that have to sign the newest edition; a Fault if no such edition can follow.
std::expected<std::set<std::string>, Fault> who_signs(const CircleFile& file) {
  const auto newest = evidence::read_agreement(file.editions.back());
  if (!newest) return fault("the edition cannot be read: " + newest.error().code);
  BASHU_TRY(const std::optional<evidence::Agreement> before, before_newest(file));
  const auto signers = evidence::signatories(before ? &*before : nullptr, *newest);
  if (!signers && signers.error().code == "agreement-majority") {
    return fault(
        "more than half of the governments of the circle have to sign with the roots they have: "
        "too few are left");
  }
  if (!signers) return fault("no such edition can follow: " + signers.error().code);
  std::set<std::string> kids;
  for (const auto& [kid, key] : *signers) kids.insert(kid);
  return kids;
}

}  // namespace

std::expected<std::string, Fault> party_card(const node::Identity& identity) {
  const auto pem = node::read_file(identity.dir / "keys" / "ca.crt");
  if (!pem) return std::unexpected{pem.error()};
  const evidence::PartyRecord party{.party = identity.party,
                                    .member = true,
                                    .origin = identity.origin,
                                    .endpoint = identity.endpoint,
                                    .root_kid = identity.root.kid,
                                    .root_key = identity.root.public_key,
                                    .tls_ca = {},
                                    .node = identity.node};
  return pretty_json(card_value(party, identity.name, identity.offset_minutes, {*pem})) + "\n";
}

CircleHeld circle_held(node::Node& node) {
  CircleHeld held;
  std::map<std::string, std::string, std::less<>> records;
  node.query([&](const core::State& state) { records = state.circle().records; });
  for (int n = 1;; ++n) {
    const auto it = records.find("agreement/" + std::to_string(n));
    if (it == records.end()) break;
    held.editions.push_back(it->second);
  }
  for (const auto& [party, edition] : node.directory()->keys_edition) {
    for (std::int64_t n = 1; n <= edition; ++n) {
      const auto it = records.find("keys/" + party + "/" + std::to_string(n));
      if (it != records.end()) held.key_lists.push_back(it->second);
    }
  }
  const node::FileStore& files = node.storage().files();
  for (const evidence::PartyRecord& party : node.directory()->agreement.parties) {
    const auto card = files.read("peers/" + party.party + ".json");
    if (card) held.cards.push_back(*card);
  }
  return held;
}

std::expected<std::string, Fault> compose_edition(const CircleHeld& held,
                                                  const std::vector<std::string>& cards,
                                                  const node::Identity& own, const Composed& how) {
  CircleFile file{.editions = held.editions, .key_lists = held.key_lists, .cards = {}};
  evidence::Agreement next;
  if (!held.editions.empty()) {
    auto last = evidence::open_agreements(held.editions, {});
    if (!last) return fault("the editions held do not verify: " + last.error().code);
    next = std::move(*last);
    next.previous = next.digest;
    next.expelled.clear();
    next.roots.clear();
  }
  ++next.edition;
  const std::vector<std::string> members_before = next.members();
  if (!how.name.empty()) next.name = how.name;
  next.effective = how.effective;
  if (how.second) {
    next.second = how.second;
    for (auto& [what, from] : *next.second) from = std::max(from, how.effective);
  }

  BASHU_TRY_OK(expel(next, how.expelled));
  if (how.leaves) BASHU_TRY_OK(leave(next, own.party));
  std::map<std::string, evidence::PartyRecord> parties;
  for (const evidence::PartyRecord& party : next.parties) parties[party.party] = party;
  for (const std::string& text : held.cards) {
    auto card = parse_card(text);
    if (card && next.party(card->party.party)) {
      file.cards.insert_or_assign(card->party.party, std::move(*card));
    }
  }
  BASHU_TRY(const std::optional<node::NextRoot> next_root, next_root_of(own));
  std::vector<Card> given;
  if (!how.leaves) {
    BASHU_TRY(Card mine, own_card(next_root ? with_root(own, *next_root) : own));
    given.push_back(std::move(mine));
  }
  for (const std::string& text : cards) {
    auto card = parse_card(text);
    if (!card) return std::unexpected{card.error()};
    given.push_back(std::move(*card));
  }
  for (Card& card : given) {
    const auto known = parties.find(card.party.party);
    if (known != parties.end()) {
      const auto lost = how.lost.find(card.party.party);
      const bool moves = card.party.party == own.party || lost != how.lost.end();
      const bool other_root = known->second.root_key != card.party.root_key;
      if ((other_root && !moves) || known->second.origin != card.party.origin) {
        return fault("the card of " + card.party.party + " shows another root key or origin");
      }
      if (other_root) {
        next.roots.push_back(
            change_of_root(held, card.party.party, lost == how.lost.end() ? "" : lost->second));
      }
      card.party.predecessors = known->second.predecessors;
    }
    parties[card.party.party] = card.party;
    file.cards.insert_or_assign(card.party.party, std::move(card));
  }
  for (const auto& [party, reason] : how.lost) {
    if (std::ranges::find(next.roots, party, &evidence::RootChange::party) == next.roots.end()) {
      return fault("no card shows another root of " + party);
    }
  }
  std::ranges::sort(next.roots, {}, &evidence::RootChange::party);
  if (parties.size() < 2) return fault("a circle needs two parties: give the others' cards");
  next.parties.clear();
  for (const auto& [id, party] : parties) next.parties.push_back(party);
  const bool joined = next.pseudonyms > 0 && next.members() != members_before;
  if (how.new_pseudonyms || joined) ++next.pseudonyms;
  for (const evidence::PartyRecord& from : next.parties) {
    for (const evidence::PartyRecord& to : next.parties) {
      if (from.party == to.party || !from.member || !to.member) continue;
      const std::string pair = from.party + "." + to.party + ".";
      const bool listed = std::ranges::any_of(
          next.channels, [&](const auto& one) { return one.channel.starts_with(pair); });
      if (!listed) next.channels.push_back({.channel = pair + "main"});
    }
  }
  std::sort(next.channels.begin(), next.channels.end(),
            [](const auto& a, const auto& b) { return a.channel < b.channel; });

  // In edition 1 the id is empty: it will be the digest of this very text.
  file.editions.push_back(
      evidence::signed_record(evidence::agreement_payload(next), evidence::kAgreementType, {}));
  BASHU_TRY_OK(who_signs(file));
  return co_sign(file_text(file), own, how.effective, how.pin, how.next_pin);
}

namespace {

std::expected<std::optional<Title>, Fault> signed_otherwise(const CircleFile& file,
                                                            const node::FileStore& files) {
  std::vector<evidence::Agreement> editions;
  for (const std::string& record : file.editions) {
    auto read = evidence::read_agreement(record);
    if (!read) return fault("the edition cannot be read: " + read.error().code);
    editions.push_back(std::move(*read));
  }
  return cannot_sign(files, editions);
}

}  // namespace

std::expected<std::optional<Title>, Fault> signed_otherwise(std::string_view circle_file,
                                                            const std::filesystem::path& dir) {
  BASHU_TRY(const CircleFile file, read_file_text(circle_file));
  return signed_otherwise(file, node::DirectoryFiles{dir});
}

std::expected<std::string, Fault> co_sign(std::string_view circle_file, const node::Identity& own,
                                          std::int64_t now_s, const tokens::Pin& pin,
                                          const tokens::Pin& next_pin) {
  auto file = read_file_text(circle_file);
  if (!file) return std::unexpected{file.error()};
  node::DirectoryFiles files{own.dir};
  BASHU_TRY(const std::optional<Title> otherwise, signed_otherwise(*file, files));
  if (otherwise) return fault(in_language(*otherwise, "en"));
  const auto agreement = evidence::read_agreement(file->editions.back());
  if (!agreement) return fault("the edition cannot be read: " + agreement.error().code);
  const evidence::PartyRecord* listed = agreement->party(own.party);
  BASHU_TRY(const std::optional<node::NextRoot> next, next_root_of(own));
  const bool moves = next && listed && listed->root_key == next->key.public_key;
  const auto mine = own_card(moves ? with_root(own, *next) : own);
  if (!mine) return std::unexpected{mine.error()};
  if (listed && !same_party(*listed, mine->party)) {
    return fault("the edition shows " + own.party +
                 " otherwise than this node is: make it again "
                 "with a fresh card");
  }
  if (listed && agreement->second && !own.second) {
    return fault(
        "the edition requires second signatures (SM2), and this node has no keys for "
        "them: `bashu circle second DIR` makes them");
  }
  const auto signers = evidence::record_signers(file->editions.back());
  if (!signers) return fault("the signatures cannot be read: " + signers.error().code);
  if (std::find(signers->begin(), signers->end(), own.root.kid) == signers->end()) {
    BASHU_TRY(file->editions.back(),
              signed_by_root(file->editions.back(), evidence::kAgreementType, own, pin));
  }
  if (moves) {
    BASHU_TRY(file->editions.back(),
              signed_by_next(file->editions.back(), evidence::kAgreementType, *next, next_pin));
  }
  if (listed && !has_keys(*file, own.party)) {
    BASHU_TRY(std::string list, first_key_list(own, agreement->id, now_s, pin));
    file->key_lists.push_back(std::move(list));
  }
  if (listed) file->cards.insert_or_assign(own.party, *mine);
  BASHU_TRY_OK(note_signed(files, *agreement, now_s));
  return file_text(*file);
}

std::expected<CircleSummary, Fault> circle_summary(std::string_view circle_file) {
  const auto file = read_file_text(circle_file);
  if (!file) return std::unexpected{file.error()};
  auto newest = evidence::read_agreement(file->editions.back());
  if (!newest) return fault("the edition cannot be read: " + newest.error().code);
  const auto signers = evidence::record_signers(file->editions.back());
  if (!signers) return fault("the signatures cannot be read: " + signers.error().code);
  BASHU_TRY(std::optional<evidence::Agreement> before, before_newest(*file));
  BASHU_TRY(std::set<std::string> missing, who_signs(*file));
  for (const std::string& kid : *signers) missing.erase(kid);
  if (missing.empty()) {
    auto verified = evidence::open_agreements(file->editions, {});
    if (!verified) return fault("the editions do not verify: " + verified.error().code);
  }
  CircleSummary summary{
      .agreement = std::move(*newest), .before = std::move(before), .missing = {}};
  for (const std::string& kid : missing) {
    const auto& parties = summary.agreement.parties;
    const auto owner = std::find_if(parties.begin(), parties.end(),
                                    [&](const auto& party) { return party.root_kid == kid; });
    summary.missing.push_back(owner == parties.end() ? kid : owner->party);
  }
  return summary;
}

std::expected<std::vector<core::AdoptRecord>, Fault> new_editions(node::Node& node,
                                                                  std::string_view circle_file,
                                                                  std::string_view pinned) {
  auto file = read_file_text(circle_file);
  if (!file) return std::unexpected{file.error()};
  const node::Identity& own = node.identity();
  cut_after_leaving(*file, own);
  const auto newest = newest_for(node, *file, pinned);
  if (!newest) return std::unexpected{newest.error()};
  std::vector<core::AdoptRecord> editions;
  std::optional<evidence::Agreement> edition, last;
  bool was_named = false;
  for (std::size_t i = 0; i < file->editions.size(); ++i) {
    auto read = evidence::next_agreement(edition ? &*edition : nullptr, file->editions[i], {});
    if (!read) return fault("edition " + std::to_string(i + 1) + ": " + read.error().code);
    last = std::exchange(edition, std::move(*read));
    const bool out = was_named && !edition->party(own.party);
    was_named = was_named || edition->party(own.party);
    const auto held = held_record(node, "agreement/" + std::to_string(i + 1));
    if (held) {
      // The same edition may carry its signatures in another order; its content is what counts.
      const auto mine = evidence::read_agreement(*held);
      if (mine && mine->digest == edition->digest) continue;
      return fault("another edition " + std::to_string(i + 1) + " is adopted already");
    }
    core::AdoptRecord command{.record = {.what = "agreement",
                                         .party = {},
                                         .edition = edition->edition,
                                         .bytes = file->editions[i]}};
    command.parties = joined_by(last ? &*last : nullptr, *edition, {.own = own.party, .out = out},
                                [&](std::string_view party) {
                                  const auto card = file->cards.find(party);
                                  return card == file->cards.end() ? std::int64_t{480}
                                                                   : card->second.offset_minutes;
                                });
    if (last) tell_succession(*last, *edition, own.party, command);
    editions.push_back(std::move(command));
  }
  return editions;
}

namespace {

// The root that waited is the one the edition names: from the next start on it signs.
std::expected<void, Fault> take_up_root(node::Node& node, const evidence::Agreement& newest) {
  node::FileStore& files = node.storage().files();
  BASHU_TRY(const std::optional<node::NextRoot> next, node::next_root(files));
  const evidence::PartyRecord* listed = newest.party(node.identity().party);
  if (!next || !listed || listed->root_key != next->key.public_key) return {};
  return node::put_next_root_in_place(files);
}

}  // namespace

std::expected<void, Fault> remember_adopted(node::Node& node) {
  return note_adopted(node.storage().files(), circle_held(node).editions,
                      node.clock().now().unix_ms / 1'000);
}

std::expected<void, Fault> adopt(node::Node& node, std::string_view circle_file,
                                 std::string_view pinned, const Adopter& who) {
  auto editions = new_editions(node, circle_file, pinned);
  if (!editions) return std::unexpected{editions.error()};
  auto file = read_file_text(circle_file);
  if (!file) return std::unexpected{file.error()};
  cut_after_leaving(*file, node.identity());
  const auto newest = newest_for(node, *file, pinned);
  if (!newest) return std::unexpected{newest.error()};
  if (auto written = write_peers(node.storage().files(), *file, *newest); !written) return written;

  const node::Identity own = node.identity();
  const bool was_formed = node.directory()->formed;
  for (core::AdoptRecord& command : *editions) {
    const std::string what = "edition " + std::to_string(command.record.edition);
    command.by = who.by;
    command.approval = who.approval;
    std::string evidence = command.record.bytes;
    if (auto done =
            submit(node, {.command = std::move(command), .evidence = std::move(evidence)}, what);
        !done) {
      return done;
    }
  }
  for (const std::string& list : file->key_lists) {
    const auto read = evidence::read_keys(list);
    if (!read) return fault("a key list cannot be read: " + read.error().code);
    const auto held = node.directory()->keys_edition.find(read->party);
    if (held != node.directory()->keys_edition.end() && held->second >= read->edition) continue;
    if (node.directory()->left.contains(read->party)) continue;
    auto checked = check_keys(node, list);
    if (!checked) return fault("the key list of " + read->party + ": " + checked.error().code);
    if (checked->known) continue;
    if (auto done = submit(node, std::move(checked->request), "the key list of " + read->party);
        !done) {
      return done;
    }
  }
  // In a circle that shares no secret for them the first member makes the key for pseudonyms; the
  // others are given it.
  const auto first = std::find_if(newest->parties.begin(), newest->parties.end(),
                                  [](const auto& party) { return party.member; });
  if (!was_formed && newest->edition == 1 && newest->pseudonyms == 0 && first->party == own.party &&
      node.vault().token_key().empty()) {
    node.vault().set_token_key(node.chance().bytes(32));
  }
  BASHU_TRY_OK(remember_adopted(node));
  return take_up_root(node, *newest);
}

std::expected<evidence::KeysEdition, Fault> own_list(node::Node& node) {
  const auto directory = node.directory();
  const core::PartyId& party = node.identity().party;
  const auto held = directory->keys_edition.find(party);
  if (!directory->formed || held == directory->keys_edition.end()) {
    return fault("there is no key list to continue: no circle is adopted");
  }
  const auto text = held_record(node, "keys/" + party + "/" + std::to_string(held->second));
  const auto last =
      text
          ? evidence::read_keys(*text)
          : evidence::Verified<evidence::KeysEdition>{std::unexpected{evidence::Bad{"keys-chain"}}};
  if (!last) return fault("the key list held cannot be read: " + last.error().code);
  return *last;
}

namespace {

unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* raw(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

node::KeyPair signing_key(std::string kid, const std::string& seed) {
  auto [open, secret] = evidence::signing_pair(seed);
  return {.kid = std::move(kid), .public_key = std::move(open), .secret_key = std::move(secret)};
}

// As node.json names them, and their files.
void put_second(const node::SecondKeys& second, Value::Record& about,
                std::map<std::string, std::string>& secrets) {
  const auto put = [&](const std::string& use, const evidence::SecondSigner& signer) {
    about[use] = Value::Record{{"kid", signer.kid}, {"public", hex(signer.key.public_key())}};
    secrets[use + ".key"] = signer.key.pem();
  };
  put("envelope-sm2", second.envelope);
  put("log-sm2", second.log);
}

// A folder of keys, by what its keys.json says, has been announced.
bool is_announced(const std::filesystem::path& folder, const evidence::KeyList& keys) {
  const auto text = node::read_file(folder / "keys.json");
  const auto about = text ? parse_json(*text) : std::unexpected{JsonError{}};
  const Value::Record* members = about ? about->as_record() : nullptr;
  return members && std::ranges::any_of(*members, [&](const auto& one) {
           const auto known = keys.find(one.second.text_at("kid"));
           return known != keys.end() && hex(known->second.key) == one.second.text_at("public");
         });
}

}  // namespace

std::expected<void, Fault> continue_list(node::Node& node, const evidence::KeysEdition& last,
                                         const std::vector<evidence::KeyRecord>& keys,
                                         const tokens::Pin& pin) {
  const node::Identity& own = node.identity();
  const std::string list = evidence::signed_record(
      evidence::keys_payload(last.agreement, own.party, last.edition + 1, last.digest,
                             node.clock().now().unix_ms / 1'000, keys),
      evidence::kKeysType, {});
  BASHU_TRY(const std::string record, signed_by_root(list, evidence::kKeysType, own, pin));
  auto checked = check_keys(node, record);
  if (!checked) return fault("our own key list: " + checked.error().code);
  return submit(node, std::move(checked->request), "our own key list");
}

std::vector<KeyInUse> keys_in_use(const node::Identity& own) {
  std::vector<KeyInUse> keys;
  const auto add = [&](const char* use, const std::string& kid, std::string public_key) {
    keys.push_back({.use = use, .kid = kid, .public_key = std::move(public_key)});
  };
  add("envelope", own.envelope.kid, own.envelope.public_key);
  add("log", own.log.kid, own.log.public_key);
  add("seal", own.seal.kid, own.seal.public_key);
  if (own.command) add("command", own.command->kid, own.command->public_key);
  if (own.second) {
    add("envelope-sm2", own.second->envelope.kid, own.second->envelope.key.public_key());
    add("log-sm2", own.second->log.kid, own.second->log.key.public_key());
  }
  return keys;
}

std::string next_kid(const evidence::KeysEdition& last, std::string_view use) {
  const std::string head = last.party + "/" + std::string{use} + "/";
  int number = 1;
  while (last.keys.contains(head + std::to_string(number))) ++number;
  return head + std::to_string(number);
}

std::int64_t begins(const evidence::KeyList& before, std::int64_t now) {
  std::int64_t from = now - 3'600;
  for (const auto& [kid, key] : before) {
    if (key.role != evidence::kCommandRole) from = std::max(from, key.from + 1);
  }
  return from;
}

bool rotation_due(node::Node& node) {
  const node::Identity& own = node.identity();
  const auto directory = node.directory();
  const std::int64_t now = node.clock().now().unix_ms / 1'000;
  const auto old = [&](const std::string& kid) {
    const auto key = directory->keys.find(kid);
    return key != directory->keys.end() && now >= key->second.from + kRenewAfterDays * kDayS;
  };
  std::error_code ignored;
  return (old(own.envelope.kid) || (own.second && old(own.second->envelope.kid))) &&
         !std::filesystem::exists(own.dir / "keys" / "next", ignored);
}

std::expected<void, Fault> rotate_keys(node::Node& node, const tokens::Pin& pin) {
  const node::Identity& own = node.identity();
  const auto directory = node.directory();
  const auto folder = own.dir / "keys" / "next";
  const auto making = own.dir / "keys" / "next.part";
  const auto put_forward = [&]() -> std::expected<void, Fault> {
    std::error_code failed;
    std::filesystem::rename(making, folder, failed);
    if (failed) return fault(folder.string() + ": " + failed.message());
    return node::sync_directory(own.dir / "keys");
  };
  // Announced before, when the node died before it heard so: these are the keys to go on with.
  if (is_announced(making, directory->keys)) return put_forward();
  const auto last = own_list(node);
  if (!last) return std::unexpected{last.error()};

  const std::int64_t now = node.clock().now().unix_ms / 1'000;
  std::vector<evidence::KeyRecord> keys;
  for (const auto& [kid, key] : last->keys) keys.push_back(key);
  const auto next = [&](std::string_view use) { return next_kid(*last, use); };
  const std::string envelope_seed = node.chance().bytes(32), seal_secret = node.chance().bytes(32);
  const node::KeyPair envelope = signing_key(next("envelope"), envelope_seed);
  node::KeyPair seal{
      .kid = next("seal"), .public_key = std::string(32, '\0'), .secret_key = seal_secret};
  crypto_scalarmult_base(raw(seal.public_key), raw(seal_secret));
  std::optional<node::KeyPair> command;
  const std::string command_seed = node.chance().bytes(32);
  if (own.command && last->keys.contains(own.command->kid)) {
    command = signing_key(next("command"), command_seed);
  }
  const std::int64_t from = begins(last->keys, now);
  std::optional<node::SecondKeys> second;
  if (own.second && last->keys.contains(own.second->envelope.kid)) {
    second =
        node::SecondKeys{.envelope = {.kid = next("envelope-sm2"), .key = evidence::Sm2Key::make()},
                         .log = {.kid = next("log-sm2"), .key = evidence::Sm2Key::make()}};
  }
  announce(node.storage().files(), own, {envelope, seal, command, second}, from, keys);
  // Of a node made before there were command keys the first one is the one it has: its settlements
  // need to be vouched for an hour later, so that what was under way passes (evidence.md 19).
  add_command(own, now, keys);
  // The secrets are on disk before anybody hears of them.
  std::error_code error;
  std::filesystem::remove_all(making, error);
  std::filesystem::create_directories(making, error);
  if (error) return fault(making.string() + ": " + error.message());
  const auto named = [](const node::KeyPair& key) {
    return Value::Record{{"kid", key.kid}, {"public", hex(key.public_key)}};
  };
  Value::Record about{{"envelope", named(envelope)},
                      {"seal", named(seal)},
                      {"journal", static_cast<std::int64_t>(node.durable())}};
  std::map<std::string, std::string> secrets{{"envelope.key", hex(envelope_seed) + "\n"},
                                             {"seal.key", hex(seal_secret) + "\n"}};
  if (command) {
    about["command"] = named(*command);
    secrets["command.key"] = hex(command_seed) + "\n";
  }
  if (second) put_second(*second, about, secrets);
  secrets["keys.json"] = pretty_json(Value{std::move(about)}) + "\n";
  for (const auto& [name, content] : secrets) {
    if (auto written = node::write_file(making / name, content); !written) return written;
  }
  if (auto done = continue_list(node, *last, keys, pin); !done) return done;
  return put_forward();
}

std::expected<void, Fault> announce_second(node::Node& node, const tokens::Pin& pin) {
  if (!node.directory()->formed) return {};
  const auto last = own_list(node);
  if (!last) return std::unexpected{last.error()};
  std::vector<evidence::KeyRecord> keys;
  for (const auto& [kid, key] : last->keys) keys.push_back(key);
  const node::Identity& own = node.identity();
  add_second(own, own.second, node.clock().now().unix_ms / 1'000 - 3'600, keys);
  return keys.size() == last->keys.size() ? std::expected<void, Fault>{}
                                          : continue_list(node, *last, keys, pin);
}

namespace {

// The log key, and under `before` those that signed what is in the journal already.
Value with_those_before(Value fresh, const Value* last) {
  if (!last || last->text_at("public") == fresh.text_at("public")) return last ? *last : fresh;
  const Value* before = last->find("before");
  Value::List all = before && before->as_list() ? *before->as_list() : Value::List{};
  all.emplace_back(last->text_at("public"));
  fresh.as_record()->insert_or_assign("before", std::move(all));
  return fresh;
}

// A node that died between announcing keys and calling them next has them in its journal, behind
// what that held when they were made.
void put_forward_announced(const std::filesystem::path& dir) {
  const auto making = dir / "keys" / "next.part";
  const auto text = node::read_file(making / "keys.json");
  const auto about = text ? parse_json(*text) : std::unexpected{JsonError{}};
  const std::int64_t from = about ? about->int_at("journal", -1) : -1;
  if (from < 0) return;
  const auto journal = node::open_directory(dir)->journal_to_read();
  if (!journal) return;
  for (auto at = static_cast<std::uint64_t>(from); at < (*journal)->size();) {
    const auto commits = (*journal)->read(at, std::size_t{1} << 20);
    if (!commits || commits->empty()) return;
    for (const journal::Commit& commit : *commits) {
      at = std::max(at + 1, commit.first + commit.count);
      const auto record = evidence::decode_commit(commit.record);
      for (const evidence::CommitEntry& entry :
           record ? record->entries : std::vector<evidence::CommitEntry>{}) {
        const auto list = evidence::read_keys(entry.evidence);
        if (!list || !is_announced(making, list->keys)) continue;
        std::error_code ignored;
        std::filesystem::rename(making, dir / "keys" / "next", ignored);
        return;
      }
    }
  }
}

}  // namespace

std::expected<bool, Fault> activate_keys(const std::filesystem::path& dir) {
  const auto folder = dir / "keys" / "next";
  std::error_code error;
  node::DirectoryFiles files{dir};
  put_forward_announced(dir);
  if (auto ended = node::finish_next_root(files); !ended) return std::unexpected{ended.error()};
  if (!std::filesystem::exists(folder / "keys.json", error)) {
    if (!files.has("node.json")) return false;
    if (auto made = node::make_command_key(files); !made) return std::unexpected{made.error()};
    return false;
  }
  const auto about_text = node::read_file(folder / "keys.json");
  const auto config_text = node::read_file(dir / "node.json");
  const auto about = about_text ? parse_json(*about_text) : std::unexpected{JsonError{}};
  auto config = config_text ? parse_json(*config_text) : std::unexpected{JsonError{}};
  Value::Record* members = config ? config->as_record() : nullptr;
  Value* keys = members && members->contains("keys") ? &members->at("keys") : nullptr;
  if (!about || !keys || !keys->as_record()) return fault(folder.string() + " cannot be read");

  // The old seal key stays: boxes made for it are still on the way.
  const Value* old_seal = keys->find("seal");
  const std::string old_public = old_seal ? old_seal->text_at("public") : "";
  for (const std::string name :
       {"envelope", "log", "seal", "command", "witness", "envelope-sm2", "log-sm2"}) {
    if (!about->find(name)) continue;
    const std::string file = name + ".key";
    const auto secret = node::read_file(folder / file);
    const auto before = node::read_file(dir / "keys" / file);
    const Value* fresh = about->find(name);
    if (!secret || !before || !fresh) return fault(folder.string() + " is incomplete");
    if (name == "seal" && *before != *secret) {
      const auto kept = dir / "keys" / ("seal-" + old_public.substr(0, 16) + ".old.key");
      if (auto written = node::write_file(kept, *before); !written) {
        return std::unexpected{written.error()};
      }
    }
    if (auto written = node::write_file(dir / "keys" / file, *secret); !written) {
      return std::unexpected{written.error()};
    }
    keys->as_record()->insert_or_assign(
        name, name == "log" ? with_those_before(*fresh, keys->find(name)) : *fresh);
  }
  if (auto written = node::write_file(dir / "node.json", pretty_json(*config) + "\n", 0644);
      !written) {
    return std::unexpected{written.error()};
  }
  std::filesystem::remove_all(folder, error);
  if (auto made = node::make_command_key(files); !made) return std::unexpected{made.error()};
  return true;
}

std::vector<node::KeyPair> seal_keys(const node::Identity& identity) {
  std::vector<node::KeyPair> keys{identity.seal};
  std::error_code error;
  // A key that is announced is sealed to at once, though it is used only from the next start on.
  std::vector<std::filesystem::path> files{identity.dir / "keys" / "next" / "seal.key",
                                           identity.dir / "keys" / "next.part" / "seal.key"};
  for (std::filesystem::directory_iterator it{identity.dir / "keys", error}, end;
       !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with("seal-") && name.ends_with(".old.key")) files.push_back(it->path());
  }
  for (const std::filesystem::path& file : files) {
    const std::string name = file.filename().string();
    const auto text = node::read_file(file);
    const auto secret = text ? from_hex(std::string_view{*text}.substr(0, 64)) : std::nullopt;
    if (!secret || secret->size() != 32) continue;
    node::KeyPair key{.kid = name, .public_key = std::string(32, '\0'), .secret_key = *secret};
    crypto_scalarmult_base(reinterpret_cast<unsigned char*>(key.public_key.data()),
                           reinterpret_cast<const unsigned char*>(secret->data()));
    keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<std::string> peer_authorities(const node::FileStore& files, std::string_view party,
                                          const std::vector<std::string>& pinned) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  std::vector<std::string> pems;
  const auto text = files.read("peers/" + std::string{party} + ".crt");
  std::string_view rest = text ? std::string_view{*text} : std::string_view{};
  while (true) {
    const auto begin = rest.find(kBegin), end = rest.find(kEnd);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) break;
    std::string pem{rest.substr(begin, end + kEnd.size() - begin)};
    pem += '\n';
    rest.remove_prefix(end + kEnd.size());
    const auto digest = node::certificate_digest(pem);
    if (digest && std::find(pinned.begin(), pinned.end(), *digest) != pinned.end()) {
      pems.push_back(std::move(pem));
    }
  }
  return pems;
}

}  // namespace bashu::exchange
