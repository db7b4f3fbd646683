// What an edition of an agreement says, for who is to sign or adopt it.
#pragma once

#include "exchange/circle.h"
#include "main/console.h"

namespace bashu::cli {

// To the error stream: the circle file itself may go to standard output.
void show(const Console& console, const exchange::CircleSummary& summary);

}  // namespace bashu::cli
