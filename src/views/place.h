// Where tables lie: a file of SQLite, its memory, or a schema on a PostgreSQL server. All else of
// the views is the same for the three.
//
//     postgres://…   schema `bashu_views` is in use; `bashu_views_next` is being made beside it and
//                    takes its name at the end
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "core/event.h"
#include "sql/database.h"
#include "views/catalogue.h"

namespace bashu::views {

struct Place {
  std::string path = ":memory:";       // or of a file, or a connection URI of libpq
  std::string schema = "bashu_views";  // on a server
  std::string readers;                 // on a server: a role that may read; empty: nobody else
  std::string read_path;               // on a server: that of a replica; empty: `path`
  bool anew = false;                   // a rebuild takes nothing over from an earlier one
};
[[nodiscard]] bool in_memory(const Place& place);
[[nodiscard]] bool on_server(const Place& place);

struct Opened {
  std::unique_ptr<Database> db;
  bool building = false;  // not in use before put_in_use()
};
// Tables to be written: those that are there, if they are of our format and of `own`; otherwise
// empty ones. `rebuilding`: others beside those in use; on a server it goes on with what an earlier
// one had made.
[[nodiscard]] std::expected<Opened, Fault> open_tables(const Place& place, const core::PartyId& own,
                                                       bool rebuilding);
// Whether there are tables in use of our format and of `own`; a Fault if a server does not answer.
[[nodiscard]] std::expected<bool, Fault> has_tables(const Place& place, const core::PartyId& own);
[[nodiscard]] std::expected<std::unique_ptr<Database>, Fault> open_reader(const Place& place);
[[nodiscard]] bool is_readable(Database& db);
// Ends a rebuild: makes the tables safe, on a server in the place of those in use.
void put_in_use(const Place& place, Database& db);

// A value of table `meta`; empty if there is none.
[[nodiscard]] std::string meta(Database& db, std::string_view name);

}  // namespace bashu::views
