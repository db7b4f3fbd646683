// What a party says next of its own keys; for what changes them and what compares them.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/agreement.h"
#include "node/node.h"
#include "tokens/token.h"

namespace bashu::exchange {

// The keys that this directory signs and opens with, but that of its witness: by use, as files and
// node.json call it (`envelope`, `log-sm2`).
struct KeyInUse {
  std::string use, kid;
  std::string public_key;
};
[[nodiscard]] std::vector<KeyInUse> keys_in_use(const node::Identity& own);

// The newest key list of this node.
[[nodiscard]] std::expected<evidence::KeysEdition, Fault> own_list(node::Node& node);
// Adopts the list after `last`, with these keys, signed by the root.
[[nodiscard]] std::expected<void, Fault> continue_list(node::Node& node,
                                                       const evidence::KeysEdition& last,
                                                       const std::vector<evidence::KeyRecord>& keys,
                                                       const tokens::Pin& pin);
// The next number of a use that no key of the list has: `sichuan/envelope/3`.
[[nodiscard]] std::string next_kid(const evidence::KeysEdition& last, std::string_view use);
// As a list names it, for so many days from `from` (seconds) on.
[[nodiscard]] evidence::KeyRecord key_record(const node::Identity& own, const node::KeyPair& key,
                                             std::string_view role, std::int64_t from,
                                             std::int64_t days);
// Of a key that follows: an hour early, for clocks that differ, but later than every key before, so
// that it is the newest. Command keys are not compared by it.
[[nodiscard]] std::int64_t begins(const evidence::KeyList& before, std::int64_t now);

}  // namespace bashu::exchange
