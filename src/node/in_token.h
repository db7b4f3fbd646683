// What a node may keep in a token instead of in its directory (docs/guide/token.md): the root of
// its party, and the key that wraps those of the vault. node.json then names where the root is,
// `vault.token` holds the wrapping key closed under a key of the token.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "node/identity.h"
#include "node/storage/file_store.h"
#include "tokens/token.h"

namespace bashu::node {

// The PIN that was left for this process: in the file that the URI names (`pin-source`), as the
// credential `bashu.pin` of systemd, or in the file that BASHU_PIN_FILE names. No digits: none was.
[[nodiscard]] std::expected<tokens::Pin, Fault> pin_left_for(const tokens::Place& place);

// By the root's file, or by the token with `typed`, else with the PIN left for this process. What
// comes back verifies under the root that node.json names.
[[nodiscard]] std::expected<std::string, Fault> sign_with_root(const Identity& own,
                                                               std::string_view message,
                                                               const tokens::Pin& typed = {});

inline constexpr std::string_view kVaultToken = "vault.token";
// Keeps `key` (32 bytes) under one of the token. The PIN opens it once, to see that it can be.
[[nodiscard]] std::expected<void, Fault> close_in_token(FileStore& files, std::string_view key,
                                                        const tokens::Place& place,
                                                        const tokens::Pin& pin);
// The key that wraps those of the vault: one that is given (custody.h) before the one in
// `vault.token`, so that a copy in a safe is enough where a token is lost. Empty: there is none.
[[nodiscard]] std::expected<std::string, Fault> wrapping_key(const FileStore& files);

}  // namespace bashu::node
