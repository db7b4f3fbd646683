// A step of our own that our journal lost with its end, and a party of the case gives back as it
// took it (docs/guide/successor.md): what it did is done once more, as recorded. Nothing is told to
// anybody, and no automatic step follows: those that did are steps of their own.
//
// Comes as a TakeMessage from this party itself, whose node has verified its own signature.
#pragma once

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

// Refused with nothing changed if it is no step, or not the next one of its case here.
Result recall(Deciding& d, const TakeMessage& message, Decision& decision);

}  // namespace bashu::core
