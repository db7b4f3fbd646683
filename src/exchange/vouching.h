// The sign-in service of a node vouches for the officer whose command crosses the border, under a
// key of its own (docs/formats/evidence.md section 19), before the command is decided.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/command.h"
#include "node/node.h"

namespace bashu::exchange {

// How who asks came in.
struct SignedIn {
  std::string how;      // password, provider, key
  std::string session;  // digest, hex; empty: none
};
enum class Vouching : std::uint8_t {
  done,     // the command has its voucher
  nothing,  // nobody is told of it, or the node has no key announced
  ended,    // the key of the sign-in service does not count now
};
[[nodiscard]] Vouching vouch(node::Node& node, core::Command& command, const SignedIn& who);

// How an officer is called to others: as the journal does, but never by a number of a citizen.
// `secret` is the node's, and never changes.
[[nodiscard]] std::string officer_id(std::string_view principal, std::string_view secret);

}  // namespace bashu::exchange
