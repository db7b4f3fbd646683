// What an edition with a successor log means here (docs/formats/evidence.md 8.7): where the
// channels go on, and which numbers of cases are given to no other.
#pragma once

#include "core/deciding.h"

namespace bashu::core {

// Refused where the edition does not know how far the channels are.
[[nodiscard]] Result renew(Deciding& d, const AdoptRecord& command);

}  // namespace bashu::core
