// A pack told for people: the life cycle of each service as text, and as a drawing.
#pragma once

#include <string>

#include "packs/pack.h"

namespace bashu::packs {

// States in the order in which a case meets them, with owner, events, who may act, conditions in
// the words of the titles, reasons and clocks. `language` is zh or en; English for any other.
[[nodiscard]] std::string show(const Pack& pack, const std::string& language);

// Graphviz: one cluster per service, states coloured by owner, hand-overs drawn bold.
[[nodiscard]] std::string dot(const Pack& pack, const std::string& language);

}  // namespace bashu::packs
