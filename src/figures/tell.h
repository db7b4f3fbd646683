// What this node counted, for the others.
#pragma once

#include <optional>
#include <vector>

#include "base/value.h"
#include "figures/ask.h"
#include "figures/published.h"
#include "views/session.h"

namespace bashu::figures {

// The published figures, each on its own date. With `as_of`: those of the overview of that date,
// and every figure in force on the date itself; where nothing is
// published, of `today`.
[[nodiscard]] std::vector<Ask> asks_to_tell(const views::Session& session,
                                            const Published& published, std::optional<Date> as_of,
                                            Date today);
// The body of core::TellFigures: all values at the session's position. Figures that are not known
// are left out.
[[nodiscard]] Value to_tell(views::Session& session, const std::vector<Ask>& asks);

}  // namespace bashu::figures
