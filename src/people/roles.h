// Roles as they are granted against roles as packs know them.
#pragma once

#include <optional>
#include <string>

#include "core/store.h"
#include "people/principal.h"

namespace bashu::people {

// `pack:role` of the first role that a pack held here does not know: a slip of the pen, which would
// let its holder do nothing. A pack that is not here yet may come with any.
[[nodiscard]] std::optional<std::string> unknown_role(const Principal& who,
                                                      const core::Store::Circle& circle);

}  // namespace bashu::people
