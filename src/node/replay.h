// A journal applied to a state, without any rule being asked.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/state.h"
#include "evidence/entry.h"
#include "journal/journal.h"

namespace bashu::node {

struct Replayed {
  std::uint64_t size = 0;    // entries: where the next one goes
  std::int64_t time_ms = 0;  // of the last one; 0 if none
  std::uint64_t weight = 0;  // events and lines of feeds applied
};
// The events of each entry of a commit, or why they cannot be read. From any thread.
using Effects = std::vector<std::expected<std::vector<core::Event>, std::string>>;
[[nodiscard]] Effects decode_effects(const evidence::CommitRecord& commit);
// Applies those of a whole commit.
[[nodiscard]] std::expected<Replayed, Fault> replay(const evidence::CommitRecord& commit,
                                                    const Effects& effects, core::State& state);
// Applies entries [from, to) of `journal`; `to` is the end of a commit.
[[nodiscard]] std::expected<Replayed, Fault> replay(journal::Journal& journal, std::uint64_t from,
                                                    std::uint64_t to, core::State& state);
// Applies the entries of one commit from `from` on; `seen` is called after each event.
[[nodiscard]] std::expected<Replayed, Fault> replay(
    const evidence::CommitRecord& commit, std::uint64_t from, core::State& state,
    const std::function<void(const core::Event&)>& seen = {});

}  // namespace bashu::node
