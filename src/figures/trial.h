// A figure that nobody has adopted, tried against the records: as if a pack with it were in force
// at the position that is read. Nothing is kept of it.
#pragma once

#include <optional>
#include <string_view>

#include "figures/ask.h"
#include "packs/pack.h"
#include "views/session.h"

namespace bashu::figures {

// `pack`: one held here with one figure more, `name`, which its own tables can answer. nullopt:
// there is no such figure in it.
[[nodiscard]] std::optional<Answer> tried(views::Session& session, const packs::PackPtr& pack,
                                          std::string_view name, Ask ask);

}  // namespace bashu::figures
