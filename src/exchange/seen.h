// What a node remembers of another log (docs/formats/evidence.md 5.2): the largest checkpoint whose
// signature and consistency with the one before it verified. Checkpoints of receipts are gathered
// and checked in batches; no log can show us two histories for longer than that.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "evidence/checkpoint.h"
#include "evidence/succession.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

class SeenLog {
 public:
  // The file `name` keeps the note. Nothing is seen until load().
  SeenLog(node::FileStore& files, std::string name);
  // False if there is a file that does not verify under these keys. What was seen of a log that
  // this one goes on from counts up to where it does.
  [[nodiscard]] bool load(std::string_view origin, std::span<const std::string> log_keys,
                          const evidence::Predecessors& predecessors = {});

  // A checkpoint whose signature was verified. False: it contradicts what is known; see proof().
  [[nodiscard]] bool add(const evidence::Checkpoint& checkpoint, std::string_view note,
                         std::int64_t now_ms);
  struct Step {  // the consistency proof to fetch next
    std::uint64_t old_size = 0, size = 0;
    friend bool operator==(const Step&, const Step&) = default;
  };
  // nullopt while there is nothing to check or the batch may still grow.
  [[nodiscard]] std::optional<Step> wanted(std::int64_t now_ms) const;
  // The proof of `step` came. False: a contradiction.
  [[nodiscard]] bool take(const Step& step, std::span<const Hash> path);

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::string note() const;  // thread-safe; as written to the file
  [[nodiscard]] const std::string& proof() const { return proof_; }  // two notes that contradict

 private:
  struct Known {
    std::uint64_t size = 0;
    Hash root{};
    std::string note;
  };
  [[nodiscard]] bool follow(const std::string& note, const evidence::Predecessor& before,
                            std::span<const std::string> log_keys);
  bool contradict(const Known& a, const Known& b);
  void save();

  node::FileStore& files_;
  std::string name_;
  std::optional<Known> seen_;
  std::map<std::uint64_t, Known> pending_;
  std::int64_t since_ms_ = 0;  // of the oldest pending one
  bool batch_ = false;         // being checked now, to the end
  std::string proof_;
  mutable std::mutex mutex_;
  std::string saved_;  // under mutex_
};

// The checkpoint at the end of a receipt, verbatim; empty if there is none.
[[nodiscard]] std::string_view checkpoint_of(std::string_view receipt);

// `old N`, proof lines, empty line, checkpoint: docs/formats/evidence.md section 12.
[[nodiscard]] std::string consistency_text(std::uint64_t old_size, std::span<const Hash> path,
                                           std::string_view checkpoint);
[[nodiscard]] std::optional<std::vector<Hash>> read_consistency(std::string_view text,
                                                                std::uint64_t old_size);

}  // namespace bashu::exchange
