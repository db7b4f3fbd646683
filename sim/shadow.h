// What is durable of a node, followed commit by commit from its disk: the journal checked as
// docs/formats/evidence.md 8.8 says, a state replayed from the first entry, and what the safety
// checks ask. The node itself never sees it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/state.h"
#include "disk.h"
#include "evidence/fsck.h"

namespace bashu::sim {

// A promise that did not hold.
struct Broken {
  std::string check;   // which
  std::string detail;  // where
};

class Shadow {
 public:
  Shadow(core::PartyId party, const std::string& origin, const std::string& log_key);

  // Takes in what is new on the disk.
  [[nodiscard]] std::optional<Broken> follow(const Disk& disk);

  [[nodiscard]] const core::PartyId& party() const { return party_; }
  [[nodiscard]] std::uint64_t size() const { return journal_.size(); }
  [[nodiscard]] Hash root() const { return journal_.root(); }
  [[nodiscard]] const core::State& state() const { return state_; }
  // For planting what the checks must find.
  [[nodiscard]] core::State& state() { return state_; }

  // How many entries carry this command record or record of the circle.
  [[nodiscard]] int decided(std::string_view evidence) const;
  // Whether these very bytes are the evidence of a `send` entry.
  [[nodiscard]] bool has_sent(std::string_view envelope) const;
  // Whether a case event of `id` was sent to `peer` under a number from `from` on.
  [[nodiscard]] bool told(std::string_view peer, std::string_view id, std::int64_t from) const;
  // Digests of the steps of cases, as they were applied here: case and version to digest.
  using Steps = std::map<std::pair<std::string, std::int64_t>, std::string>;
  [[nodiscard]] const Steps& steps() const { return steps_; }
  // False if that version of the case was carried out before.
  bool note_step(const core::CaseChanged& step) {
    return steps_.try_emplace({step.id, step.version}, step.digest).second;
  }

 private:
  [[nodiscard]] std::optional<Broken> take(const evidence::CommitEntry& entry);

  core::PartyId party_;
  evidence::JournalCheck journal_;
  core::State state_;
  std::size_t commits_ = 0;
  std::map<Hash, int> decided_;
  std::set<Hash> sent_;
  std::set<std::string> taken_;  // ids of messages
  struct Told {
    std::string peer, id;
    friend auto operator<=>(const Told&, const Told&) = default;
  };
  std::map<Told, std::int64_t> told_;  // the last number
  Steps steps_;
};

}  // namespace bashu::sim
