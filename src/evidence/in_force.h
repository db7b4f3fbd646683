// Which key counted when (docs/formats/evidence.md 10.4).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "evidence/agreement.h"
#include "evidence/checkpoint.h"
#include "evidence/envelope.h"

namespace bashu::evidence {

// The key's window holds the whole life of the message.
[[nodiscard]] inline bool covers(const KeyRecord& key, const Payload& payload) {
  return key.from <= payload.issued && payload.expiry <= key.to;
}

// Both signatures, if there are two.
[[nodiscard]] inline bool covered(const Opened& message) {
  return covers(message.key, message.payload) &&
         (!message.second || covers(*message.second, message.payload));
}
// Whether it is of a time from which a second signature is required, and has none.
[[nodiscard]] inline bool lacks_second(const Opened& message, std::optional<std::int64_t> from) {
  return from && message.payload.issued >= *from && !message.second;
}
[[nodiscard]] inline bool lacks_second(const Receipt& receipt, std::optional<std::int64_t> from) {
  return from && static_cast<std::int64_t>(receipt.entry.time / 1000) >= *from &&
         !receipt.checkpoint.second;
}

// Opens a receipt under the log keys that `keys` has for this party and origin, of which only those
// count that are in force at the entry's own time. Revocation is left to the caller:
// signed_revoked().
struct LogOwner {
  std::string_view party, origin;
};
[[nodiscard]] Verified<Receipt> open_receipt(std::string_view receipt, const LogOwner& owner,
                                             const KeyList& keys,
                                             std::span<const WitnessKey> witnesses = {});
// Whether a checkpoint, or the one at the end of a receipt, is signed by a log key of its owner
// that is revoked, so that nobody takes it any more (10.3): as speaks_revoked() of an envelope.
[[nodiscard]] bool signed_revoked(std::string_view text, const LogOwner& owner,
                                  const KeyList& keys);

}  // namespace bashu::evidence
