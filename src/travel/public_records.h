// Records of public registers, as they stood at a position of the journal.
#pragma once

#include <string_view>
#include <vector>

#include "views/read/records.h"

namespace bashu::travel {

// All of them; none if there is no such public register at that position.
[[nodiscard]] std::vector<views::RecordRow> public_records(views::Session& session,
                                                           std::string_view pack,
                                                           std::string_view name);

}  // namespace bashu::travel
