// The views of a node's directory, read beside the running node or without it.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "main/console.h"
#include "views/views.h"

namespace bashu::cli {

// Those on disk if they are as new as the journal; otherwise made in memory from the journal.
[[nodiscard]] std::expected<std::unique_ptr<views::Views>, Exit> open_views(const Console& console,
                                                                            const std::string& dir);

}  // namespace bashu::cli
