#include "exchange/succession.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "core/told/members.h"
#include "core/told/step.h"
#include "evidence/checkpoint.h"
#include "evidence/elsewhere.h"
#include "evidence/entry.h"
#include "evidence/envelope.h"
#include "evidence/grammar.h"
#include "evidence/signing.h"
#include "exchange/circle.h"
#include "exchange/key_lists.h"
#include "exchange/witness.h"
#include "http/client.h"
#include "http/tls.h"
#include "node/archive.h"
#include "node/certificates.h"
#include "node/files.h"
#include "node/guarded.h"
#include "node/in_token.h"
#include "node/replay.h"
#include "node/system_environment.h"

namespace bashu::exchange {

namespace {

constexpr std::size_t kReadBytes = 8U << 20;
constexpr int kAskTimeoutMs = 15'000;
constexpr const char* kSuccessorKeys = "keys/successor";

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

std::expected<void, Fault> each_commit(
    node::Storage& storage,
    const std::function<std::expected<void, Fault>(const evidence::CommitRecord&)>& visit) {
  BASHU_TRY(const auto journal, storage.journal_to_read());
  const std::uint64_t size = journal->size();
  for (std::uint64_t at = 0; at < size;) {
    BASHU_TRY(const auto commits, journal->read(at, kReadBytes));
    if (commits.empty()) return fault("journal entry " + std::to_string(at) + " is missing");
    for (const journal::Commit& commit : commits) {
      const auto record = evidence::decode_commit(commit.record);
      if (!record) return fault("a commit of the journal: " + record.error().code);
      BASHU_TRY_OK(visit(*record));
      at = std::max(at + 1, commit.first + commit.count);
    }
  }
  return {};
}

// What a leaf says of channels.
void note(JournalHeld& held, const evidence::CommitEntry& entry,
          std::optional<evidence::Agreement>& agreement) {
  const auto leaf = evidence::parse_entry(entry.leaf);
  if (!leaf) return;
  if (leaf->kind == "send") held.sent[leaf->channel] = static_cast<std::int64_t>(leaf->seq);
  if (leaf->kind != "agreement") return;
  auto next = evidence::read_agreement(entry.evidence);
  if (!next) return;
  if (agreement) {
    std::ranges::move(evidence::renewed_channels(*agreement, *next),
                      std::back_inserter(held.renewed));
  }
  agreement = *std::move(next);
}

std::expected<void, Fault> take(const evidence::CommitRecord& commit, JournalHeld& held,
                                std::optional<evidence::Agreement>& agreement) {
  if (const auto done = node::replay(commit, commit.first, *held.state); !done) {
    return std::unexpected{done.error()};
  }
  for (const evidence::CommitEntry& entry : commit.entries) note(held, entry, agreement);
  held.size = commit.first + commit.entries.size();
  const node::Identity& own = held.identity;
  const auto end = evidence::open_checkpoint(
      commit.checkpoint, evidence::origin_at(own.origin, own.predecessors, held.size),
      held.log_keys);
  if (!end) return fault("a checkpoint of the journal: " + end.error().code);
  held.roots[held.size] = end->root;
  return {};
}

// Asks peers as the node does, one after the other.
class Asking {
 public:
  Asking(const JournalHeld& held, const Questions& how) : held_{held}, how_{how} {}

  // A Fault: there is no answer. Statuses are the caller's.
  std::expected<http::Response, Fault> get(const evidence::PartyRecord& party,
                                           const std::string& target) {
    if (how_.ask) return how_.ask(party, target);
    BASHU_TRY(const http::TlsContext tls, context(party));
    auto answer = http::fetch(party.endpoint + target, {}, tls, kAskTimeoutMs);
    if (!answer) return fault(party.party + " does not answer: " + answer.error().what);
    return std::move(*answer);
  }
  // The envelope of that number as the peer holds it; nullopt: it does not.
  std::expected<std::optional<std::string>, Fault> message(const evidence::PartyRecord& party,
                                                           const std::string& channel,
                                                           std::int64_t seq) {
    const std::string target = "/channels/" + channel + "/messages/" + std::to_string(seq);
    BASHU_TRY(http::Response answer, get(party, target));
    if (answer.status == 404) return std::nullopt;
    if (answer.status == 200) return std::move(answer.body);
    not_heard_ = answer.status == 503;
    return fault(party.party + " answers " + std::to_string(answer.status) + " to " + target +
                 (not_heard_ ? ": it has not heard this node yet; start it" : ""));
  }
  void tell(const evidence::PartyRecord& party, std::int64_t done, std::int64_t all) const {
    if (how_.progress) how_.progress(party.party, done, all);
  }
  // The last one was not given since the peer has not heard this node yet.
  [[nodiscard]] bool not_heard() const { return not_heard_; }
  // The next number of a channel there.
  std::expected<std::int64_t, Fault> next(const evidence::PartyRecord& party,
                                          const std::string& channel) {
    BASHU_TRY(const http::Response answer, get(party, "/channels/" + channel));
    const auto body = answer.status == 200 ? parse_json(answer.body) : std::unexpected{JsonError{}};
    const std::int64_t next = body ? body->int_at("next") : 0;
    if (next < 1) {
      return fault(party.party + " answers " + std::to_string(answer.status) + " about " + channel);
    }
    return next;
  }

 private:
  std::expected<http::TlsContext, Fault> context(const evidence::PartyRecord& party) {
    http::TlsContext& kept = contexts_[party.party];
    if (kept) return kept;
    const node::FileStore& files = held_.storage->files();
    BASHU_TRY(const node::Certificate ca, node::load_ca(files));
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    BASHU_TRY(
        const node::Certificate leaf,
        node::issue_certificate(ca, node::host_of(held_.identity.endpoint), Instant{now.count()}));
    BASHU_TRY(kept, http::peer_client({.certificate = leaf.certificate_pem, .key = leaf.key_pem},
                                      peer_authorities(files, party.party, party.tls_ca)));
    return kept;
  }

  const JournalHeld& held_;
  const Questions& how_;
  std::map<std::string, http::TlsContext> contexts_;
  bool not_heard_ = false;
};

// The size of the checkpoint a peer holds of our log; 0: none.
std::expected<std::uint64_t, Fault> seen_by(const JournalHeld& held,
                                            const evidence::PartyRecord& party,
                                            const std::vector<std::string>& log_keys,
                                            Asking& asking) {
  BASHU_TRY(const http::Response answer, asking.get(party, "/seen"));
  if (answer.status == 404) return 0;
  if (answer.status != 200) {
    return fault(party.party + " answers " + std::to_string(answer.status) + " to /seen");
  }
  const auto seen = evidence::open_checkpoint(answer.body, held.identity.origin, log_keys);
  if (!seen) {
    return fault("what " + party.party +
                 " holds of this log does not verify: " + seen.error().code);
  }
  if (seen->size > held.size) return seen->size;
  const auto own = held.roots.find(seen->size);
  if (own == held.roots.end() || own->second != seen->root) {
    return fault("fork: " + party.party + " holds another history of this log at " +
                 std::to_string(seen->size) +
                 " entries. No successor can follow from here; ask what the two histories are");
  }
  return seen->size;
}

// The lists of our own keys that only the peers have, after those held; all in order, each signed
// by our root: nobody can make them go on.
std::expected<std::vector<std::string>, Fault> own_lists(const JournalHeld& held, Asking& asking) {
  const core::PartyId& own = held.identity.party;
  std::vector<std::string> lists;
  for (int n = 1;; ++n) {
    const auto& records = held.state->circle().records;
    const auto it = records.find("keys/" + own + "/" + std::to_string(n));
    if (it == records.end()) break;
    lists.push_back(it->second);
  }
  for (const evidence::PartyRecord& party : held.directory.agreement.parties) {
    if (party.party == own || !party.member) continue;
    for (;;) {
      BASHU_TRY(const http::Response answer,
                asking.get(party, "/keys/" + own + "/" + std::to_string(lists.size() + 1)));
      if (answer.status != 200) break;
      lists.push_back(answer.body);
      const auto checked = held.directory.known.open_keys(lists, own);
      if (checked) continue;
      return fault("the key list " + std::to_string(lists.size()) + " of this party that " +
                   party.party + " shows is none of ours: " + checked.error().code);
    }
  }
  return lists;
}

std::expected<evidence::KeysEdition, Fault> newest_of(const JournalHeld& held,
                                                      const std::vector<std::string>& lists) {
  auto checked = held.directory.known.open_keys(lists, held.identity.party);
  if (!checked) return fault("the key lists of this party: " + checked.error().code);
  if (!*checked) return fault("there is no key list to continue");
  return std::move(**checked);
}

// `sichuan/log/3`, if there are 1 and 2.
std::string free_kid(const std::vector<evidence::KeyRecord>& keys, const std::string& use) {
  int number = 1;
  const auto taken = [&](const evidence::KeyRecord& one) {
    return one.kid == use + std::to_string(number);
  };
  while (std::ranges::any_of(keys, taken)) ++number;
  return use + std::to_string(number);
}

// Whether the log key of this directory is one that others still take.
bool log_key_counts(const JournalHeld& held, const evidence::KeysEdition& last) {
  return std::ranges::any_of(last.keys, [&](const auto& one) {
    const evidence::KeyRecord& key = one.second;
    return key.role == "log" && key.name == held.identity.origin && key.revoked == 0 &&
           key.key == held.identity.log.public_key;
  });
}

// The log key and the witness's, where a list that was lost with the end has replaced those that
// are here, and the secrets of what replaced them were lost, too. They wait in DIR/keys/successor
// until the edition is adopted.
std::expected<void, Fault> add_new_keys(const JournalHeld& held, const std::string& origin,
                                        std::int64_t now_s,
                                        std::vector<evidence::KeyRecord>& keys) {
  constexpr std::int64_t kLogDays = 3'650;
  node::Identity own = held.identity;
  own.origin = origin;
  node::FileStore& files = held.storage->files();
  BASHU_TRY_OK(witness_signer(files, own));  // has a key to be replaced
  evidence::KeyList before;
  for (const evidence::KeyRecord& key : keys) before.emplace(key.kid, key);
  const std::int64_t from = begins(before, now_s);
  node::SystemChance chance;
  Value::Record about;
  for (const std::string use : {"log", "witness"}) {
    const std::string seed = chance.bytes(crypto_sign_SEEDBYTES);
    const node::KeyPair pair{.kid = free_kid(keys, own.party + "/" + use + "/"),
                             .public_key = evidence::signing_pair(seed).public_key,
                             .secret_key = {}};
    keys.push_back(key_record(own, pair, use, from, kLogDays));
    about[use] = Value::Record{{"kid", pair.kid}, {"public", hex(pair.public_key)}};
    const std::string file = std::string{kSuccessorKeys} + "/" + use + ".key";
    BASHU_TRY_OK(files.write(file, hex(seed) + "\n"));
  }
  // Last: what it does not name is none.
  return files.write(std::string{kSuccessorKeys} + "/keys.json",
                     pretty_json(Value{std::move(about)}) + "\n");
}

// The log's keys are named once more, for the next name.
std::expected<std::string, Fault> list_with_successor(const JournalHeld& held,
                                                      const std::vector<std::string>& lists,
                                                      const std::string& origin, std::int64_t now_s,
                                                      const tokens::Pin& pin) {
  BASHU_TRY(const evidence::KeysEdition last, newest_of(held, lists));
  std::vector<evidence::KeyRecord> keys;
  for (const auto& [kid, key] : last.keys) keys.push_back(key);
  const bool counts = log_key_counts(held, last);
  for (const auto& [kid, key] : last.keys) {
    if (!counts || key.role != "log" || key.name != held.identity.origin || key.revoked != 0) {
      continue;
    }
    evidence::KeyRecord again = key;
    again.kid = free_kid(keys, kid.substr(0, kid.rfind('/') + 1));
    again.name = origin;
    keys.push_back(std::move(again));
  }
  if (!counts) BASHU_TRY_OK(add_new_keys(held, origin, now_s, keys));
  const std::string list = evidence::signed_record(
      evidence::keys_payload(held.directory.agreement.id, held.identity.party, last.edition + 1,
                             last.digest, now_s, keys),
      evidence::kKeysType, {});
  const std::string& kid = held.identity.root.kid;
  const auto input = evidence::signing_input(list, evidence::kKeysType, kid);
  if (!input) return fault("the key list cannot be signed: " + input.error().code);
  BASHU_TRY(const std::string signature, node::sign_with_root(held.identity, *input, pin));
  auto made = evidence::put_signature(list, evidence::kKeysType, kid, signature);
  if (!made) return fault("the key list cannot be signed: " + made.error().code);
  return *std::move(made);
}

// That a party has our messages up to `last`: it shows that one, which we signed.
std::expected<void, Fault> shows_last(const JournalHeld& held, const evidence::KeyList& keys,
                                      const evidence::PartyRecord& party, std::int64_t last,
                                      Asking& asking) {
  const std::string& own = held.identity.party;
  if (last <= held.state->outbox(party.party).last) return {};
  BASHU_TRY(const auto envelope,
            asking.message(party, held.directory.channel(own, party.party), last));
  const auto opened = evidence::open_envelope(envelope.value_or(""), keys, own);
  if (opened && opened->payload.to == party.party && opened->payload.seq == last) return {};
  return fault(party.party + " says that it has our messages up to " + std::to_string(last) +
               ", and does not show that one: nothing proves it");
}

// From where each channel of the party goes on, as both sides know it.
std::expected<void, Fault> renew_channels(const JournalHeld& held,
                                          const std::vector<PeerHolds>& peers,
                                          evidence::Agreement& next) {
  const std::string& own = held.identity.party;
  for (evidence::ChannelRecord& channel : next.channels) {
    const auto parts = evidence::split_channel(channel.channel);
    const std::string from{parts->from}, to{parts->to};
    if (from != own && to != own) continue;
    const auto peer = std::ranges::find(peers, from == own ? to : from, &PeerHolds::party);
    if (peer == peers.end()) return fault("nobody asked the other end of " + channel.channel);
    const core::Outbox& outbox = held.state->outbox(peer->party);
    const std::int64_t taken = held.state->inbox(peer->party).next - 1;
    if (peer->answered < outbox.acked) {
      return fault("peer-rollback: " + peer->party + " has answered " +
                   std::to_string(peer->answered) + " messages, but its receipts are here up to " +
                   std::to_string(outbox.acked));
    }
    if (taken > peer->sent) {
      return fault("peer-rollback: " + peer->party + " has sent " + std::to_string(peer->sent) +
                   " messages, but here are " + std::to_string(taken));
    }
    const auto name = evidence::next_channel(channel.channel);
    if (!name) return fault(channel.channel + " can have no successor");
    channel.channel = *name;
    channel.from_seq = (from == own ? peer->answered : taken) + 1;
  }
  std::ranges::sort(next.channels, {}, &evidence::ChannelRecord::channel);
  return {};
}

bool knows_more(const JournalHeld& held, const PeerHolds& peer) {
  return peer.seen > held.size || peer.answered > held.state->outbox(peer.party).last;
}

std::string circle_text(const JournalHeld& held, const std::string& edition,
                        const std::vector<std::string>& own_lists) {
  Value::List editions, keys, cards;
  const auto& records = held.state->circle().records;
  for (int n = 1;; ++n) {
    const auto it = records.find("agreement/" + std::to_string(n));
    if (it == records.end()) break;
    editions.emplace_back(it->second);
  }
  editions.emplace_back(edition);
  for (const auto& [party, last] : held.directory.keys_edition) {
    if (party == held.identity.party) continue;
    for (std::int64_t n = 1; n <= last; ++n) {
      const auto it = records.find("keys/" + party + "/" + std::to_string(n));
      if (it != records.end()) keys.emplace_back(it->second);
    }
  }
  for (const std::string& list : own_lists) keys.emplace_back(list);
  for (const evidence::PartyRecord& party : held.directory.agreement.parties) {
    const auto card = held.storage->files().read("peers/" + party.party + ".json");
    const auto value = card ? parse_json(*card, kFileLimits) : std::unexpected{JsonError{}};
    if (value && party.party != held.identity.party) cards.push_back(*value);
  }
  return canonical_json(Value::Record{
      {"editions", std::move(editions)}, {"keys", std::move(keys)}, {"cards", std::move(cards)}});
}

}  // namespace

std::expected<JournalHeld, Fault> read_journal(const std::filesystem::path& dir) {
  JournalHeld held;
  BASHU_TRY(held.identity, node::load_identity(dir));
  held.storage = node::open_directory(dir);
  BASHU_TRY(const node::PublicIdentity known, node::load_public_identity(held.storage->files()));
  held.log_keys = node::all_log_keys(known);
  held.state = std::make_unique<core::State>(held.identity.party);
  std::optional<evidence::Agreement> agreement;
  BASHU_TRY_OK(each_commit(*held.storage, [&](const evidence::CommitRecord& commit) {
    return take(commit, held, agreement);
  }));
  auto directory = node::make_directory(held.state->circle().records);
  if (!directory) return fault("records of the circle: " + directory.error());
  held.directory = std::move(*directory);
  if (!held.directory.formed) return fault("this node is of no circle: nobody holds more of it");
  return held;
}

std::expected<std::vector<PeerHolds>, Fault> ask_peers(const JournalHeld& held,
                                                       const Questions& how) {
  Asking asking{held, how};
  const std::string& own = held.identity.party;
  // Lists that were lost with the end may name other log keys.
  std::vector<std::string> log_keys = held.directory.log_keys(own);
  BASHU_TRY(const std::vector<std::string> lists, own_lists(held, asking));
  BASHU_TRY(const evidence::KeysEdition newest, newest_of(held, lists));
  evidence::KeyList keys = held.directory.keys;
  for (const auto& [kid, key] : newest.keys) {
    if (key.role == "log") log_keys.push_back(key.key);
    keys.insert_or_assign(kid, key);
  }
  std::vector<PeerHolds> peers;
  for (const evidence::PartyRecord& party : held.directory.agreement.parties) {
    if (party.party == own) continue;
    PeerHolds one{.party = party.party, .member = party.member};
    BASHU_TRY(one.seen, seen_by(held, party, log_keys, asking));
    if (held.directory.agreement.channel(held.directory.channel(own, party.party))) {
      BASHU_TRY(const std::int64_t next,
                asking.next(party, held.directory.channel(own, party.party)));
      BASHU_TRY(const std::int64_t free,
                asking.next(party, held.directory.channel(party.party, own)));
      BASHU_TRY_OK(shows_last(held, keys, party, next - 1, asking));
      one.answered = next - 1;
      one.sent = free - 1;
    }
    peers.push_back(std::move(one));
  }
  return peers;
}

std::expected<std::string, Fault> compose_successor(const JournalHeld& held,
                                                    const std::vector<PeerHolds>& peers,
                                                    std::int64_t now_s, const tokens::Pin& pin,
                                                    const Questions& how) {
  const bool lost =
      std::ranges::any_of(peers, [&](const PeerHolds& one) { return knows_more(held, one); });
  if (!lost) {
    return fault("nothing is lost that anybody knows of: start the node, and its guard ends");
  }
  const auto origin = evidence::next_origin(held.identity.origin);
  if (!origin) return fault("the log's name has no successor: " + held.identity.origin);
  evidence::Predecessors predecessors = held.identity.predecessors;
  predecessors.push_back({.origin = held.identity.origin,
                          .size = held.size,
                          .root = held.roots.at(held.size),
                          .held = held.size});
  for (const PeerHolds& one : peers) {
    predecessors.back().held = std::max(predecessors.back().held, one.seen);
  }
  evidence::Agreement next = held.directory.agreement;
  next.previous = next.digest;
  next.expelled.clear();
  next.roots.clear();
  ++next.edition;
  next.effective = now_s;
  for (evidence::PartyRecord& party : next.parties) {
    if (party.party != held.identity.party) continue;
    party.origin = *origin;
    party.predecessors = evidence::predecessors_value(predecessors);
  }
  BASHU_TRY_OK(renew_channels(held, peers, next));
  Asking asking{held, how};
  BASHU_TRY(std::vector<std::string> lists, own_lists(held, asking));
  BASHU_TRY(std::string list, list_with_successor(held, lists, *origin, now_s, pin));
  lists.push_back(std::move(list));
  const std::string edition =
      evidence::signed_record(evidence::agreement_payload(next), evidence::kAgreementType, {});
  node::Identity own = held.identity;
  own.origin = *origin;
  own.predecessors = predecessors;
  return co_sign(circle_text(held, edition, lists), own, now_s, pin);
}

namespace {

std::vector<std::string> log_keys_in(std::string_view circle_file, const std::string& party) {
  std::vector<std::string> found;
  const auto value = parse_json(circle_file, kFileLimits);
  const Value* keys = value ? value->find("keys") : nullptr;
  for (const Value& one : keys && keys->as_list() ? *keys->as_list() : Value::List{}) {
    const std::string* text = one.as_text();
    const auto list = evidence::read_keys(text ? *text : std::string{});
    if (!list || list->party != party) continue;
    for (const auto& [kid, key] : list->keys) {
      if (key.role == "log") found.push_back(key.key);
    }
  }
  return found;
}

// Those that add_new_keys() made, if the edition is the one they were made for.
std::expected<void, Fault> call_new_keys_next(const std::filesystem::path& dir,
                                              const std::vector<std::string>& announced) {
  const auto made = dir / kSuccessorKeys, next = dir / "keys" / "next";
  const auto text = node::read_file(made / "keys.json");
  const auto about = text ? parse_json(*text) : std::unexpected{JsonError{}};
  const Value* log = about ? about->find("log") : nullptr;
  const auto key = log ? from_hex(log->text_at("public")) : std::nullopt;
  if (!key || std::ranges::find(announced, *key) == announced.end()) return {};
  if (auto done = activate_keys(dir); !done) return std::unexpected{done.error()};
  std::error_code error;
  std::filesystem::rename(made, next, error);
  if (error) return fault(next.string() + ": " + error.message());
  return node::sync_directory(dir / "keys");
}

}  // namespace

std::expected<bool, Fault> take_up_successor(const std::filesystem::path& dir,
                                             std::string_view circle_file) {
  BASHU_TRY(const node::Identity own, node::load_identity(dir));
  BASHU_TRY(const node::PublicIdentity shown, node::load_public_identity(dir));
  BASHU_TRY(const CircleSummary summary, circle_summary(circle_file));
  const evidence::PartyRecord* party = summary.agreement.party(own.party);
  if (!party || party->origin == own.origin) return false;
  const auto said = evidence::read_predecessors(party->predecessors);
  if (!said || said->empty() || said->back().origin != own.origin ||
      party->root_key != own.root.public_key) {
    return fault("the edition names another log than the one that is here");
  }
  if (!summary.missing.empty()) {
    return fault("not everybody has signed: " + summary.missing.front());
  }
  const auto storage = node::open_directory(dir);
  BASHU_TRY(const auto journal, storage->journal());  // nobody else writes it now
  const evidence::Predecessor& end = said->back();
  BASHU_TRY(const auto commits, journal->read(end.size - 1, 1));
  const auto record =
      commits.empty()
          ? evidence::Verified<evidence::CommitRecord>{std::unexpected{evidence::Bad{"root"}}}
          : evidence::decode_commit(commits.front().record);
  const auto note =
      record ? evidence::open_checkpoint(record->checkpoint, own.origin, node::all_log_keys(shown))
             : evidence::Verified<evidence::Checkpoint>{std::unexpected{record.error()}};
  if (!note || journal->size() != end.size || note->size != end.size || note->root != end.root) {
    return fault("the journal here does not end where the edition says: it has " +
                 std::to_string(journal->size()) + " entries, the edition says " +
                 std::to_string(end.size));
  }
  BASHU_TRY_OK(call_new_keys_next(dir, log_keys_in(circle_file, own.party)));
  BASHU_TRY_OK(node::set_successor(storage->files(), party->origin, *said));
  node::Gate gate;
  if (node::is_guarded(storage->files())) {
    BASHU_TRY_OK(
        node::end_guard(storage->files(), gate,
                        "a successor log, edition " + std::to_string(summary.agreement.edition)));
  }
  return true;
}

std::expected<void, Fault> fits_what_was_seen(const std::filesystem::path& dir,
                                              const node::Identity& own,
                                              std::string_view circle_file) {
  BASHU_TRY(const CircleSummary summary, circle_summary(circle_file));
  if (!summary.before) return {};
  const auto storage = node::open_directory(dir);
  for (const std::string& party : evidence::succeeding(*summary.before, summary.agreement)) {
    if (party == own.party) continue;
    const auto said = evidence::read_predecessors(summary.agreement.party(party)->predecessors);
    if (!said || said->empty())
      return fault("the edition does not say what " + party + " restored");
    const evidence::Predecessor& end = said->back();
    for (const char* folder : {"seen/", "witness/"}) {
      const auto note = storage->files().read(folder + party);
      const auto known = evidence::open_checkpoint(note ? *note : std::string{}, end.origin,
                                                   log_keys_in(circle_file, party));
      if (!note) continue;
      if (!known) return fault("the checkpoint kept of " + party + " does not verify");
      if (known->size > end.held) {
        return fault("a checkpoint of " + party + " over " + std::to_string(known->size) +
                     " entries is held here, and the edition knows of " + std::to_string(end.held) +
                     " only: it has to be composed again");
      }
      if (known->size == end.size && known->root != end.root) {
        return fault("fork: the checkpoint of " + party + " over " + std::to_string(end.size) +
                     " entries that is held here has another root");
      }
    }
  }
  return {};
}

void tell_succession(const evidence::Agreement& last, const evidence::Agreement& next,
                     const core::PartyId& own, core::AdoptRecord& command) {
  for (const std::string& party : evidence::succeeding(last, next)) {
    const auto said = evidence::read_predecessors(next.party(party)->predecessors);
    if (!said || said->empty()) continue;
    const evidence::Predecessor& end = said->back();
    command.successors.push_back({.party = core::PartyId{party},
                                  .size = static_cast<std::int64_t>(end.size),
                                  .skipped = static_cast<std::int64_t>(end.held - end.size)});
  }
  const std::vector<evidence::Renewed> renewed = evidence::renewed_channels(last, next);
  for (const evidence::Renewed& ours : renewed) {
    if (ours.from != own) continue;
    const auto theirs = std::ranges::find_if(renewed, [&](const evidence::Renewed& one) {
      return one.from == ours.to && one.to == own;
    });
    if (theirs == renewed.end()) continue;
    command.channels.push_back({.peer = core::PartyId{ours.to},
                                .answered = ours.from_seq - 1,
                                .taken = theirs->from_seq - 1});
  }
}

namespace {

// What is asked and under which keys: those of lists that were lost with the end, too.
struct Listing {
  const JournalHeld& held;
  Asking asking;
  evidence::KeyList keys = held.directory.keys;
  Lost lost = {};
};

struct Place {
  std::string_view from, to;
  std::int64_t seq = 0;
};
std::expected<LostMessage, Fault> told_by(const Listing& listing, const std::string& envelope,
                                          const Place& at) {
  const JournalHeld& held = listing.held;
  auto opened = evidence::open_envelope(envelope, listing.keys, at.from);
  if (!opened)
    return fault("a message of " + std::string{at.from} + ": " +
                 std::string{opened.error().code.text()});
  evidence::Payload& payload = opened->payload;
  if (payload.to != at.to || payload.seq != at.seq) {
    return fault("what is shown as message " + std::to_string(at.seq) + " from " +
                 std::string{at.from} + " to " + std::string{at.to} + " is another one");
  }
  LostMessage one{.peer = {},
                  .channel = payload.channel,
                  .seq = payload.seq,
                  .ours = payload.from == held.identity.party,
                  .forgot = false,
                  .kind = payload.kind,
                  .stream = payload.stream,
                  .id = opened->message_id,
                  .pack = payload.pack,
                  .says = std::move(payload.body),
                  .envelope = envelope,
                  .revoked = evidence::speaks_revoked(envelope, listing.keys),
                  .version = 0,
                  .here = {}};
  one.peer = one.ours ? payload.to : payload.from;
  if (Value::Record* members = one.says.as_record()) {
    members->erase("$keys");
    members->erase(std::string{core::told::kVoucher});
  }
  if (payload.kind == core::told::Step::kKind) one.version = one.says.int_at("version");
  one.here = standing_of(*held.state, one);
  return one;
}

// Those of ours that the peer has answered and we do not know: as many as we signed.
std::expected<void, Fault> add_forgotten(Listing& listing, const evidence::PartyRecord& peer) {
  const JournalHeld& held = listing.held;
  const std::string& own = held.identity.party;
  std::string channel = held.directory.channel(own, peer.party);
  std::int64_t end = 0;
  const auto renewed = std::ranges::find(held.renewed, channel, &evidence::Renewed::channel);
  if (renewed != held.renewed.end() && !held.identity.predecessors.empty()) {
    channel = renewed->before;
    end = renewed->from_seq;
  } else {
    BASHU_TRY(end, listing.asking.next(peer, channel));
    BASHU_TRY_OK(shows_last(held, listing.keys, peer, end - 1, listing.asking));
  }
  const auto last = held.sent.find(channel);
  const std::int64_t begin = (last == held.sent.end() ? 0 : last->second) + 1;
  for (std::int64_t seq = begin; seq < end; ++seq) {
    listing.asking.tell(peer, seq - begin, end - begin);
    BASHU_TRY(const auto envelope, listing.asking.message(peer, channel, seq));
    if (!envelope) continue;
    BASHU_TRY(LostMessage one,
              told_by(listing, *envelope, {.from = own, .to = peer.party, .seq = seq}));
    one.forgot = true;
    listing.lost.messages.push_back(std::move(one));
  }
  return {};
}

// Those of theirs that we do not know: they are sent again, or were forgotten with the end. How
// many they are nothing proves, and nobody has to do anything about them.
std::expected<void, Fault> add_untaken(Listing& listing, const evidence::PartyRecord& peer) {
  constexpr std::size_t kBytesMax = 64U << 20;
  const JournalHeld& held = listing.held;
  const std::string channel = held.directory.channel(peer.party, held.identity.party);
  BASHU_TRY(const std::int64_t end, listing.asking.next(peer, channel));
  const std::int64_t begin = held.state->inbox(peer.party).next;
  std::size_t bytes = 0;
  for (std::int64_t seq = begin; seq < end; ++seq) {
    if (seq - begin >= kUntakenMax || bytes > kBytesMax) {
      listing.lost.more[peer.party] = end - seq;
      return {};
    }
    listing.asking.tell(peer, seq - begin, std::min(end - begin, kUntakenMax));
    const auto envelope = listing.asking.message(peer, channel, seq);
    // They come again by themselves; nobody has to do anything about them.
    if (!envelope && listing.asking.not_heard()) return {};
    if (!envelope) return std::unexpected{envelope.error()};
    if (!*envelope) continue;
    bytes += (*envelope)->size();
    BASHU_TRY(
        LostMessage one,
        told_by(listing, **envelope, {.from = peer.party, .to = held.identity.party, .seq = seq}));
    one.forgot = true;
    listing.lost.messages.push_back(std::move(one));
  }
  return {};
}

// Messages of a peer whose log has a successor, which it does not know any more: they are here.
std::expected<void, Fault> add_forgotten_there(Listing& listing,
                                               const evidence::PartyRecord& peer) {
  const JournalHeld& held = listing.held;
  const std::string now = held.directory.channel(peer.party, held.identity.party);
  const auto renewed = std::ranges::find(held.renewed, now, &evidence::Renewed::channel);
  if (renewed == held.renewed.end()) return {};
  std::int64_t known = renewed->from_seq - 1;  // the last that it still knows
  for (; known > 0; --known) {
    listing.asking.tell(peer, renewed->from_seq - 1 - known, renewed->from_seq - 1);
    BASHU_TRY(const auto envelope, listing.asking.message(peer, renewed->before, known));
    if (envelope) break;
  }
  return each_commit(
      *held.storage, [&](const evidence::CommitRecord& commit) -> std::expected<void, Fault> {
        for (const evidence::CommitEntry& entry : commit.entries) {
          const auto leaf = evidence::parse_entry(entry.leaf);
          if (!leaf || leaf->kind != "recv" || leaf->channel != renewed->before ||
              static_cast<std::int64_t>(leaf->seq) <= known) {
            continue;
          }
          BASHU_TRY(LostMessage one, told_by(listing, entry.evidence,
                                             {.from = peer.party,
                                              .to = held.identity.party,
                                              .seq = static_cast<std::int64_t>(leaf->seq)}));
          listing.lost.messages.push_back(std::move(one));
        }
        return {};
      });
}

}  // namespace

std::expected<Lost, Fault> lost_messages(const JournalHeld& held, const Questions& how) {
  Listing listing{.held = held, .asking = Asking{held, how}};
  BASHU_TRY(const std::vector<std::string> lists, own_lists(held, listing.asking));
  BASHU_TRY(const evidence::KeysEdition newest, newest_of(held, lists));
  // A key that is known here may have been revoked in the end that was lost.
  for (const auto& [kid, key] : newest.keys) listing.keys.insert_or_assign(kid, key);
  for (const evidence::PartyRecord& peer : held.directory.agreement.parties) {
    if (peer.party == held.identity.party || !peer.member) continue;
    const auto before = evidence::read_predecessors(peer.predecessors);
    if (before && !before->empty()) {
      BASHU_TRY_OK(add_forgotten_there(listing, peer));
      continue;
    }
    BASHU_TRY_OK(add_forgotten(listing, peer));
    BASHU_TRY_OK(add_untaken(listing, peer));
  }
  return std::move(listing.lost);
}

std::string standing_of(const core::State& state, const LostMessage& message) {
  if (message.kind != core::told::Step::kKind) return {};
  const core::Case* known = state.find_case(message.stream);
  if (!known) return "unknown";
  if (known->version < message.version) return "behind";
  if (known->version > message.version) return "further";
  return known->digest == core::told::step_digest(message.says) ? "same" : "other";
}

namespace {

bool is_forgotten_step(const LostMessage& message) {
  return message.ours && message.forgot && (message.here == "unknown" || message.here == "behind");
}

}  // namespace

bool can_be_recalled(const LostMessage& message) {
  return is_forgotten_step(message) && !message.revoked;
}

bool is_doubtful(const LostMessage& message) {
  return is_forgotten_step(message) && message.revoked;
}

core::TakeMessage recalled(const core::PartyId& own, const LostMessage& message) {
  return {.from = own,
          .seq = message.seq,
          .message_id = message.id,
          .kind = message.kind,
          .stream = message.stream,
          .pack = message.pack,
          .body = message.says};
}

}  // namespace bashu::exchange
