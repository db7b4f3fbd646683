// A journal on disk, commit after commit, without a node.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "evidence/entry.h"
#include "journal/journal.h"

namespace bashu::cli {

// Calls `visit` with each commit from the one that holds entry `from` on, until it gives false.
[[nodiscard]] std::expected<void, Fault> each_commit(
    journal::Journal& journal, std::uint64_t from,
    const std::function<std::expected<bool, Fault>(const evidence::CommitRecord&)>& visit);

// The journal's own checkpoint of so many entries; nullopt: no commit ends there, or it cannot be
// read.
[[nodiscard]] std::optional<std::string> checkpoint_of(journal::Journal& journal,
                                                       std::uint64_t size);
// Time of an entry, in milliseconds; nullopt: there is none.
[[nodiscard]] std::optional<std::int64_t> time_of(journal::Journal& journal, std::uint64_t index);
// `2026-11-28T10:49:01Z`.
[[nodiscard]] std::string utc_text(std::int64_t seconds);

}  // namespace bashu::cli
