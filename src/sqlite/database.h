// SQLite as the rest of the program uses it: prepared statements kept by their text, and one rule
// for what goes wrong.
//
// Whatever fails marks its database: statements of it give no rows and change nothing from then on.
// Who uses it asks check() once, at the end of what belongs together, instead of after each of a
// hundred thousand bindings; check() hands the fault over and lets the database go on.
//
//     db.prepared("INSERT INTO t VALUES (?, ?)").bind(0, number).bind_kept(1, text).run();
//     return db.check();
//
// Parameters and columns count from 0. A database and its statements are for one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bashu::sqlite {

using Cell = std::variant<std::monostate, std::int64_t, std::string>;

class Database;

// Valid as long as its database.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, std::int64_t number);
  Statement& bind(int index, std::string_view text);  // copied
  Statement& bind_null(int index);
  // Not copied: what is bound must last until the last step.
  Statement& bind_kept(int index, std::string_view text);
  Statement& bind_bytes(int index, std::string_view bytes);
  Statement& bind(int index, const Cell& cell);
  Statement& kept_or_null(int index, std::string_view text) {  // empty: null
    return text.empty() ? bind_null(index) : bind_kept(index, text);
  }
  // True while there is a row. After false, or a fault, the statement is reset.
  bool step();
  void run() {  // for statements without rows
    while (step()) {
    }
  }
  void reset();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;   // until the next step
  [[nodiscard]] std::string_view bytes(int column) const;  // of a blob, until the next step

 private:
  friend class Database;
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

enum class Access : std::uint8_t { create, read };

class Database {
 public:
  // `path` may be ":memory:".
  [[nodiscard]] static std::expected<std::unique_ptr<Database>, Fault> open(const std::string& path,
                                                                            Access access);
  Database(sqlite3* handle, std::string path);  // open() is the way in
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void exec(const std::string& sql);
  // A prepared statement kept for its text, reset and ready to bind. One use of it at a time.
  Statement& prepared(std::string_view sql);
  // Forgets the prepared statements: before a table is altered.
  void forget_statements() { statements_.clear(); }

  // What failed since the last check(), if anything did.
  [[nodiscard]] std::expected<void, Fault> check();
  [[nodiscard]] bool failed() const { return fault_.has_value(); }

 private:
  friend class Statement;
  void fail(const std::string& doing);

  sqlite3* handle_;
  std::string path_;
  std::optional<Fault> fault_;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view sql) const {
      return std::hash<std::string_view>{}(sql);
    }
  };
  // For looking up only: its order is nobody's.
  std::unordered_map<std::string, std::unique_ptr<Statement>, Hash, std::equal_to<>> statements_;
};

// Inserts `count` rows into `table (column, ...)`, several by one statement. `bind` binds row n
// from parameter `first` on; what it keeps must last until this returns.
template <typename Bind>
void insert_rows(Database& db, const std::string& table, int columns, std::size_t count,
                 Bind bind) {
  constexpr std::size_t kMany = 8;
  std::string marks{"(?"};
  for (int i = 1; i < columns; ++i) marks += ", ?";
  marks += ")";
  std::string sql = "INSERT INTO " + table + " VALUES " + marks;
  const std::string single = sql;
  for (std::size_t i = 1; i < kMany; ++i) sql += ", " + marks;
  std::size_t next = 0;
  if (count >= kMany) {
    Statement& many = db.prepared(sql);
    for (; next + kMany <= count; next += kMany) {
      for (std::size_t i = 0; i < kMany; ++i) bind(many, static_cast<int>(i) * columns, next + i);
      many.run();
    }
  }
  if (next == count) return;
  Statement& one = db.prepared(single);
  for (; next < count; ++next) {
    bind(one, 0, next);
    one.run();
  }
}

// One more than the largest number in a column of whole numbers, 1 if there is none.
[[nodiscard]] std::int64_t next_id(Database& db, const std::string& table,
                                   const std::string& column = "id");
// A name as SQL takes it: in double quotes.
[[nodiscard]] std::string quoted(std::string_view name);

}  // namespace bashu::sqlite
