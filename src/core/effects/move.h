// What forbids a move: stated months, overflow, floors. For feeds, which post many.
#pragma once

#include <expected>
#include <optional>

#include "core/effects/effect.h"

namespace bashu::core {

// With a value: it is allowed, and a person is told of it.
using MoveAllowed = std::expected<std::optional<Reject>, Reject>;

[[nodiscard]] MoveAllowed check_move(const Store& store, const packs::Pack& pack,
                                     const MoveDone& move);

}  // namespace bashu::core
