// The check of a whole journal without its meaning (docs/formats/evidence.md 8.8).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/agreement.h"
#include "evidence/bad.h"
#include "evidence/entry.h"
#include "evidence/tree.h"

namespace bashu::evidence {

// Fed commit after commit, so that a journal of any length fits. Key lists are learnt from `keys`
// entries as they come (and may be given beforehand, as the vectors do). After a Bad the journal is
// unsound and the check is of no further use.
class JournalCheck {
 public:
  JournalCheck(std::string origin, std::vector<std::string> log_keys, KeyList keys);
  // The commit decoded, if it is sound and continues what came before.
  [[nodiscard]] Verified<CommitRecord> next(std::string_view record);
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

  [[nodiscard]] Verified<void> check_entry(const CommitEntry& entry);
  [[nodiscard]] Verified<void> check_message(const EntryLeaf& leaf, std::string_view envelope);
  [[nodiscard]] Verified<void> check_ack(const EntryLeaf& leaf, std::string_view receipt);
  [[nodiscard]] bool adopt_agreement(std::string_view record);
  [[nodiscard]] bool adopt_keys(std::string_view record);

  std::string origin_;
  std::vector<std::string> log_keys_;
  KeyList keys_;
  std::optional<Agreement> agreement_;
  std::map<std::string, KeysEdition> lists_;  // by party
  MemoryNodes nodes_;
  std::uint64_t size_ = 0, last_time_ = 0;
  std::map<std::string, std::uint64_t> received_;  // by channel, last number
  std::map<std::string, Sent> sent_;               // by channel
};

}  // namespace bashu::evidence
