// Cases in which something is in dispute, asked or to be reviewed.
#pragma once

#include <string_view>
#include <vector>

#include "core/event.h"
#include "views/session.h"

namespace bashu::views {

// Of what is open and was found as `finding`, whatever stands before the dot, in the order of their
// names.
[[nodiscard]] std::vector<core::CaseId> open_with(Session& session, std::string_view finding);

}  // namespace bashu::views
