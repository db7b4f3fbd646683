#include "exchange/own_words.h"

#include <utility>
#include <vector>

#include "evidence/envelope.h"
#include "exchange/records.h"
#include "exchange/witness.h"

namespace bashu::exchange {

bool is_our_message(node::Node& node, const MessageNamed& named, std::string_view envelope) {
  const auto directory = node.directory();
  const std::string& own = node.identity().party;
  const auto opened = evidence::open_envelope(envelope, directory->keys, own);
  if (!opened || opened->key.revoked != 0) return false;
  const evidence::Payload& said = opened->payload;
  return said.from == own && said.to == named.to && said.channel == named.channel &&
         said.seq == named.seq && said.agreement == directory->agreement.id;
}

bool is_our_next_list(node::Node& node, std::string_view record) {
  const auto read = evidence::read_keys(record);
  if (!read || read->party != node.identity().party) return false;
  const auto checked = check_keys(node, record);
  return checked && !checked->known;
}

evidence::Standing standing_of(node::Node& node, const evidence::Checkpoint& checkpoint) {
  const std::uint64_t size = node.durable();
  const auto root = checkpoint.size <= size ? node.root_at(checkpoint.size) : std::nullopt;
  return evidence::guard(size, root.value_or(Hash{}), checkpoint.size, checkpoint.root);
}

evidence::Verified<CheckpointShown> own_checkpoint(node::Node& node, std::string_view note) {
  const node::Identity& own = node.identity();
  auto opened =
      evidence::open_checkpoint(note, own.origin, log_keys_in_force(*node.directory(), own.party));
  if (!opened) return std::unexpected{opened.error()};
  const evidence::Standing standing = standing_of(node, *opened);
  return CheckpointShown{.checkpoint = std::move(*opened), .standing = standing};
}

}  // namespace bashu::exchange
