// The root that follows the one a node has (docs/guide/members.md). It waits beside it, in
// keys/root-next.json and, where it is in no token, keys/root-next.key, until an edition of the
// agreement names it; then it is the node's root, and the one before goes.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "node/identity.h"
#include "node/storage/file_store.h"
#include "tokens/token.h"

namespace bashu::node {

struct NextRoot {
  KeyPair key;        // in a token without its secret part
  std::string token;  // URI; empty: it is in keys/root-next.key
};
// nullopt: none waits.
[[nodiscard]] std::expected<std::optional<NextRoot>, Fault> next_root(const FileStore& files);
// Makes one in a file from `seed` (32 bytes of chance), or takes one that signs in a token. Its kid
// has the next number. One that waits already is replaced: nobody but this node has seen it.
[[nodiscard]] std::expected<NextRoot, Fault> make_next_root(FileStore& files,
                                                            std::string_view seed);
[[nodiscard]] std::expected<NextRoot, Fault> take_next_root_from(FileStore& files,
                                                                 const tokens::Place& place,
                                                                 const tokens::Pin& pin);
// In a token: with `pin`, else the PIN left for this process.
[[nodiscard]] std::expected<std::string, Fault> sign_with(const NextRoot& root,
                                                          std::string_view message,
                                                          const tokens::Pin& pin = {});
// From now on it is the root; the secret part of the one before goes.
[[nodiscard]] std::expected<void, Fault> put_next_root_in_place(FileStore& files);
// Before a node is loaded: ends what a crash in the middle of that has left.
[[nodiscard]] std::expected<void, Fault> finish_next_root(FileStore& files);

}  // namespace bashu::node
