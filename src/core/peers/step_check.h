// A step told by its owner is verified before it is applied: sender, sequence, form, branch, and
// every value that does not depend on what only the owner can look up. What does not verify is
// held and its case disputed.
#pragma once

#include <string>

#include "core/deciding.h"

namespace bashu::core {

// Verified, or parked if it came before the one it follows (parked.h).
Result take_step(Deciding& d, const TakeMessage& message);
// As its parties signed it: it must fit the pack, but stands as recorded.
Result take_signed_step(Deciding& d, const TakeMessage& message);
// Of this party itself, as it stands in a message that another one took: recall.h.
Result recall_step(Deciding& d, const TakeMessage& message);

// Steps that came early and follow now; the one every party has signed as recorded, by its digest.
void unpark_signed(Deciding& d, const CaseId& id, const std::string& content);

}  // namespace bashu::core
