// What nodes tell each other of their figures. A core computes none: it passes on what its views
// computed to those who adopted the pack, and keeps what a peer told as it came.
#pragma once

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

Result tell_figures(Deciding& d, const TellFigures& command, Decision& decision);
Result take_figures(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
