// SQL as what keeps tables uses it, whichever engine answers: sqlite/ in a file, postgres/ on a
// server. Statements are kept by their text, and there is one rule for what goes wrong.
//
// Whatever fails marks its database: statements of it give no rows and change nothing from then on.
// Who uses it asks check() once, at the end of what belongs together, instead of after each of a
// hundred thousand bindings; check() hands the fault over and lets the database go on.
//
//     db.prepared("UPDATE t SET a = ? WHERE b = ?").bind(0, number).bind_kept(1, text).run();
//     return db.check();
//
// Parameters and columns count from 0. A database and its statements are for one thread at a time.
// What changes tables may wait until something is read, or the transaction ends: an engine that is
// reached over a network sends much at once. In each table it happens in the order it was said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"

namespace bashu::sql {

using Cell = std::variant<std::monostate, std::int64_t, std::string>;

// Valid as long as its database.
class Statement {
 public:
  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  virtual ~Statement() = default;

  virtual Statement& bind(int index, std::int64_t number) = 0;
  virtual Statement& bind(int index, std::string_view text) = 0;  // copied
  virtual Statement& bind_null(int index) = 0;
  // Not copied: what is bound must last until the last step.
  virtual Statement& bind_kept(int index, std::string_view text) = 0;
  Statement& bind(int index, const Cell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return bind(index, *number);
    if (const auto* text = std::get_if<std::string>(&cell)) return bind_kept(index, *text);
    return bind_null(index);
  }
  Statement& kept_or_null(int index, std::string_view text) {  // empty: null
    return text.empty() ? bind_null(index) : bind_kept(index, text);
  }
  // True while there is a row. After false, or a fault, the statement is reset.
  virtual bool step() = 0;
  void run() {  // for statements without rows
    while (step()) {
    }
  }
  virtual void reset() = 0;

  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;   // of a condition: 0 or 1
  [[nodiscard]] virtual std::string_view text(int column) const = 0;  // until the next step
};

// What engines spell differently.
struct Words {
  std::string_view number;     // the type of a whole number that may be a key by itself
  std::string_view text;       // the type of a text, compared byte by byte
  std::string_view clustered;  // after a table that lies in the order of its key
  bool cuts = false;           // tables can be cut by year: a key has to name the column then
  std::string_view chance;     // an expression: a text that never comes again
  std::string_view hold;       // after a question: its rows are kept from other writers
  std::string_view look;       // begins a transaction that reads one state of all tables
};

// What tells the year of a row: a day `2021-08-31`, or milliseconds since 1970 in UTC.
enum class Cut : std::uint8_t { day, milliseconds };

class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  virtual void exec(const std::string& sql) = 0;
  // A prepared statement kept for its text, reset and ready to bind. One use of it at a time.
  virtual Statement& prepared(std::string_view sql) = 0;
  // A question whose answer may be large; read a part at a time.
  [[nodiscard]] virtual std::unique_ptr<Statement> scan(const std::string& sql) = 0;
  // Inserts `count` rows into `table (column, ...)`. `bind` binds row n from parameter `first` on;
  // what it keeps must last until this returns.
  using BindRow = std::function<void(Statement& insert, int first, std::size_t n)>;
  virtual void insert_rows(const std::string& into, int columns, std::size_t count,
                           const BindRow& bind) = 0;
  // Forgets the prepared statements: before a table is altered.
  virtual void forget_statements() = 0;
  [[nodiscard]] virtual bool has_table(std::string_view name) = 0;
  [[nodiscard]] virtual Words words() const = 0;
  // Of a table that was made to be cut by `column`: its rows are inserted into the part of their
  // year, which is made when its first row comes.
  virtual void cut_by_year(const std::string& table, const std::string& column, Cut cut) = 0;

  // What failed since the last check(), if anything did.
  [[nodiscard]] virtual std::expected<void, Fault> check() = 0;
  [[nodiscard]] virtual bool failed() const = 0;
  // As if a statement had failed.
  virtual void fail(std::string what) = 0;
};

// One more than the largest number in a column of whole numbers, 1 if there is none.
[[nodiscard]] std::int64_t next_id(Database& db, const std::string& table,
                                   const std::string& column = "id");
// A name as SQL takes it: in double quotes.
[[nodiscard]] std::string quoted(std::string_view name);

}  // namespace bashu::sql
