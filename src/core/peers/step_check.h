// A step told by its owner is verified before it is applied: sender, sequence, form, branch, and
// every value that does not depend on what only the owner can look up. What does not verify is
// held and its case disputed.
#pragma once

#include "core/deciding.h"

namespace bashu::core {

// Verified, or parked if it came before the one it follows.
Result take_step(Deciding& d, const TakeMessage& message);
// As its parties signed it: it must fit the pack, but stands as recorded.
Result take_signed_step(Deciding& d, const TakeMessage& message);
// Of this party itself, as it stands in a message that another one took: recall.h.
Result recall_step(Deciding& d, const TakeMessage& message);

// Steps that came early and follow now: after those that every party has signed, as recorded.
void unpark_signed(Deciding& d, const CaseId& id);

}  // namespace bashu::core
