#include "sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bashu::sqlite {

Statement::Statement(Database& database, std::string_view sql) : database_{database} {
  if (database_.fault_) return;
  if (sqlite3_prepare_v3(database_.handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK) {
    database_.failed_in(std::string{sql});
  }
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::int64_t number) {
  if (statement_) sqlite3_bind_int64(statement_, index + 1, number);
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  // An empty view may point nowhere, which SQLite would take for null.
  const char* data = text.empty() ? "" : text.data();
  if (statement_) {
    sqlite3_bind_text64(statement_, index + 1, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return *this;
}

Statement& Statement::bind_kept(int index, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  if (statement_) {
    sqlite3_bind_text64(statement_, index + 1, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}

Statement& Statement::bind_bytes(int index, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  if (statement_) sqlite3_bind_blob64(statement_, index + 1, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null(int index) {
  if (statement_) sqlite3_bind_null(statement_, index + 1);
  return *this;
}

bool Statement::step() {
  if (!statement_ || database_.fault_) return false;
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) database_.failed_in(sqlite3_sql(statement_));
  sqlite3_reset(statement_);
  return false;
}

void Statement::reset() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_, column);
  if (!bytes) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (!bytes) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Database::Database(sqlite3* handle, std::string path) : handle_{handle}, path_{std::move(path)} {}

Database::~Database() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

std::expected<std::unique_ptr<Database>, Fault> Database::open(const std::string& path,
                                                               Access access) {
  sqlite3* handle = nullptr;
  // Made here, and for nobody else to read; SQLite gives its logs the same mode. One that is there
  // is not touched: closing it would end the locks that others of this process hold.
  if (access == Access::create && path != ":memory:") {
    const int fresh = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fresh >= 0) ::close(fresh);
  }
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (sqlite3_open_v2(path.c_str(), &handle, flags, nullptr) != SQLITE_OK) {
    Fault fault{.what = path + ": " + (handle ? sqlite3_errmsg(handle) : "out of memory")};
    sqlite3_close_v2(handle);
    return std::unexpected{std::move(fault)};
  }
  sqlite3_busy_timeout(handle, 10'000);
  return std::make_unique<Database>(handle, path);
}

void Database::exec(const std::string& sql) {
  if (fault_) return;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) failed_in(sql);
}

Statement& Database::prepared(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    it = statements_.emplace(sql, std::make_unique<Statement>(*this, sql)).first;
  } else if (!it->second->statement_) {  // a fault stood in its way
    it->second = std::make_unique<Statement>(*this, sql);
  }
  it->second->reset();
  return *it->second;
}

std::expected<void, Fault> Database::check() {
  if (!fault_) return {};
  return std::unexpected{*std::exchange(fault_, std::nullopt)};
}

void Database::fail(std::string what) {
  if (!fault_) fault_ = Fault{.what = std::move(what)};
}

void Database::failed_in(const std::string& doing) {
  constexpr std::size_t kShown = 60;
  if (fault_) return;
  std::string sql = doing.substr(0, kShown);
  if (sql.size() < doing.size()) sql += "...";
  fault_ = Fault{.what = path_ + ": " + sqlite3_errmsg(handle_) + " (" + sql + ")"};
}

std::unique_ptr<sql::Statement> Database::scan(const std::string& sql) {
  return std::make_unique<Statement>(*this, sql);  // gives row by row as it is
}

// Several rows by one statement: a third of the time of one each.
void Database::insert_rows(const std::string& into, int columns, std::size_t count,
                           const BindRow& bind) {
  constexpr std::size_t kMany = 8;
  std::string marks{"(?"};
  for (int i = 1; i < columns; ++i) marks += ", ?";
  marks += ")";
  std::string sql = "INSERT INTO " + into + " VALUES " + marks;
  const std::string single = sql;
  for (std::size_t i = 1; i < kMany; ++i) sql += ", " + marks;
  std::size_t next = 0;
  if (count >= kMany) {
    Statement& many = prepared(sql);
    for (; next + kMany <= count; next += kMany) {
      for (std::size_t i = 0; i < kMany; ++i) bind(many, static_cast<int>(i) * columns, next + i);
      many.run();
    }
  }
  if (next == count) return;
  Statement& one = prepared(single);
  for (; next < count; ++next) {
    bind(one, 0, next);
    one.run();
  }
}

bool Database::has_table(std::string_view name) {
  Statement& query = prepared("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  const bool there = query.bind(0, name).step();
  query.reset();
  return there;
}

// A column of whole numbers that is a key by itself has to be called INTEGER: it is the row's own
// number then.
sql::Words Database::words() const {
  return {.number = "INTEGER",
          .text = "TEXT",
          .clustered = " WITHOUT ROWID",
          .cuts = false,
          .chance = "lower(hex(randomblob(16)))",
          .hold = "",
          .look = "BEGIN"};
}

}  // namespace bashu::sqlite
