// All that is durable of a node, for reading: the journal with its tree and index. Nothing here
// shows an entry before its commit is on disk. Thread-safe but for append(), follow() and tree(),
// which are the writer's or the follower's.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "evidence/agreement.h"
#include "evidence/entry.h"
#include "journal/index.h"
#include "journal/journal.h"
#include "journal/tree_file.h"
#include "node/identity.h"
#include "node/storage/storage.h"

namespace bashu::node {

class Archive {
 public:
  // For open().
  Archive() = default;
  // Brings tree and index up to the journal and compares the tree's root with the last checkpoint.
  // A log key that node.json does not name may have signed that one: check_signed() tells.
  [[nodiscard]] static std::expected<std::unique_ptr<Archive>, Fault> open(
      Storage& storage, std::unique_ptr<journal::Journal> journal, const PublicIdentity& identity);

  [[nodiscard]] journal::Journal& journal() { return *journal_; }
  [[nodiscard]] journal::TreeFile& tree() { return *tree_; }
  [[nodiscard]] std::uint64_t size() const { return journal_->size(); }

  // Makes a commit durable; its leaves are in the tree already.
  struct Indexed {
    std::vector<journal::MessageRow> messages;
    std::string note;
  };
  [[nodiscard]] std::expected<void, Fault> append(const journal::Commit& commit, Indexed what);
  // Takes in a commit that another one has made durable, if its checkpoint signs the tree with it;
  // a Fault: it does not, and tree and index are not to be used any more. `shown` makes it a part
  // of the journal as it is read here.
  [[nodiscard]] std::expected<void, Fault> follow(const evidence::CommitRecord& record,
                                                  const std::function<void()>& shown);
  // Log keys that key lists in the journal name: they sign it too, whatever node.json knew.
  void learn(const std::vector<std::string>& log_keys);
  // Whether one of the log keys known by now signed the last checkpoint.
  [[nodiscard]] std::expected<void, Fault> check_signed();
  // Writes out what tree and index keep in memory, if it is much or `all` is asked for.
  [[nodiscard]] std::expected<void, Fault> flush(bool all);

  [[nodiscard]] std::optional<evidence::CommitEntry> entry(std::uint64_t index);
  [[nodiscard]] std::optional<journal::Index::Found> find(journal::Trace trace,
                                                          std::string_view peer, std::int64_t seq);
  // The evidence of the entry found: the envelope or receipt.
  [[nodiscard]] std::optional<std::string> message(journal::Trace trace, std::string_view peer,
                                                   std::int64_t seq);
  // The envelope of a message of ours that counts: the one signed last.
  [[nodiscard]] std::optional<std::string> message_sent(std::string_view to, std::int64_t seq);
  // On the checkpoint of its commit; if a key signed that one which `keys` say is revoked, on the
  // newest, where its key counts for the entry.
  [[nodiscard]] std::optional<std::string> receipt(std::uint64_t entry,
                                                   const evidence::KeyList& keys);
  [[nodiscard]] std::string checkpoint() const;
  [[nodiscard]] std::optional<std::string> checkpoint_at(std::uint64_t size);
  [[nodiscard]] std::optional<std::vector<Hash>> consistency(std::uint64_t old_size,
                                                             std::uint64_t size);
  [[nodiscard]] std::optional<Hash> root_at(std::uint64_t size);

 private:
  using CommitPtr = std::shared_ptr<const evidence::CommitRecord>;
  [[nodiscard]] std::expected<void, Fault> catch_up();
  [[nodiscard]] std::expected<std::uint64_t, Fault> add(const evidence::CommitRecord& record,
                                                        std::uint64_t at);
  [[nodiscard]] std::expected<std::string, Fault> check_root();
  [[nodiscard]] std::expected<void, Fault> check_note(const std::string& note, std::uint64_t size);
  [[nodiscard]] bool says_our_root(const std::string& note, std::uint64_t size);
  [[nodiscard]] CommitPtr commit_of(std::uint64_t entry);

  PublicIdentity identity_;
  std::vector<std::string> log_keys_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::TreeFile> tree_;
  std::unique_ptr<journal::Index> index_;

  mutable std::mutex guard_;
  std::string note_;             // newest durable
  std::list<CommitPtr> recent_;  // commits read lately, the latest first
};

// The log keys that sign a journal of this identity, and those that did.
[[nodiscard]] std::vector<std::string> all_log_keys(const PublicIdentity& identity);

// What an entry says about a message, for the index; nullopt if nothing.
[[nodiscard]] std::optional<journal::MessageRow> message_row(const evidence::EntryLeaf& leaf);

}  // namespace bashu::node
