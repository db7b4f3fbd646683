// A journal written anew from commits that were durable elsewhere, many to a transaction: what a
// backup brings back.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>

#include "base/error.h"
#include "journal/journal.h"

namespace bashu::journal {

// Makes DIR/journal.db; there must be none. `next` gives nothing at the end. Durable when it
// returns.
[[nodiscard]] std::expected<void, Fault> refill_sqlite(
    const std::filesystem::path& directory,
    const std::function<std::expected<std::optional<Commit>, Fault>()>& next);

}  // namespace bashu::journal
