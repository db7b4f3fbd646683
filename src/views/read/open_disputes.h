// Cases in which something is in dispute, asked or to be reviewed.
#pragma once

#include <string_view>
#include <vector>

#include "core/event.h"
#include "views/session.h"

namespace bashu::views {

// One parameter; reads what is open and no more (an index of place.cc).
inline constexpr std::string_view kOpenWith =
    "SELECT DISTINCT c.id FROM dispute d JOIN case_index c ON c.no = d.case_no "
    "WHERE d.ended IS NULL AND d.reason LIKE ? ORDER BY c.id";
// Of what is open and was found as `finding`, whatever stands before the dot, in the order of their
// names.
[[nodiscard]] std::vector<core::CaseId> open_with(Session& session, std::string_view finding);

}  // namespace bashu::views
