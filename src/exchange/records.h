// Signed records as a node holds and takes them: agreement editions and key lists
// (docs/formats/evidence.md section 10). The chain and the signatures are checked here, before the
// core is asked to adopt.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "evidence/envelope.h"
#include "node/node.h"

namespace bashu::exchange {

// `agreement/2`, `keys/sichuan/1`. Waits for the core.
[[nodiscard]] std::optional<std::string> held_record(node::Node& node, std::string_view name);

// What to submit to adopt a key list; a Request without record if exactly this one is held. 409
// `chain` with the edition held in `next`, 403 `signature`, 400 `malformed`, 404 `unknown-peer`.
// Waits.
struct KeysCheck {
  bool known = false;
  node::Request request;
};
[[nodiscard]] std::expected<KeysCheck, evidence::Refusal> check_keys(node::Node& node,
                                                                     std::string_view record);

}  // namespace bashu::exchange
