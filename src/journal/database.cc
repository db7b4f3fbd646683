#include "journal/database.h"

#include <sqlite3.h>

#include <string>
#include <utility>

namespace bashu::journal {

namespace {

std::unexpected<Fault> fault(sqlite3* db, std::string_view doing) {
  std::string what{doing};
  what += ": ";
  what += db ? sqlite3_errmsg(db) : "out of memory";
  if (const char* file = db ? sqlite3_db_filename(db, nullptr) : nullptr) {
    what += " (";
    what += file;
    what += ")";
  }
  return std::unexpected{Fault{.what = std::move(what), .unknown_outcome = false}};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), parameter, number);
  return *this;
}
Statement& Statement::bind_text(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
  // A null pointer would bind NULL instead of an empty blob.
  sqlite3_bind_blob64(statement_.get(), parameter, bytes.data() ? bytes.data() : "", bytes.size(),
                      SQLITE_STATIC);
  return *this;
}
std::expected<bool, Fault> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  auto failed = fault(db_, "database");
  reset();
  return failed;
}
std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::string Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data ? std::string{static_cast<const char*>(data), static_cast<std::size_t>(size)}
              : std::string{};
}
void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}
std::expected<void, Fault> Statement::run() {
  const auto row = step();
  if (!row) return std::unexpected{row.error()};
  reset();
  return {};
}

void Database::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

std::expected<Database, Fault> Database::open(const std::filesystem::path& file, Access access) {
  sqlite3* raw = nullptr;
  const int flags =
      access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database;
  database.db_.reset(raw);
  if (code != SQLITE_OK) return fault(raw, "cannot open " + file.string());
  sqlite3_busy_timeout(raw, 10'000);
  return database;
}

std::expected<void, Fault> Database::run(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fault(db_.get(), sql);
  }
  return {};
}

std::expected<Statement, Fault> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    return fault(db_.get(), sql);
  }
  return Statement{db_.get(), statement};
}

}  // namespace bashu::journal
