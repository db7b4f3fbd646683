// What forbids a move: stated months, overflow, floors. For feeds, which post many.
#pragma once

#include "core/effects/effect.h"

namespace bashu::core {

[[nodiscard]] Result check_move(const Store& store, const packs::Pack& pack, const MoveDone& move);

}  // namespace bashu::core
