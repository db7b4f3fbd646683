// The index behind search and inbox, beside the views and made from them: what changed since it was
// fed last is read from the tables in the order of their rows.
//
//     doc      one row of each case and record, with its words as they stand in `found`
//     found    FTS5 over them: `text`, and `thing`, the number of its table as `t7`
//     waiting  what waits for whom: by role, then the day it is due
//
//     person   what cases are found by whose person is known: keyed digests (blind.h)
//
// Only public texts are indexed as they are: who may see a case may know them.
#pragma once

#include <cstdint>
#include <string_view>

#include "views/find/blind.h"
#include "views/session.h"

namespace bashu::views {

inline constexpr std::string_view kNoDay = "9999-12-31";  // due on no day

void make_index_schema(Database& index);
// Takes in at most `rows_max` changed rows. True: there is more. `blind` null: persons are not
// found.
[[nodiscard]] bool feed(Database& index, Session& session, std::int64_t rows_max, Blind* blind);

}  // namespace bashu::views
