#include "node/archive.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "evidence/checkpoint.h"
#include "evidence/grammar.h"
#include "evidence/in_force.h"
#include "evidence/tree.h"

namespace bashu::node {

namespace {

using journal::Trace;

constexpr std::size_t kReadBytes = 8U << 20;
constexpr std::uint64_t kFlushLeaves = 16'384;
constexpr std::size_t kFlushCommits = 1'024;
constexpr std::uint64_t kFlushCatchUp = 1U << 20;
constexpr std::size_t kRecentMax = 4;

std::unexpected<Fault> fault(std::string what) {
  return std::unexpected{Fault{.what = std::move(what)}};
}

}  // namespace

std::vector<std::string> all_log_keys(const PublicIdentity& identity) {
  std::vector<std::string> all{identity.log_key};
  all.insert(all.end(), identity.log_keys_before.begin(), identity.log_keys_before.end());
  return all;
}

std::optional<journal::MessageRow> message_row(const evidence::EntryLeaf& leaf) {
  const auto channel = evidence::split_channel(leaf.channel);
  if (!channel) return std::nullopt;
  journal::MessageRow row{.trace = {},
                          .peer = {},
                          .seq = static_cast<std::int64_t>(leaf.seq),
                          .id = hash_from_hex(leaf.evidence).value_or(Hash{}),
                          .entry = leaf.index};
  const auto is = [&](const char* kind, Trace trace, std::string_view peer) {
    if (leaf.kind != kind) return false;
    row.trace = trace;
    row.peer = peer;
    return true;
  };
  if (is("send", Trace::sent, channel->to) || is("recv", Trace::taken, channel->from) ||
      is("ack", Trace::acked, channel->to) || is("resolve", Trace::resolved, channel->from) ||
      is("resend", Trace::resent, channel->to)) {
    return row;
  }
  return std::nullopt;
}

std::expected<std::unique_ptr<Archive>, Fault> Archive::open(
    Storage& storage, std::unique_ptr<journal::Journal> journal, const PublicIdentity& identity) {
  auto archive = std::make_unique<Archive>();
  const std::uint64_t size = journal->size();
  archive->identity_ = identity;
  archive->log_keys_ = all_log_keys(identity);
  archive->journal_ = std::move(journal);
  auto tree = storage.tree(size);
  if (!tree) return std::unexpected{tree.error()};
  archive->tree_ = std::move(*tree);
  auto index = storage.index(size);
  if (!index) return std::unexpected{index.error()};
  archive->index_ = std::move(*index);
  if (auto done = archive->catch_up(); !done) return std::unexpected{done.error()};
  auto note = archive->check_root();
  if (!note) {
    // Tree files are derived data. Before the journal is blamed they are made again.
    if (auto cleared = archive->tree_->clear(); !cleared) return std::unexpected{cleared.error()};
    if (auto done = archive->catch_up(); !done) return std::unexpected{done.error()};
    note = archive->check_root();
  }
  if (!note) return std::unexpected{note.error()};
  archive->note_ = std::move(*note);
  return archive;
}

std::expected<void, Fault> Archive::catch_up() {
  const std::uint64_t end = journal_->size();
  std::uint64_t at = std::min(tree_->size(), index_->size());
  while (at < end) {
    const auto commits = journal_->read(at, kReadBytes);
    if (!commits) return std::unexpected{commits.error()};
    if (commits->empty()) return fault("journal entry " + std::to_string(at) + ": is missing");
    for (const journal::Commit& commit : *commits) {
      const auto record = evidence::decode_commit(commit.record);
      if (!record) {
        return fault("journal entry " + std::to_string(commit.first) + ": " + record.error().code);
      }
      const auto size = add(*record, at);
      if (!size) return std::unexpected{size.error()};
      at = *size;
    }
    if (tree_->unflushed() >= kFlushCatchUp) {
      if (auto flushed = flush(true); !flushed) return flushed;
    }
  }
  return flush(false);
}

// Gives the size with it, which must be larger than `at`; what is there already stays.
std::expected<std::uint64_t, Fault> Archive::add(const evidence::CommitRecord& record,
                                                 std::uint64_t at) {
  std::vector<journal::MessageRow> rows;
  std::uint64_t size = record.first;
  for (const evidence::CommitEntry& entry : record.entries) {
    const std::uint64_t i = size++;
    if (i >= tree_->size()) evidence::append(*tree_, i, evidence::leaf_hash(entry.leaf));
    if (i < index_->size()) continue;
    const auto leaf = evidence::parse_entry(entry.leaf);
    if (!leaf) return fault("journal entry " + std::to_string(i) + ": " + leaf.error().code);
    if (auto row = message_row(*leaf)) rows.push_back(std::move(*row));
  }
  if (size <= at) return fault("journal entry " + std::to_string(at) + ": commit-order");
  if (size > index_->size()) index_->add(size, std::move(rows));
  return size;
}

std::expected<void, Fault> Archive::follow(const evidence::CommitRecord& record,
                                           const std::function<void()>& shown) {
  const auto size = add(record, tree_->size());
  if (!size) return std::unexpected{size.error()};
  if (auto sound = check_note(record.checkpoint, *size); !sound) return sound;
  shown();
  const std::lock_guard lock{guard_};
  note_ = record.checkpoint;
  return {};
}

std::expected<void, Fault> Archive::check_note(const std::string& note, std::uint64_t size) {
  const auto checkpoint = evidence::open_checkpoint(
      note, evidence::origin_at(identity_.origin, identity_.predecessors, size), log_keys_);
  if (!checkpoint) {
    return fault("checkpoint over " + std::to_string(size) +
                 " entries: " + checkpoint.error().code);
  }
  if (checkpoint->size != size || checkpoint->root != evidence::root(*tree_, size)) {
    return fault("the tree over " + std::to_string(size) +
                 " entries is not that of the checkpoint: root");
  }
  return {};
}

// Whatever key signed it.
bool Archive::says_our_root(const std::string& note, std::uint64_t size) {
  return note.starts_with(
      evidence::checkpoint_body(evidence::origin_at(identity_.origin, identity_.predecessors, size),
                                size, evidence::root(*tree_, size)) +
      "\n");
}

std::expected<std::string, Fault> Archive::check_root() {
  const std::uint64_t size = journal_->size();
  if (size == 0) return std::string{};
  const CommitPtr last = commit_of(size - 1);
  if (!last) return fault("the last commit of the journal cannot be read");
  if (says_our_root(last->checkpoint, size)) return last->checkpoint;
  if (auto sound = check_note(last->checkpoint, size); !sound)
    return std::unexpected{sound.error()};
  return last->checkpoint;
}

std::expected<void, Fault> Archive::check_signed() {
  return size() == 0 ? std::expected<void, Fault>{} : check_note(checkpoint(), size());
}

void Archive::learn(const std::vector<std::string>& log_keys) {
  for (const std::string& key : log_keys) {
    if (std::ranges::find(log_keys_, key) == log_keys_.end()) log_keys_.push_back(key);
  }
}

std::expected<void, Fault> Archive::append(const journal::Commit& commit, Indexed what) {
  if (auto done = journal_->append(commit); !done) return done;
  index_->add(commit.first + commit.count, std::move(what.messages));
  const std::lock_guard lock{guard_};
  note_ = std::move(what.note);
  return {};
}

std::expected<void, Fault> Archive::flush(bool all) {
  if (all || tree_->unflushed() >= kFlushLeaves) {
    if (auto done = tree_->flush(); !done) return done;
  }
  if (all || index_->unflushed() >= kFlushCommits) {
    if (auto done = index_->flush(); !done) return done;
  }
  return {};
}

Archive::CommitPtr Archive::commit_of(std::uint64_t entry) {
  if (entry >= size()) return nullptr;
  {
    const std::lock_guard lock{guard_};
    for (auto it = recent_.begin(); it != recent_.end(); ++it) {
      const evidence::CommitRecord& one = **it;
      if (entry < one.first || entry - one.first >= one.entries.size()) continue;
      recent_.splice(recent_.begin(), recent_, it);
      return recent_.front();
    }
  }
  const auto commits = journal_->read(entry, 1);
  if (!commits || commits->empty()) return nullptr;
  auto record = evidence::decode_commit(commits->front().record);
  if (!record || entry < record->first || entry - record->first >= record->entries.size()) {
    return nullptr;
  }
  auto commit = std::make_shared<const evidence::CommitRecord>(std::move(*record));
  const std::lock_guard lock{guard_};
  recent_.push_front(commit);
  if (recent_.size() > kRecentMax) recent_.pop_back();
  return commit;
}

std::optional<evidence::CommitEntry> Archive::entry(std::uint64_t index) {
  const CommitPtr commit = commit_of(index);
  if (!commit) return std::nullopt;
  return commit->entries[static_cast<std::size_t>(index - commit->first)];
}

std::optional<journal::Index::Found> Archive::find(Trace trace, std::string_view peer,
                                                   std::int64_t seq) {
  return index_->find(trace, peer, seq);
}

std::optional<std::string> Archive::message(Trace trace, std::string_view peer, std::int64_t seq) {
  const auto found = find(trace, peer, seq);
  if (!found) return std::nullopt;
  auto known = entry(found->entry);
  if (!known) return std::nullopt;
  return std::move(known->evidence);
}

std::optional<std::string> Archive::message_sent(std::string_view to, std::int64_t seq) {
  auto again = message(Trace::resent, to, seq);
  return again ? again : message(Trace::sent, to, seq);
}

std::optional<std::string> Archive::receipt(std::uint64_t index, const evidence::KeyList& keys) {
  const CommitPtr commit = commit_of(index);
  if (!commit) return std::nullopt;
  const auto on = [&](const std::string& note, std::uint64_t size) {
    return evidence::make_receipt(
        commit->entries[static_cast<std::size_t>(index - commit->first)].leaf, index,
        evidence::inclusion_proof(*tree_, index, size), note);
  };
  std::string made = on(commit->checkpoint, commit->first + commit->entries.size());
  const evidence::LogOwner owner{.party = identity_.party, .origin = identity_.origin};
  if (!evidence::signed_revoked(commit->checkpoint, owner, keys)) return made;
  const std::string newest = checkpoint();
  const auto end = evidence::open_checkpoint(newest, owner.origin, log_keys_);
  if (!end) return made;
  std::string again = on(newest, end->size);
  return evidence::open_receipt(again, owner, keys) ? again : made;
}

std::string Archive::checkpoint() const {
  const std::lock_guard lock{guard_};
  return note_;
}

std::optional<std::string> Archive::checkpoint_at(std::uint64_t size) {
  const auto boundary = index_->boundary(std::min(size, this->size()));
  if (!boundary) return std::nullopt;
  const CommitPtr commit = commit_of(*boundary - 1);
  if (!commit) return std::nullopt;
  return commit->checkpoint;
}

std::optional<std::vector<Hash>> Archive::consistency(std::uint64_t old_size, std::uint64_t size) {
  if (old_size > size || size > this->size()) return std::nullopt;
  const auto boundary = [&](std::uint64_t at) { return at == 0 || index_->boundary(at) == at; };
  if (!boundary(old_size) || !boundary(size)) return std::nullopt;
  return evidence::consistency_proof(*tree_, old_size, size);
}

std::optional<Hash> Archive::root_at(std::uint64_t size) {
  if (size > this->size()) return std::nullopt;
  return evidence::root(*tree_, size);
}

}  // namespace bashu::node
