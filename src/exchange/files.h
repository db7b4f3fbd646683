// Small files that are there whole or not at all.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::exchange {

enum class Flush : bool { no, yes };
// Replaces the file at once; with Flush::yes it survives a loss of power when this returns.
[[nodiscard]] std::expected<void, Fault> write_file(const std::filesystem::path& path,
                                                    std::string_view bytes,
                                                    Flush flush = Flush::yes);
// nullopt if it is missing, unreadable or larger.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path,
                                                   std::size_t size_max = 64u << 20);

}  // namespace bashu::exchange
