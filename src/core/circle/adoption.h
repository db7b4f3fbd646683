// What others hear of a pack that this node adopted.
#pragma once

#include "core/deciding.h"
#include "packs/pack.h"

namespace bashu::core {

Result tell_adoption(Deciding& d, const PartyId& party, const packs::Pack& pack, Date from,
                     const Value& voucher = {});

}  // namespace bashu::core
