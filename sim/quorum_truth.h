// What a journal in a QuorumDatabase says, followed row by row from its log by the product's own
// replay, and what must be so of it whatever goes wrong. No node sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "core/state.h"
#include "node/kernel.h"
#include "quorum.h"
#include "shadow.h"

namespace bashu::sim {

class QuorumTruth {
 public:
  QuorumTruth(const QuorumDatabase& journal, const QuorumDatabase& vault)
      : database_{journal}, vault_{vault} {}

  // A writer was told that what ends at this checkpoint is durable.
  void acknowledged(std::uint64_t size, const std::string& checkpoint) {
    acknowledged_.insert_or_assign(size, checkpoint);
  }
  // Takes in what is new, or what took its place, and looks at `fence`, `durable`, `vault`, `once`.
  [[nodiscard]] std::optional<Broken> follow();
  // Whether `kernel` holds the state of the journal at its position, if it followed this journal.
  [[nodiscard]] std::optional<Broken> compare(const std::string& name, node::Kernel& kernel) const;
  // Digest of the states that the journal leads through. Its bytes are signed by keys of the run.
  [[nodiscard]] std::string trace() const;

 private:
  struct At {
    std::string checkpoint;
    Hash state{};
  };
  [[nodiscard]] std::optional<Broken> take(const QuorumDatabase::Row& row);
  [[nodiscard]] std::optional<Broken> take(const journal::Commit& commit);
  void saw(const core::Event& event);
  [[nodiscard]] std::optional<Broken> look() const;

  const QuorumDatabase &database_, &vault_;
  std::map<std::uint64_t, std::string> acknowledged_;  // end of a commit and its checkpoint

  // Of the log as it is; begun anew when a part of it is gone.
  struct Held {
    QuorumDatabase::Log log;
    std::uint64_t epoch = 0, size = 0;
    std::unique_ptr<core::State> state;
    std::map<std::uint64_t, At> at;  // by the end of a commit
    std::set<std::string> keys;      // named by values
    std::set<std::string> ordered;   // to be destroyed, perhaps destroyed
    std::set<std::string> destroyed;
    std::map<std::string, int> asked;  // subjects of cases and how many there are of each
  };
  Held held_;
};

}  // namespace bashu::sim
