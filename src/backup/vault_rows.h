// The vault in a backup: a row a line, as canonical JSON, in order of ids. Keys stay as they are
// kept: wrapped, if the vault wraps them.
//
//     ["settings","token_key","…base64url…"]
//     ["keys","sichuan-k0123456789abcdef","…"]
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::backup {

struct VaultRows {
  std::uint64_t keys = 0;
};
// Beside the node: read in small steps, so that a key that is forgotten meanwhile never waits.
[[nodiscard]] std::expected<VaultRows, Fault> read_vault(
    const std::filesystem::path& dir, const std::function<void(std::string_view line)>& take);
// Makes DIR/vault.db of lines; `next` gives an empty one at the end.
[[nodiscard]] std::expected<VaultRows, Fault> fill_vault(
    const std::filesystem::path& dir,
    const std::function<std::expected<std::string, Fault>()>& next);

}  // namespace bashu::backup
