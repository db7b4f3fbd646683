// The check of a whole journal without its meaning (docs/formats/evidence.md 8.8).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/agreement.h"
#include "evidence/bad.h"
#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "evidence/known.h"
#include "evidence/succession.h"
#include "evidence/tree.h"

namespace bashu::evidence {

// Under which keys the signatures of a journal are checked.
struct CheckKeys {
  std::string origin;
  std::vector<std::string> log_keys;
  KeyList keys;
  Predecessors predecessors;  // of the log: it was called otherwise up to their sizes
};

// What can be said of a commit without those before it, which is nearly all that takes time: its
// bytes decoded, its digests computed, its signatures checked under the keys given.
struct ExaminedEntry {
  Verified<EntryLeaf> leaf;
  Hash leaf_hash{};
  bool effect = false;    // its commitment holds
  bool evidence = false;  // its digest holds; of a message: the envelope is signed and is the one
  std::string answered;   // of an ack: the message its receipt answers; empty if it does not
  std::vector<std::string> kids = {};  // of a message: the keys that signed it
};
struct ExaminedCommit {
  Verified<CommitRecord> record;
  std::vector<ExaminedEntry> entries;
  Verified<Checkpoint> checkpoint;
  std::shared_ptr<const CheckKeys> under;
};
// From any thread.
[[nodiscard]] ExaminedCommit examine(std::string_view record,
                                     std::shared_ptr<const CheckKeys> keys);

// Fed commit after commit, so that a journal of any length fits. Key lists are learnt from `keys`
// entries as they come (and may be given beforehand, as the vectors do). After a Bad the journal is
// unsound and the check is of no further use.
class JournalCheck {
 public:
  JournalCheck(std::string origin, std::vector<std::string> log_keys, KeyList keys,
               Predecessors predecessors = {});
  // The commit decoded, if it is sound and continues what came before.
  [[nodiscard]] Verified<CommitRecord> next(std::string_view record);
  // The same of one examined before; what was signed is checked again if keys came since.
  [[nodiscard]] Verified<void> next(ExaminedCommit& examined);
  // Those of now. They never change: learning makes others.
  [[nodiscard]] std::shared_ptr<const CheckKeys> keys() const { return keys_; }
  // Lets envelopes, receipts and own checkpoints under these keys verify from here on.
  void learn(const KeyList& keys);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Hash root() const;

 private:
  // Of an own channel: the last number, and the ids under which unanswered ones went out.
  struct Sent {
    std::uint64_t last = 0;
    std::map<std::uint64_t, std::vector<std::string>> open;
  };

  [[nodiscard]] Verified<void> check_entry(const CommitEntry& entry, const ExaminedEntry& examined);
  [[nodiscard]] Verified<void> check_order(const EntryLeaf& leaf);
  [[nodiscard]] Verified<void> check_ack(const EntryLeaf& leaf, const std::string& answered);
  [[nodiscard]] bool adopt_agreement(std::string_view record);
  // Where one log ends and its successor begins.
  [[nodiscard]] Verified<void> check_succession(const CommitRecord& commit,
                                                const ExaminedCommit& examined) const;
  void renew(const Agreement& next);
  void end_log_keys();
  [[nodiscard]] bool adopt_keys(std::string_view record);

  std::shared_ptr<const CheckKeys> keys_;
  std::optional<Agreement> agreement_;
  Known known_;                               // of all editions
  std::map<std::string, KeysEdition> lists_;  // by party
  EdgeNodes nodes_;
  std::uint64_t size_ = 0, last_time_ = 0;
  std::set<std::string> revoked_;                  // kids, by the lists adopted so far
  std::vector<std::string> ended_log_keys_;        // own ones among them
  std::map<std::string, std::uint64_t> received_;  // by channel, last number
  std::map<std::string, Sent> sent_;               // by channel
};

}  // namespace bashu::evidence
