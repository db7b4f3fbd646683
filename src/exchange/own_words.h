// What a node signed itself, shown to it by a peer (docs/formats/evidence.md 8.7): only that proves
// that its journal was taken back. Whatever a peer says of it without a signature proves nothing.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "evidence/checkpoint.h"
#include "evidence/standing.h"
#include "node/node.h"

namespace bashu::exchange {

// Whether it is our message of this number on our channel to the peer, under a key of ours that is
// not revoked: whoever stole that one may sign what we never said.
struct MessageNamed {
  std::string_view to, channel;
  std::int64_t seq = 0;
};
[[nodiscard]] bool is_our_message(node::Node& node, const MessageNamed& named,
                                  std::string_view envelope);

// Whether it is a key list of ours that continues the newest one held here. Waits for the core.
[[nodiscard]] bool is_our_next_list(node::Node& node, std::string_view record);

// A checkpoint of our log, as a peer has it, under a log key of ours that is not revoked, and how
// our journal stands to it. Code: of docs/formats/evidence.md section 5.
struct CheckpointShown {
  evidence::Checkpoint checkpoint;
  evidence::Standing standing{};
};
[[nodiscard]] evidence::Verified<CheckpointShown> own_checkpoint(node::Node& node,
                                                                 std::string_view note);
// How the durable journal stands to a checkpoint of it.
[[nodiscard]] evidence::Standing standing_of(node::Node& node,
                                             const evidence::Checkpoint& checkpoint);

}  // namespace bashu::exchange
