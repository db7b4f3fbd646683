// Why each ride of a token costs what it costs: its taps, what was missing and how it was
// completed, the rule that took something off, and who bears it if the token was denied.
#pragma once

#include <vector>

#include "fares/denied.h"
#include "main/console.h"

namespace bashu::cli {

// A line for each ride of the taps of one token.
void print_why(const Console& console, const fares::Tariff& tariff, const fares::Denied& denied,
               std::vector<fares::Tap> taps);

}  // namespace bashu::cli
