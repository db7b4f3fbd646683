// When a standby takes the writer's place, and in which order, without thread or clock: what
// Standby does in real time and the simulator (sim/quorum_world.h) does step by step.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "core/command.h"
#include "journal/followed.h"

namespace bashu::node {

// Whether the writer is taken for dead: after `after_ms` (-1: never) without a new beat, from a
// database that has answered for a while; nullopt: it does not.
[[nodiscard]] bool too_silent(std::int64_t after_ms, std::int64_t silent_ms,
                              std::optional<std::int64_t> answering_ms);

struct Succession {
  journal::Followed& journal;
  // Takes one piece of what is new; false: there is none.
  std::function<std::expected<bool, Fault>()> follow;
  // The journal is this node's and ends with `last`.
  std::function<std::expected<void, Fault>(const journal::Commit& last, const core::TakeOver&)>
      begin;
};
// Raises `epoch`, takes the rest, begins. After a Fault the journal is another one's still, or
// nobody's: journal.give_up(), and go on standing by unless what failed was a part of `parts`.
[[nodiscard]] std::expected<void, Fault> succeed(const Succession& parts, std::uint64_t epoch,
                                                 const std::string& by);

}  // namespace bashu::node
