// A journal on disk, commit after commit, without a node.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>

#include "base/error.h"
#include "evidence/entry.h"
#include "journal/journal.h"

namespace bashu::cli {

// Calls `visit` with each commit from the one that holds entry `from` on, until it gives false.
[[nodiscard]] std::expected<void, Fault> each_commit(
    journal::Journal& journal, std::uint64_t from,
    const std::function<std::expected<bool, Fault>(const evidence::CommitRecord&)>& visit);

}  // namespace bashu::cli
