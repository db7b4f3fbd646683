// What a node may keep in a token instead of in its directory (docs/guide/token.md): the root of
// its party, and the key that wraps those of the vault. node.json then names where the root is
// (keys.root.token), and an identity has the public part of it only; `vault.token` holds the
// wrapping key closed under a key of the token.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "node/identity.h"
#include "node/storage/file_store.h"
#include "node/vault.h"
#include "tokens/token.h"

namespace bashu::node {

// The PIN that was left for this process: in the file that the URI names (`pin-source`), as the
// credential `bashu.pin` of systemd, or in the file that BASHU_PIN_FILE names. No digits: none was.
[[nodiscard]] std::expected<tokens::Pin, Fault> pin_left_for(const tokens::Place& place);

// URI of the root of this node; empty: it is in keys/root.key.
[[nodiscard]] std::expected<std::string, Fault> root_token(const Identity& own);
// The root's signature. In a token: with `pin`, else the PIN left for this process. What comes back
// verifies under the root that node.json names.
[[nodiscard]] std::expected<std::string, Fault> sign_with_root(const Identity& own,
                                                               std::string_view message,
                                                               const tokens::Pin& pin = {});
// Of a node that belongs to no circle, at rest: the key of the token becomes its root if it signs;
// the one in keys/root.key, which nobody has heard of, goes.
[[nodiscard]] std::expected<void, Fault> take_root_from(FileStore& files,
                                                        const tokens::Place& place,
                                                        const tokens::Pin& pin);

inline constexpr std::string_view kVaultToken = "vault.token";
// Keeps `key` (32 bytes) under one of the token. The PIN opens it once, to see that it can be.
[[nodiscard]] std::expected<void, Fault> close_in_token(FileStore& files, std::string_view key,
                                                        const tokens::Place& place,
                                                        const tokens::Pin& pin);
// The key that wraps those of the vault: one that is given (custody.h) before the one in
// `vault.token`, so that a copy in a safe is enough where a token is lost. Empty: there is none.
[[nodiscard]] std::expected<std::string, Fault> wrapping_key(const FileStore& files);
// Vault::open with that key, 32 bytes; empty: the keys lie in clear.
[[nodiscard]] std::expected<std::unique_ptr<Vault>, Fault> open_vault(
    std::unique_ptr<Secrets> secrets, Chance& chance, std::string wrapping);

}  // namespace bashu::node
