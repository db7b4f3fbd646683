#include "evidence/fsck.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "evidence/checkpoint.h"
#include "evidence/envelope.h"
#include "evidence/grammar.h"
#include "evidence/in_force.h"

namespace bashu::evidence {
namespace {

std::unexpected<Bad> bad(Code code) { return std::unexpected{Bad{code}}; }

// The first line of the checkpoint in a receipt: which log it is of.
std::string_view receipt_origin(std::string_view receipt) {
  const std::size_t cut = receipt.find("\n\n");
  if (cut == std::string_view::npos) return {};
  const std::string_view note = receipt.substr(cut + 2);
  return note.substr(0, note.find('\n'));
}

bool is_message(const EntryLeaf& leaf) {
  return leaf.kind == "send" || leaf.kind == "recv" || leaf.kind == "resend" ||
         leaf.kind == "resolve";
}

// The envelope is signed by whose channel it is, and is the one that the leaf names; `kids`: by
// which keys.
bool message_fits(const EntryLeaf& leaf, std::string_view envelope, const CheckKeys& keys,
                  std::vector<std::string>& kids) {
  const auto parts = split_channel(leaf.channel);
  if (!parts) return false;
  const auto opened = open_envelope(envelope, keys.keys, parts->from);
  kids.clear();
  if (opened) kids.push_back(opened->key.kid);
  if (opened && opened->second) kids.push_back(opened->second->kid);
  return opened && opened->message_id == leaf.evidence && opened->payload.channel == leaf.channel &&
         static_cast<std::uint64_t>(opened->payload.seq) == leaf.seq;
}

bool evidence_fits(const EntryLeaf& leaf, std::string_view evidence, const CheckKeys& keys,
                   std::vector<std::string>& kids) {
  if (is_message(leaf)) return message_fits(leaf, evidence, keys, kids);
  return evidence.empty() ? leaf.evidence == "-" : sha256(evidence) == hash_from_hex(leaf.evidence);
}

// The id of the message that a receipt answers on the leaf's channel; empty if it does not.
std::string answered_by(const EntryLeaf& leaf, std::string_view receipt, const CheckKeys& keys) {
  const auto parts = split_channel(leaf.channel);
  if (!parts) return {};
  const Verified<Receipt> opened =
      open_receipt(receipt, LogOwner{parts->to, receipt_origin(receipt)}, keys.keys);
  if (!opened) return {};
  const EntryLeaf& answer = opened->entry;
  const bool answers = (answer.kind == "recv" || answer.kind == "resolve") &&
                       answer.outcome != "-" && answer.channel == leaf.channel &&
                       answer.seq == leaf.seq;
  return answers ? answer.evidence : std::string{};
}

ExaminedEntry examine_entry(const CommitEntry& entry, const CheckKeys& keys) {
  ExaminedEntry examined{.leaf = parse_entry(entry.leaf), .answered = {}};
  if (!examined.leaf) return examined;
  const EntryLeaf& leaf = *examined.leaf;
  examined.leaf_hash = leaf_hash(entry.leaf);
  examined.effect = effect_commitment(entry.blind, entry.effect) == hash_from_hex(leaf.effect);
  examined.evidence = evidence_fits(leaf, entry.evidence, keys, examined.kids);
  if (leaf.kind == "ack") examined.answered = answered_by(leaf, entry.evidence, keys);
  return examined;
}

Verified<Checkpoint> open_note_of(const CommitRecord& commit, const CheckKeys& keys) {
  const std::uint64_t size = commit.first + commit.entries.size();
  return open_checkpoint(commit.checkpoint, origin_at(keys.origin, keys.predecessors, size),
                         keys.log_keys);
}

}  // namespace

ExaminedCommit examine(std::string_view record, std::shared_ptr<const CheckKeys> keys) {
  ExaminedCommit examined{.record = decode_commit(record),
                          .entries = {},
                          .checkpoint = bad("root"),
                          .under = std::move(keys)};
  if (!examined.record) return examined;
  examined.entries.reserve(examined.record->entries.size());
  for (const CommitEntry& entry : examined.record->entries)
    examined.entries.push_back(examine_entry(entry, *examined.under));
  examined.checkpoint = open_note_of(*examined.record, *examined.under);
  return examined;
}

JournalCheck::JournalCheck(std::string origin, std::vector<std::string> log_keys, KeyList keys,
                           Predecessors predecessors)
    : keys_{std::make_shared<CheckKeys>(CheckKeys{.origin = std::move(origin),
                                                  .log_keys = std::move(log_keys),
                                                  .keys = {},
                                                  .predecessors = std::move(predecessors)})} {
  learn(keys);
}

void JournalCheck::learn(const KeyList& keys) {
  auto learnt = std::make_shared<CheckKeys>(*keys_);
  std::vector<std::string>& log_keys = learnt->log_keys;
  for (const auto& [kid, key] : keys) {
    learnt->keys.insert_or_assign(kid, key);
    const bool named = key.name == learnt->origin ||
                       std::ranges::find(learnt->predecessors, key.name, &Predecessor::origin) !=
                           learnt->predecessors.end();
    if (key.role == "log" && named && std::ranges::find(log_keys, key.key) == log_keys.end() &&
        std::ranges::find(ended_log_keys_, key.key) == ended_log_keys_.end())
      log_keys.push_back(key.key);
  }
  keys_ = std::move(learnt);
}

Hash JournalCheck::root() const { return evidence::root(nodes_, size_); }

Verified<CommitRecord> JournalCheck::next(std::string_view record) {
  ExaminedCommit examined = examine(record, keys_);
  const Verified<void> sound = next(examined);
  if (!sound) return std::unexpected{sound.error()};
  return std::move(examined.record);
}

Verified<void> JournalCheck::next(ExaminedCommit& examined) {
  const Verified<CommitRecord>& commit = examined.record;
  if (!commit) return std::unexpected{commit.error()};
  if (commit->first != size_) return bad("commit-order");
  const Verified<void> continues = check_succession(*commit, examined);
  if (!continues) return std::unexpected{continues.error()};
  // As it was before: what this commit adopts, its own signer did not know.
  const auto second_from = agreement_ ? agreement_->second_from("receipts") : std::nullopt;
  const bool can_sign = std::ranges::any_of(
      keys_->log_keys, [](const std::string& key) { return key.size() == kSm2KeySize; });
  for (std::size_t i = 0; i < commit->entries.size(); ++i) {
    const CommitEntry& entry = commit->entries[i];
    if (examined.under != keys_) examined.entries[i] = examine_entry(entry, *keys_);
    const Verified<void> sound = check_entry(entry, examined.entries[i]);
    if (!sound) return std::unexpected{sound.error()};
    append(nodes_, size_, examined.entries[i].leaf_hash);
    ++size_;
  }
  if (examined.under != keys_) examined.checkpoint = open_note_of(*commit, *keys_);
  const Verified<Checkpoint>& checkpoint = examined.checkpoint;
  if (!checkpoint) return std::unexpected{checkpoint.error()};
  if (checkpoint->size != size_ || checkpoint->root != root()) return bad("root");
  if (second_from && can_sign && !checkpoint->second &&
      static_cast<std::int64_t>(last_time_ / 1000) >= *second_from)
    return bad("second-missing");
  end_log_keys();
  return {};
}

// The commit that tells of it was the last one that a revoked key signed.
void JournalCheck::end_log_keys() {
  const auto ended = [this](const std::string& key) {
    return std::ranges::find(ended_log_keys_, key) != ended_log_keys_.end();
  };
  if (std::ranges::none_of(keys_->log_keys, ended)) return;
  auto left = std::make_shared<CheckKeys>(*keys_);
  std::erase_if(left->log_keys, ended);
  keys_ = std::move(left);
}

Verified<void> JournalCheck::check_succession(const CommitRecord& commit,
                                              const ExaminedCommit& examined) const {
  for (const Predecessor& one : keys_->predecessors) {
    if (one.size > commit.first && one.size < commit.first + commit.entries.size())
      return bad("commit-order");
    if (one.size != commit.first) continue;
    if (root() != one.root) return bad("root");
    const Verified<EntryLeaf>& begin = examined.entries.front().leaf;
    if (begin && begin->kind != "agreement") return bad("evidence");
  }
  return {};
}

Verified<void> JournalCheck::check_entry(const CommitEntry& entry, const ExaminedEntry& examined) {
  const Verified<EntryLeaf>& leaf = examined.leaf;
  if (!leaf) return std::unexpected{leaf.error()};
  if (leaf->index != size_) return bad("entry-index");
  if (leaf->time < last_time_) return bad("time-order");
  last_time_ = leaf->time;
  if (!examined.effect) return bad("effect");
  if (!examined.evidence) return bad("evidence");
  // What a revoked key signed is neither sent nor taken behind the list that says so; what was
  // taken before is still decided.
  const auto revoked = [this](const std::string& kid) { return revoked_.contains(kid); };
  if (leaf->kind != "resolve" && std::ranges::any_of(examined.kids, revoked))
    return bad("evidence");
  if (is_message(*leaf)) return check_order(*leaf);
  if (leaf->kind == "ack") return check_ack(*leaf, examined.answered);
  if (leaf->kind == "agreement" && !adopt_agreement(entry.evidence)) return bad("evidence");
  if (leaf->kind == "keys" && !adopt_keys(entry.evidence)) return bad("evidence");
  return {};
}

Verified<void> JournalCheck::check_order(const EntryLeaf& leaf) {
  const auto order = [](bool holds) -> Verified<void> {
    if (!holds) return bad("channel-order");
    return {};
  };
  if (leaf.kind == "recv") {
    std::uint64_t& last = received_[leaf.channel];
    if (leaf.seq != last + 1) return order(false);
    last = leaf.seq;
    return {};
  }
  if (leaf.kind == "resolve") return order(leaf.seq <= received_[leaf.channel]);
  Sent& sent = sent_[leaf.channel];
  if (leaf.kind == "send") {
    if (leaf.seq != sent.last + 1) return order(false);
    sent.last = leaf.seq;
  } else if (leaf.seq > sent.last) {
    return order(false);
  }
  sent.open[leaf.seq].push_back(leaf.evidence);
  return {};
}

Verified<void> JournalCheck::check_ack(const EntryLeaf& leaf, const std::string& answered) {
  const auto channel = sent_.find(leaf.channel);
  if (answered.empty() || channel == sent_.end()) return bad("receipt");
  const auto message = channel->second.open.find(leaf.seq);
  if (message == channel->second.open.end()) return bad("receipt");
  if (std::ranges::find(message->second, answered) == message->second.end()) return bad("receipt");
  channel->second.open.erase(message);
  return {};
}

bool JournalCheck::adopt_agreement(std::string_view record) {
  // The log's own first edition pins the rest; whether it is the right one the caller knows.
  Verified<Agreement> next = next_agreement(agreement_ ? &*agreement_ : nullptr, record, {});
  if (!next) return false;
  for (const PartyRecord& party : next->parties) {
    if (party.origin == keys_->origin &&
        read_predecessors(party.predecessors) != keys_->predecessors)
      return false;
  }
  if (agreement_) renew(*next);
  agreement_ = *std::move(next);
  known_.adopt(*agreement_);
  return true;
}

// Numbers go on; what is not sent there yet is still of the channel before.
void JournalCheck::renew(const Agreement& next) {
  for (const Renewed& one : renewed_channels(*agreement_, next)) {
    const auto before = static_cast<std::uint64_t>(one.from_seq - 1);
    received_[one.channel] = before;
    sent_[one.channel].last = std::max(sent_[one.before].last, before);
  }
}

bool JournalCheck::adopt_keys(std::string_view record) {
  if (!agreement_) return false;
  const Verified<KeysEdition> read = read_keys(record);
  if (!read) return false;
  // A log may begin with a later edition than the first; from there on it is a chain.
  KeysEdition before;
  before.edition = read->edition - 1;
  before.digest = read->previous;
  const auto last = lists_.find(read->party);
  Verified<KeysEdition> next =
      known_.next_keys(last == lists_.end() ? &before : &last->second, record);
  if (!next) return false;
  learn(next->keys);
  for (const auto& [kid, key] : next->keys) {
    if (key.revoked == 0) continue;
    if (revoked_.insert(kid).second && key.role == "log" && key.name == keys_->origin)
      ended_log_keys_.push_back(key.key);
  }
  lists_.insert_or_assign(read->party, *std::move(next));
  return true;
}

}  // namespace bashu::evidence
