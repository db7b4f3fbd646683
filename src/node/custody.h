// What lies in a node's directory is the node's alone: nobody else on the machine reads it, and the
// keys of sealed values can be wrapped by a key that is kept elsewhere.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bashu::node {

// From here on this process makes files and folders for its own user only.
void keep_files_private();
// What every user of the machine could read or change in DIR, by name; empty if nothing. What is
// public anyway (node.json, certificates) is not counted.
[[nodiscard]] std::vector<std::string> open_to_all(const std::filesystem::path& dir);

// What is kept apart from the directory in a file: that credential of systemd, else the file that
// the variable names. Empty: there is none.
[[nodiscard]] std::expected<std::string, Fault> text_kept_apart(std::string_view credential,
                                                                const char* variable);
// A key that is kept apart from the directory, 32 bytes, from a file of 64 hex digits: that
// credential of systemd, else the file that the variable names. Empty: there is none.
[[nodiscard]] std::expected<std::string, Fault> key_kept_apart(std::string_view credential,
                                                               const char* variable);
// The one that wraps those of the vault: `bashu.vault`, BASHU_VAULT_KEY_FILE.
[[nodiscard]] std::expected<std::string, Fault> wrapping_key();
// `secret` under `key` (XSalsa20-Poly1305, the nonce first), and back; empty: not under this key.
[[nodiscard]] std::string wrap(std::string_view key, std::string_view secret,
                               std::string_view nonce);
[[nodiscard]] std::string unwrap(std::string_view key, std::string_view wrapped);
inline constexpr std::size_t kWrapNonce = 24;
inline constexpr std::size_t kWrapAdds = kWrapNonce + 16;

}  // namespace bashu::node
