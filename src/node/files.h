// Small files, whole: read, and written so that a crash leaves the old or the new content.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::node {

[[nodiscard]] std::expected<std::string, Fault> read_file(const std::filesystem::path& path);
// Durable when it returns; `mode` as for open(2).
[[nodiscard]] std::expected<void, Fault> write_file(const std::filesystem::path& path,
                                                    std::string_view content, unsigned mode = 0600);
// Makes names in `directory` durable.
[[nodiscard]] std::expected<void, Fault> sync_directory(const std::filesystem::path& directory);

}  // namespace bashu::node
