// The promises, asked of what is durable on all nodes of one circle after every step. Each gives
// the first thing that does not hold.
#pragma once

#include <optional>
#include <vector>

#include "shadow.h"

namespace bashu::sim {

using Shadows = std::vector<const Shadow*>;

// One node by itself: core::invariant, and no case in dispute among honest nodes.
[[nodiscard]] std::optional<Broken> check_alone(const Shadow& node);
// One holder of every case, or its baton is in a message on the way; copies of one version agree;
// channels are in order; every person of the household register is registered in exactly one
// place or on the way.
[[nodiscard]] std::optional<Broken> check_together(const Shadows& nodes);
// When nothing is on the way any more: copies and shared registers are equal, nothing is held or
// waits for an answer.
[[nodiscard]] std::optional<Broken> check_at_rest(const Shadows& nodes);

}  // namespace bashu::sim
