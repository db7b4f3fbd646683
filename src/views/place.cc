#include "views/place.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/try.h"
#include "postgres/database.h"
#include "sqlite/database.h"
#include "views/late_keys.h"

namespace bashu::views {

namespace {

// A table that changed its meaning gets a new number, and old ones are rebuilt.
constexpr std::string_view kFormat = "9";
constexpr const char* kMemory = ":memory:";

using Made = std::expected<std::unique_ptr<Database>, Fault>;

std::string next_of(const Place& place) { return place.schema + "_next"; }

void remove_database(const std::string& path) {
  std::error_code ignored;  // what cannot be removed cannot be opened either, and is told then
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    std::filesystem::remove(path + suffix, ignored);
}

bool is_ours(Database& db, const core::PartyId& own) {
  const bool ours = db.has_table("meta") && meta(db, "format") == kFormat && meta(db, "own") == own;
  return db.check() && ours;
}

void fill(Database& db, const core::PartyId& own, bool rebuilding) {
  db.exec("BEGIN");
  make_schema(db);
  if (rebuilding) {
    drop_late_keys(db, {});
  } else {
    add_lookup_indexes(db, {});
    add_indexes(db, {});
  }
  const std::string chance{db.words().chance};
  db.prepared("INSERT INTO meta (name, value) SELECT 'made', " + chance).run();
  db.prepared("INSERT INTO meta (name, value) VALUES ('entries', '0'), ('format', ?), ('own', ?)")
      .bind(0, kFormat)
      .bind(1, std::string_view{own})
      .run();
  db.exec("COMMIT");
}

Made sqlite_file(const std::string& path, sqlite::Access access) {
  BASHU_TRY(auto db, sqlite::Database::open(path, access));
  return db;
}

// The file if it is of our format and whole; nullptr if it has to be made anew.
std::unique_ptr<Database> existing_file(const Place& place, const core::PartyId& own) {
  if (in_memory(place) || !std::filesystem::exists(place.path)) return nullptr;
  auto db = sqlite_file(place.path, sqlite::Access::create);
  if (!db || !is_ours(**db, own)) return nullptr;
  return std::move(*db);
}

std::expected<Opened, Fault> open_file(const Place& place, const core::PartyId& own,
                                       bool rebuilding) {
  auto db = rebuilding ? nullptr : existing_file(place, own);
  if (!db) {
    if (!in_memory(place)) remove_database(place.path);
    BASHU_TRY(db, sqlite_file(place.path, sqlite::Access::create));
    db->exec("PRAGMA page_size = 8192");
    if (!in_memory(place) && !rebuilding) db->exec("PRAGMA journal_mode = WAL");
    fill(*db, own, rebuilding);
  }
  if (rebuilding) {
    // Nothing depends on the file before it is in use: a crash leaves rubbish that is removed.
    db->exec(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
  } else {
    db->exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000");
  }
  // The indexes at the end of a rebuild read every row again.
  db->exec(rebuilding ? "PRAGMA cache_size = -262144" : "PRAGMA cache_size = -65536");
  db->exec("PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF");
  return Opened{.db = std::move(db), .building = rebuilding};
}

// Of tables that were made before it was: it changes nothing that is read.
void add_later_index(Database& db) {
  db.exec(
      "CREATE INDEX IF NOT EXISTS dispute_open ON dispute (ended, reason, case_no) "
      "WHERE ended IS NULL");
}

Made server_schema(const Place& place, const std::string& schema) {
  BASHU_TRY(auto db, postgres::Database::open(place.path, schema));
  return db;
}

std::expected<Opened, Fault> open_schema(const Place& place, const core::PartyId& own,
                                         bool rebuilding) {
  const std::string schema = rebuilding ? next_of(place) : place.schema;
  BASHU_TRY(auto db, server_schema(place, schema));
  // Who waits for a commit of tables that can be made again?
  db->exec("SET synchronous_commit = off");
  // Another machine that stands still in the middle, or somebody who reads for long: tried again.
  db->exec("SET lock_timeout = '30s'");
  // For the keys and indexes at the end of a rebuild.
  if (rebuilding) db->exec("SET maintenance_work_mem = '256MB'");
  if ((rebuilding && place.anew) || !is_ours(*db, own)) {
    const std::string name = sql::quoted(schema);
    db->exec("DROP SCHEMA IF EXISTS " + name + " CASCADE; CREATE SCHEMA " + name);
    if (!place.readers.empty()) {
      const std::string role = sql::quoted(place.readers);
      db->exec("GRANT USAGE ON SCHEMA " + name + " TO " + role +
               "; ALTER DEFAULT PRIVILEGES IN SCHEMA " + name + " GRANT SELECT ON TABLES TO " +
               role);
    }
    fill(*db, own, rebuilding);
  }
  return Opened{.db = std::move(db), .building = rebuilding};
}

}  // namespace

bool in_memory(const Place& place) { return place.path == kMemory; }
bool on_server(const Place& place) { return postgres::is_url(place.path); }

std::string meta(Database& db, std::string_view name) {
  Statement& query = db.prepared("SELECT value FROM meta WHERE name = ?");
  std::string value;
  if (query.bind(0, name).step()) {
    value = query.text(0);
    query.reset();
  }
  return value;
}

std::expected<Opened, Fault> open_tables(const Place& place, const core::PartyId& own,
                                         bool rebuilding) {
  BASHU_TRY(auto opened, on_server(place) ? open_schema(place, own, rebuilding)
                                          : open_file(place, own, rebuilding));
  cut_by_year(*opened.db);
  add_later_index(*opened.db);
  BASHU_TRY_OK(opened.db->check());
  return opened;
}

std::expected<bool, Fault> has_tables(const Place& place, const core::PartyId& own) {
  if (!on_server(place)) return existing_file(place, own) != nullptr;
  BASHU_TRY(auto db, server_schema(place, place.schema));
  const bool there = db->has_table("meta");
  BASHU_TRY_OK(db->check());
  return there && is_ours(*db, own);
}

Made open_reader(const Place& place) {
  if (on_server(place)) {
    return server_schema({.path = place.read_path.empty() ? place.path : place.read_path,
                          .schema = place.schema,
                          .readers = {},
                          .read_path = {},
                          .anew = false},
                         place.schema);
  }
  BASHU_TRY(auto db, sqlite_file(place.path, sqlite::Access::read));
  // Past the page cache: what figures scan is larger than SQLite's default of 2 MB.
  db->exec("PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824");
  return db;
}

bool is_readable(Database& db) { return meta(db, "format") == kFormat; }

void put_in_use(const Place& place, Database& db) {
  if (!on_server(place)) {
    db.exec(
        "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = "
        "-65536; PRAGMA locking_mode = NORMAL; SELECT 1 FROM meta");  // the lock goes with the read
    if (!in_memory(place)) db.exec("PRAGMA journal_mode = WAL");
    return;
  }
  db.forget_statements();  // they are of the schema's old name
  const std::string schema = sql::quoted(place.schema);
  // Readers that have begun are waited for; those that come read the new tables.
  db.exec("BEGIN");
  db.exec("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  db.exec("ALTER SCHEMA " + sql::quoted(next_of(place)) + " RENAME TO " + schema);
  db.exec("COMMIT");
  db.exec("SET search_path TO " + schema);
}

}  // namespace bashu::views
