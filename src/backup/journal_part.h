// Commits in a part of a backup: `u64 length, big-endian ‖ commit record`, one after the other.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "backup/sealed_file.h"
#include "base/error.h"

namespace bashu::backup {

void put_record(SealedWriter& part, std::string_view record);
// Nothing at the end.
[[nodiscard]] std::expected<std::optional<std::string>, Fault> next_record(SealedReader& part);

}  // namespace bashu::backup
