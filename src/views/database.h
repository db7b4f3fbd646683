// The little of SQLite that views need: prepared statements, and a fault that latches.
//
// A statement that fails marks its database as failed and gives no rows from then on; the caller
// asks once, at the end of what it does, instead of after each of a hundred thousand bindings.
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

namespace bashu::views {

using Cell = std::variant<std::monostate, std::int64_t, std::string>;

class Database;

// Valid as long as its database. Parameters and columns count from 0.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, std::int64_t number);
  Statement& bind(int index, std::string_view text);  // copied
  Statement& bind_null(int index);
  // Not copied: `text` and `cell` must last until the last step.
  Statement& bind_kept(int index, std::string_view text);
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
  [[nodiscard]] std::string_view text(int column) const;  // until the next step
  [[nodiscard]] Cell cell(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  // `path` may be ":memory:". Not for use by two threads at once.
  [[nodiscard]] static std::expected<std::unique_ptr<Database>, Fault> open(const std::string& path,
                                                                            bool read_only);
  Database(sqlite3* handle, std::string path);  // open() is the way in
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void exec(const std::string& sql);
  // A prepared statement kept for its text, reset and ready to bind. One use of it at a time.
  Statement& prepared(std::string_view sql);
  // Forgets the prepared statements: before a table is altered.
  void forget_statements() { statements_.clear(); }

  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }

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

}  // namespace bashu::views
