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

}  // namespace

JournalCheck::JournalCheck(std::string origin, std::vector<std::string> log_keys, KeyList keys)
    : origin_{std::move(origin)}, log_keys_{std::move(log_keys)} {
  learn(keys);
}

void JournalCheck::learn(const KeyList& keys) {
  for (const auto& [kid, key] : keys) {
    keys_.insert_or_assign(kid, key);
    if (key.role == "log" && key.name == origin_ &&
        std::ranges::find(log_keys_, key.key) == log_keys_.end())
      log_keys_.push_back(key.key);
  }
}

Hash JournalCheck::root() const { return evidence::root(nodes_, size_); }

Verified<CommitRecord> JournalCheck::next(std::string_view record) {
  Verified<CommitRecord> commit = decode_commit(record);
  if (!commit) return commit;
  if (commit->first != size_) return bad("commit-order");
  // As it was before: what this commit adopts, its own signer did not know.
  const auto second_from = agreement_ ? agreement_->second_from("receipts") : std::nullopt;
  const bool can_sign = std::ranges::any_of(
      log_keys_, [](const std::string& key) { return key.size() == kSm2KeySize; });
  for (const CommitEntry& entry : commit->entries) {
    const Verified<void> sound = check_entry(entry);
    if (!sound) return std::unexpected{sound.error()};
    append(nodes_, size_, leaf_hash(entry.leaf));
    ++size_;
  }
  const Verified<Checkpoint> checkpoint = open_checkpoint(commit->checkpoint, origin_, log_keys_);
  if (!checkpoint) return std::unexpected{checkpoint.error()};
  if (checkpoint->size != size_ || checkpoint->root != root()) return bad("root");
  if (second_from && can_sign && !checkpoint->second &&
      static_cast<std::int64_t>(last_time_ / 1000) >= *second_from)
    return bad("second-missing");
  return commit;
}

Verified<void> JournalCheck::check_entry(const CommitEntry& entry) {
  const Verified<EntryLeaf> leaf = parse_entry(entry.leaf);
  if (!leaf) return std::unexpected{leaf.error()};
  if (leaf->index != size_) return bad("entry-index");
  if (leaf->time < last_time_) return bad("time-order");
  last_time_ = leaf->time;
  if (effect_commitment(entry.blind, entry.effect) != hash_from_hex(leaf->effect))
    return bad("effect");
  const std::string& kind = leaf->kind;
  if (kind == "send" || kind == "recv" || kind == "resend" || kind == "resolve")
    return check_message(*leaf, entry.evidence);
  if (entry.evidence.empty() ? leaf->evidence != "-"
                             : sha256(entry.evidence) != hash_from_hex(leaf->evidence))
    return bad("evidence");
  if (kind == "ack") return check_ack(*leaf, entry.evidence);
  if (kind == "agreement" && !adopt_agreement(entry.evidence)) return bad("evidence");
  if (kind == "keys" && !adopt_keys(entry.evidence)) return bad("evidence");
  return {};
}

Verified<void> JournalCheck::check_message(const EntryLeaf& leaf, std::string_view envelope) {
  const auto parts = split_channel(leaf.channel);
  if (!parts) return bad("evidence");
  const auto opened = open_envelope(envelope, keys_, parts->from);
  if (!opened || opened->message_id != leaf.evidence || opened->payload.channel != leaf.channel ||
      static_cast<std::uint64_t>(opened->payload.seq) != leaf.seq)
    return bad("evidence");
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

Verified<void> JournalCheck::check_ack(const EntryLeaf& leaf, std::string_view receipt) {
  const auto parts = split_channel(leaf.channel);
  const auto channel = sent_.find(leaf.channel);
  if (!parts || channel == sent_.end()) return bad("receipt");
  const auto message = channel->second.open.find(leaf.seq);
  if (message == channel->second.open.end()) return bad("receipt");
  const Verified<Receipt> opened =
      open_receipt(receipt, LogOwner{parts->to, receipt_origin(receipt)}, keys_);
  if (!opened) return bad("receipt");
  const EntryLeaf& answer = opened->entry;
  if ((answer.kind != "recv" && answer.kind != "resolve") || answer.outcome == "-" ||
      answer.channel != leaf.channel || answer.seq != leaf.seq ||
      std::ranges::find(message->second, answer.evidence) == message->second.end())
    return bad("receipt");
  channel->second.open.erase(message);
  return {};
}

bool JournalCheck::adopt_agreement(std::string_view record) {
  // The log's own first edition pins the rest; whether it is the right one the caller knows.
  Verified<Agreement> next = next_agreement(agreement_ ? &*agreement_ : nullptr, record, {});
  if (!next) return false;
  agreement_ = *std::move(next);
  return true;
}

bool JournalCheck::adopt_keys(std::string_view record) {
  if (!agreement_) return false;
  const Verified<KeysEdition> read = read_keys(record);
  if (!read) return false;
  const PartyRecord* party = agreement_->party(read->party);
  if (!party) return false;
  // A log may begin with a later edition than the first; from there on it is a chain.
  KeysEdition before;
  before.edition = read->edition - 1;
  before.digest = read->previous;
  const auto last = lists_.find(read->party);
  Verified<KeysEdition> next =
      next_keys(last == lists_.end() ? &before : &last->second, record,
                KeysOwner{party->party, agreement_->id, party->root_kid, party->root_key});
  if (!next) return false;
  learn(next->keys);
  lists_.insert_or_assign(party->party, *std::move(next));
  return true;
}

}  // namespace bashu::evidence
