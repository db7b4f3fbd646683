// Keys that were lost, stolen or given up before their time (docs/formats/evidence.md 10.3,
// docs/guide/keys.md).
//
//     revoke_keys ─► list with `revoked`, journaled ─► DIR/keys/next ─► in use from the next start
//     on
//                      └─► every peer, by the sender ─► refuses what those keys sign from then on
//                            └─► the sender signs again what was not answered
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "node/node.h"
#include "tokens/token.h"

namespace bashu::exchange {

struct Revocation {
  std::vector<std::string> kids;  // of this party
  std::int64_t since = 0;         // seconds: from when others may have had them; 0: now
  std::string reason = {};        // for people; told here, not to the peers
};
// Why one cannot be revoked: a text (texts/), and the key.
struct NotRevocable {
  std::string text, kid;
};
[[nodiscard]] std::optional<NotRevocable> cannot_revoke(node::Node& node, const Revocation& what);
// Keys of this node that are in use: all that a thief of its directory has.
[[nodiscard]] std::vector<std::string> kids_in_use(node::Node& node);

struct Revoked {
  std::vector<std::string> kids;   // with those that were made of a key among them
  std::vector<std::string> fresh;  // that take the places of those in use
};
// Adopts a key list that revokes them and announces others for those in use, and leaves the secrets
// of these in DIR/keys/next, as rotate_keys() does. Nothing is sent under a revoked key meanwhile.
// `pin`: of the token the root is in.
[[nodiscard]] std::expected<Revoked, Fault> revoke_keys(node::Node& node, const Revocation& what,
                                                        const tokens::Pin& pin = {});

}  // namespace bashu::exchange
