// One journal brought up to another, commit by commit.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>

#include "base/error.h"
#include "journal/journal.h"

namespace bashu::journal {

// Whether all that `part` holds is the beginning of `whole`: told by its last commit, which by its
// checkpoint stands for those before it. An empty one is.
[[nodiscard]] std::expected<bool, Fault> begins(Journal& part, Journal& whole);

// Appends to `to` what it lacks of `from`, as long as there is more. `to` must begin `from`.
// `progress`: entries there, entries in all.
[[nodiscard]] std::expected<void, Fault> copy_tail(
    Journal& from, Journal& to,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace bashu::journal
