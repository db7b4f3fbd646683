// Messages that wait: for a pack to be adopted, for a dispute to end, or for two persons.
#pragma once

#include <string_view>

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

// Decides the message again, and those behind it in its stream; or gives it up.
Result resolve(Deciding& d, const ResolveHeld& command, Decision& decision);
// Of a pack (digest without `sha256:`) that this node has adopted now.
void release_held(Deciding& d, std::string_view pack);

[[nodiscard]] TakeMessage message_of(const PartyId& from, std::int64_t seq, const Held& held);

}  // namespace bashu::core
