// Primary keys that tables on a server get at the end of a rebuild: kept up row by row, they cost
// nearly as much as the rows; sorted once, a fraction. Of tables that a rebuild only adds to.
// SQLite has them from the beginning, where a table is the tree of its key.
#pragma once

#include "sql/database.h"
#include "views/catalogue.h"

namespace bashu::views {

// From the tables there always are, and from those of `catalogue`, which have no rows yet or no key
// any more.
void drop_late_keys(Database& database, const Catalogue& catalogue);
// Where they are missing.
void add_late_keys(Database& database, const Catalogue& catalogue);

}  // namespace bashu::views
