#include "node/sealer.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/told/dispute.h"
#include "core/told/settle.h"
#include "core/told/step.h"
#include "evidence/checkpoint.h"
#include "evidence/envelope.h"
#include "evidence/tree.h"
#include "evidence/voucher.h"
#include "node/codec.h"

namespace bashu::node {

namespace {

constexpr std::size_t kBlindSize = 16, kNonceSize = 16, kSeedSize = 32;

std::size_t json_size(const Value& value) {
  if (const std::string* text = value.as_text()) {
    std::size_t size = 2;
    for (const char c : *text) {
      size += static_cast<unsigned char>(c) < 0x20 ? 6 : c == '"' || c == '\\' ? 2 : 1;
    }
    return size;
  }
  if (const Value::List* list = value.as_list()) {
    std::size_t size = 2;
    for (const Value& item : *list) size += json_size(item) + 1;
    return size;
  }
  if (const Value::Record* record = value.as_record()) {
    std::size_t size = 2;
    for (const auto& [name, item] : *record) size += 6 * name.size() + 4 + json_size(item);
    return size;
  }
  return 21;  // digits and sign of an integer; more than true, false, null
}

}  // namespace

std::size_t payload_bound(const core::MessageQueued& message) {
  // Every other member together, with the longest ids; one wrapped key: 107 characters and its id.
  constexpr std::size_t kFrame = 1'024, kWrapped = 112;
  std::size_t size = kFrame + json_size(message.body) + 6 * message.stream.size();
  for (const std::string& id : sealing_keys(message.body)) size += kWrapped + 6 * id.size();
  return size;
}

bool must_be_signed_again(std::string_view envelope, const Directory& directory,
                          std::string_view own, std::string_view to) {
  if (evidence::speaks_revoked(envelope, directory.keys)) return true;
  const auto opened = evidence::read_envelope(envelope);
  return opened && opened->channel != directory.channel(own, to);
}

// One random draw per commit, expanded by ChaCha20 under keys derived from it.
class Sealer::Draws {
 public:
  explicit Draws(std::string seed) : seed_{std::move(seed)} {}
  std::string take(std::size_t count) {
    if (at_ + count > block_.size()) next();
    std::string out = block_.substr(at_, count);
    at_ += count;
    return out;
  }

 private:
  void next() {
    constexpr std::size_t kBlock = 4'096;
    std::string number(8, '\0');
    std::memcpy(number.data(), &blocks_, sizeof blocks_);
    ++blocks_;
    const Hash key = sha256(seed_, number);
    static_assert(sizeof key == randombytes_SEEDBYTES);
    block_.resize(kBlock);
    randombytes_buf_deterministic(block_.data(), block_.size(), key.data());
    at_ = 0;
  }

  std::string seed_, block_;
  std::size_t at_ = 0;
  std::uint64_t blocks_ = 0;
};

struct Sealer::Work {
  Batch& batch;
  Draws draws;
  evidence::CommitRecord record;
  std::vector<journal::MessageRow> rows;
};

Sealer::Sealed Sealer::seal(Batch& batch) {
  Work work{.batch = batch,
            .draws = Draws{chance_.bytes(kSeedSize)},
            .record = {.first = batch.first, .entries = {}, .checkpoint = {}},
            .rows = {}};
  work.record.entries.reserve(static_cast<std::size_t>(batch.entries));
  for (Item& item : batch.items) {
    if (item.writes) seal_item(work, item);
  }
  BASHU_ASSERT(work.record.entries.size() == batch.entries);
  Sealed sealed;
  const std::uint64_t size = batch.first + batch.entries;
  sealed.root = evidence::root(archive_.tree(), size);
  std::string& note = work.record.checkpoint;
  note = evidence::sign_checkpoint(identity_.origin, size, sealed.root, identity_.log.secret_key);
  const bool twice = std::ranges::any_of(batch.items, [this](const Item& item) {
    return item.directory && signs_twice(*item.directory);
  });
  if (twice) {
    const std::string body = note.substr(0, note.find("\n\n") + 1);
    note += evidence::second_line(body, identity_.origin, identity_.second->log.key);
  }
  sealed.commit = {.first = batch.first,
                   .count = static_cast<std::uint32_t>(batch.entries),
                   .record = evidence::encode_commit(work.record)};
  sealed.indexed = {.messages = std::move(work.rows), .note = std::move(work.record.checkpoint)};
  leaves_.clear();
  for (evidence::CommitEntry& entry : work.record.entries) leaves_.push_back(std::move(entry.leaf));
  return sealed;
}

std::string Sealer::receipt(const Sealed& sealed, std::uint64_t index) const {
  const std::uint64_t size = sealed.commit.first + sealed.commit.count;
  return evidence::make_receipt(leaves_[static_cast<std::size_t>(index - sealed.commit.first)],
                                index, evidence::inclusion_proof(archive_.tree(), index, size),
                                sealed.indexed.note);
}

void Sealer::seal_item(Work& work, Item& item) {
  BASHU_ASSERT(item.index == work.record.first + work.record.entries.size());
  static const std::vector<core::Event> kNone;
  Done* done = std::get_if<Done>(&item.answer);
  const std::vector<core::Event>& events = done ? done->decision.events : kNone;
  std::string effect = item.effect.empty() ? encode(events) : std::move(item.effect);
  if (item.kind == "resend") {
    evidence::Envelope again = sign_again(work, item);
    item.message_id = std::move(again.message_id);
    item.evidence = std::move(again.text);
  }
  std::string evidence_id = item.message_id;
  if (evidence_id.empty()) {
    evidence_id = item.evidence.empty() ? "-" : hex(sha256(item.evidence));
  }
  add(work,
      {.index = item.index,
       .time = static_cast<std::uint64_t>(item.time_ms),
       .kind = std::string{item.kind},
       .outcome = item.outcome,
       .reason = item.reason,
       .channel = item.channel,
       .seq = static_cast<std::uint64_t>(item.seq),
       .evidence = std::move(evidence_id),
       .effect = {}},
      std::move(effect), std::move(item.evidence));
  if (!done) return;
  for (core::Event& event : done->decision.events) {
    if (auto* queued = std::get_if<core::MessageQueued>(&event)) send(work, item, *queued);
    const auto* resolved = std::get_if<core::MessageResolved>(&event);
    if (resolved && !(item.kind == "resolve" && resolved->seq == item.seq)) {
      resolve(work, item, *resolved);
    }
  }
}

bool Sealer::signs_twice(const Directory& directory) const {
  return identity_.second && directory.agreement.second &&
         directory.keys.contains(identity_.second->envelope.kid) &&
         directory.keys.contains(identity_.second->log.kid);
}

namespace {

// A voucher leaves only if its receiver will take it. Older nodes know no such member and would put
// aside what they cannot read; but of a settlement they read what they know, and others need it.
bool voucher_goes(const Directory& directory, const evidence::Payload& payload) {
  const bool known = std::ranges::any_of(directory.keys, [&](const auto& one) {
    return one.second.party == payload.to && one.second.role == evidence::kCommandRole;
  });
  if (!known && payload.kind != core::told::Settle::kKind) return false;
  return evidence::check_voucher(
             payload, {.keys = directory.keys, .max_life_s = directory.agreement.max_life_s})
      .has_value();
}

void leave_voucher(const Directory& directory, evidence::Payload& payload) {
  if (payload.body.find(evidence::kVoucher) && !voucher_goes(directory, payload)) {
    payload.body.as_record()->erase(std::string{evidence::kVoucher});
  }
}

bool is_revoked(const Directory& directory, const std::string& kid) {
  const auto key = directory.keys.find(kid);
  return key != directory.keys.end() && key->second.revoked != 0;
}

}  // namespace

evidence::Envelope Sealer::sign(const Directory& directory,
                                const evidence::Payload& payload) const {
  const std::string text = evidence::payload_text(payload);
  BASHU_ASSERT(text.size() <= evidence::kPayloadMax);
  const std::string &kid = identity_.envelope.kid, &secret = identity_.envelope.secret_key;
  return signs_twice(directory)
             ? evidence::sign_envelope_twice(text, kid, secret, identity_.second->envelope)
             : evidence::sign_envelope(text, kid, secret);
}

evidence::Envelope Sealer::sign_again(Work& work, const Item& item) {
  const Directory& directory = *item.directory;
  const auto* event =
      std::get_if<core::MessageResent>(&std::get<Done>(item.answer).decision.events.front());
  BASHU_ASSERT(event);
  const auto before = archive_.message_sent(event->to, event->seq);
  BASHU_ASSERT(before);
  auto opened = evidence::open_envelope(*before, directory.keys, identity_.party);
  BASHU_ASSERT(opened);
  evidence::Payload& payload = opened->payload;
  const evidence::KeyRecord& own = directory.keys.find(identity_.envelope.kid)->second;
  const std::int64_t from =
      signs_twice(directory)
          ? std::max(own.from, directory.keys.find(identity_.second->envelope.kid)->second.from)
          : own.from;
  const std::int64_t now = item.time_ms / 1000;
  // No message lives longer for it: one that has expired is still answered so.
  const bool lives = now < payload.expiry;
  payload.issued = lives ? now : from;
  payload.expiry = lives ? std::min(payload.expiry, own.to) : from + 1;
  payload.channel = item.channel;
  payload.nonce = base64url(work.draws.take(kNonceSize));
  Value::Record& body = *payload.body.as_record();
  const auto voucher = body.find(evidence::kVoucher);
  if (voucher != body.end() && identity_.command &&
      is_revoked(directory, voucher->second.text_at("kid"))) {
    voucher->second = evidence::vouch_again(voucher->second, identity_.command->kid,
                                            identity_.command->secret_key);
    leave_voucher(directory, payload);
  }
  return sign(directory, payload);
}

namespace {

// Envelopes of messages taken: of before, and of the commit that is being sealed.
struct Taken {
  Archive& archive;
  const evidence::CommitRecord& record;

  [[nodiscard]] std::optional<std::string> envelope(const std::string& from,
                                                    const std::string& channel,
                                                    std::int64_t seq) const {
    auto found = archive.message(journal::Trace::taken, from, seq);
    if (found) return found;
    for (const evidence::CommitEntry& entry : record.entries) {
      const auto leaf = evidence::parse_entry(entry.leaf);
      if (leaf && leaf->kind == "recv" && leaf->channel == channel &&
          leaf->seq == static_cast<std::uint64_t>(seq)) {
        return entry.evidence;
      }
    }
    return std::nullopt;
  }
};

// The step with this digest, told by the same party not long before.
constexpr std::int64_t kBackMax = 64;  // messages

bool tells(const std::string& envelope, std::string_view stream, const std::string& digest) {
  auto opened = evidence::read_envelope(envelope);
  if (!opened || opened->kind != core::told::Step::kKind || opened->stream != stream) return false;
  Value::Record* members = opened->body.as_record();
  if (!members) return false;
  for (const std::string_view beside : {std::string_view{"$keys"}, evidence::kVoucher}) {
    members->erase(std::string{beside});
  }
  return core::told::step_digest(opened->body) == digest;
}

// In an objection, the envelopes of what it objects to and of the step that stands here against it,
// as far as they fit (docs/formats/messages.md, case.dispute).
void put_envelopes(const Taken& taken, const Directory& directory, const std::string& own,
                   core::MessageQueued& message) {
  const Value* shows = message.body.find(core::told::kShows);
  const Value::List* sources = shows ? shows->as_list() : nullptr;
  if (!sources || sources->empty()) return;
  const core::PartyId from{sources->front().text_at("from")};
  const std::int64_t seq = sources->front().int_at("seq");
  const std::string channel = directory.channel(from, own);
  const std::string stands = message.body.text_at("stands");
  const std::size_t most = static_cast<std::size_t>(directory.agreement.max_payload);
  std::size_t size = payload_bound(message);
  Value::List envelopes;
  const auto put = [&](std::string envelope) {
    const std::size_t more = json_size(Value{envelope}) + 1;
    if (size + more > most) return;
    size += more;
    envelopes.emplace_back(std::move(envelope));
  };
  if (auto step = taken.envelope(from, channel, seq)) {
    const bool same = tells(*step, message.stream, stands);
    put(*std::move(step));
    for (std::int64_t back = 1; !same && back <= kBackMax && back < seq; ++back) {
      auto before = taken.envelope(from, channel, seq - back);
      if (!before || !tells(*before, message.stream, stands)) continue;
      put(*std::move(before));
      break;
    }
  }
  message.body.as_record()->insert_or_assign(std::string{core::told::kShows}, std::move(envelopes));
}

}  // namespace

// The envelope of a message, as the evidence of a `send` entry without effect.
void Sealer::send(Work& work, const Item& item, core::MessageQueued& message) {
  const Directory& directory = *item.directory;
  const auto own = directory.keys.find(identity_.envelope.kid);
  BASHU_ASSERT(own != directory.keys.end());
  const std::int64_t issued = item.time_ms / 1000;
  const std::string seal_key = directory.seal_key(message.to);
  if (message.kind == core::told::Dispute::kKind) {
    put_envelopes({archive_, work.record}, directory, identity_.party, message);
  }
  Value::Record keys;
  for (const std::string& id : sealing_keys(message.body)) {
    const auto key = vault_.key(id);
    if (!key || seal_key.empty()) continue;  // erased since, or nobody could open it
    keys[id] = base64url(seal_to(seal_key, *key, work.draws.take(crypto_box_SEEDBYTES)));
  }
  evidence::Payload payload{
      .from = identity_.party,
      .to = message.to,
      .channel = directory.channel(identity_.party, message.to),
      .seq = message.seq,
      .issued = issued,
      .expiry = std::min(issued + directory.agreement.max_life_s, own->second.to),
      .agreement = directory.agreement.id,
      .pack = message.pack,
      .kind = message.kind,
      .stream = message.stream,
      .nonce = base64url(work.draws.take(kNonceSize)),
      .body = std::move(message.body)};
  if (!payload.body.as_record()) payload.body = Value::Record{};
  leave_voucher(directory, payload);
  if (!keys.empty()) (*payload.body.as_record())["$keys"] = std::move(keys);
  evidence::Envelope envelope = sign(directory, payload);
  add(work,
      {.index = 0,
       .time = static_cast<std::uint64_t>(item.time_ms),
       .kind = "send",
       .outcome = "-",
       .reason = "-",
       .channel = payload.channel,
       .seq = static_cast<std::uint64_t>(message.seq),
       .evidence = std::move(envelope.message_id),
       .effect = {}},
      {}, std::move(envelope.text));
}

// A held message that another decision released: its answer needs an entry of its own to be proven.
void Sealer::resolve(Work& work, const Item& item, const core::MessageResolved& message) {
  const std::string channel = item.directory->channel(message.from, identity_.party);
  std::optional<std::string> envelope =
      Taken{archive_, work.record}.envelope(message.from, channel, message.seq);
  BASHU_ASSERT(envelope);
  std::string id = evidence::message_id_of(*envelope);
  add(work,
      {.index = 0,
       .time = static_cast<std::uint64_t>(item.time_ms),
       .kind = "resolve",
       .outcome = message.outcome,
       .reason = message.reason.empty() ? "-" : message.reason,
       .channel = channel,
       .seq = static_cast<std::uint64_t>(message.seq),
       .evidence = std::move(id),
       .effect = {}},
      {}, std::move(*envelope));
}

void Sealer::add(Work& work, evidence::EntryLeaf leaf, std::string effect, std::string evidence) {
  leaf.index = work.record.first + work.record.entries.size();
  std::string blind = work.draws.take(kBlindSize);
  leaf.effect = hex(evidence::effect_commitment(blind, effect));
  std::string text = evidence::entry_text(leaf);
  evidence::append(archive_.tree(), leaf.index, evidence::leaf_hash(text));
  if (auto row = message_row(leaf)) work.rows.push_back(std::move(*row));
  work.record.entries.push_back({.leaf = std::move(text),
                                 .blind = std::move(blind),
                                 .effect = std::move(effect),
                                 .evidence = std::move(evidence)});
}

}  // namespace bashu::node
