#include "shadow.h"

#include <utility>
#include <variant>

#include "base/bytes.h"
#include "node/codec.h"

namespace bashu::sim {

Shadow::Shadow(core::PartyId party, const std::string& origin, const std::string& log_key)
    : party_{std::move(party)}, journal_{origin, {log_key}, {}}, state_{party_} {}

std::optional<Broken> Shadow::follow(const Disk& disk) {
  const auto& commits = disk.commits();
  if (commits.size() < commits_) {
    return Broken{"durable", party_ + ": commits that were durable are gone"};
  }
  for (; commits_ < commits.size(); ++commits_) {
    const std::uint64_t first = journal_.size();
    const auto record = journal_.next(commits[commits_].record);
    if (!record) {
      return Broken{"journal", party_ + ": the commit at entry " + std::to_string(first) + ": " +
                                   record.error().code};
    }
    for (const evidence::CommitEntry& entry : record->entries) {
      if (auto broken = take(entry)) return broken;
    }
  }
  return std::nullopt;
}

std::optional<Broken> Shadow::take(const evidence::CommitEntry& entry) {
  const auto leaf = evidence::parse_entry(entry.leaf);
  const auto events = node::decode(entry.effect);
  if (!leaf || (!events && leaf->kind != "genesis")) {
    return Broken{"journal", party_ + ": an entry cannot be read"};
  }
  if (leaf->kind == "send" || leaf->kind == "resend") {
    sent_.insert(sha256(entry.evidence));
  } else if (leaf->kind == "recv") {
    if (!taken_.insert(leaf->evidence).second) {
      return Broken{"twice", party_ + " took message " + std::to_string(leaf->seq) + " of " +
                                 leaf->channel + " twice"};
    }
  } else if (!entry.evidence.empty()) {
    ++decided_[sha256(entry.evidence)];
  }
  if (leaf->kind == "genesis") return std::nullopt;
  for (const core::Event& event : *events) {
    state_.apply(event);
    if (const auto* changed = std::get_if<core::CaseChanged>(&event)) {
      if (!note_step(*changed)) {
        return Broken{"twice", party_ + " carried out version " + std::to_string(changed->version) +
                                   " of " + changed->id + " twice"};
      }
    } else if (const auto* queued = std::get_if<core::MessageQueued>(&event)) {
      if (queued->kind == "case.event") told_[{queued->to, queued->stream}] = queued->seq;
    }
  }
  return std::nullopt;
}

int Shadow::decided(std::string_view evidence) const {
  const auto it = decided_.find(sha256(evidence));
  return it == decided_.end() ? 0 : it->second;
}

bool Shadow::has_sent(std::string_view envelope) const { return sent_.contains(sha256(envelope)); }

bool Shadow::told(std::string_view peer, std::string_view id, std::int64_t from) const {
  const auto it = told_.find({std::string{peer}, std::string{id}});
  return it != told_.end() && it->second >= from;
}

}  // namespace bashu::sim
