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
// count that are in force at the entry's own time. Revocation is left to the caller.
struct LogOwner {
  std::string_view party, origin;
};
[[nodiscard]] Verified<Receipt> open_receipt(std::string_view receipt, const LogOwner& owner,
                                             const KeyList& keys,
                                             std::span<const WitnessKey> witnesses = {});

}  // namespace bashu::evidence
