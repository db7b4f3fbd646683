// A party is of the circle no more: what stands still with it here, for the people of this node.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/deciding.h"

namespace bashu::core {

struct Standstill {
  std::int64_t cases = 0;       // not ended, with it among their parties
  std::int64_t unanswered = 0;  // our messages to it without a receipt
  std::int64_t held = 0;        // its messages that wait for a decision
  std::int64_t records = 0;     // of shared registers, kept by it: they stay as it told them last
  friend bool operator==(const Standstill&, const Standstill&) = default;
};
// Walks over all cases and records.
[[nodiscard]] Standstill standstill(const State& state, std::string_view party);
// Whether the case has not ended: there is somebody who could go on with it.
[[nodiscard]] bool is_open(const State& state, const Case& c);

// A task for whoever looks after the circle.
void tell_of_leaving(Deciding& d, const PartyJoined& party);

}  // namespace bashu::core
