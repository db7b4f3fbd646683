// A schema on a PostgreSQL server as sql/database.h has it. What goes over the wire is plain: COPY,
// prepared statements, cursors, a pipeline; no extension and no trigger, so that what speaks the
// protocol can take its place.
//
//     plain INSERT ──► rows of its table, kept ──► COPY      when there are many, or it is touched
//     other changes ──► kept ────────────────────► pipeline  answers are read together
//                            many of either: by a thread, beside what comes next, in their order
//     questions     ──► both of these first, then asked
//
// A network away, a statement at a time would wait for its answer a hundred thousand times.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "postgres/connection.h"
#include "sql/database.h"

namespace bashu::postgres {

[[nodiscard]] inline bool is_url(std::string_view text) {
  return text.starts_with("postgres://") || text.starts_with("postgresql://");
}

class Database final : public sql::Database {
 public:
  // `url`: a connection URI of libpq. Names without a schema are those of `schema`, which may be
  // missing yet.
  [[nodiscard]] static std::expected<std::unique_ptr<Database>, Fault> open(
      const std::string& url, const std::string& schema);
  explicit Database(PgConnection connection);  // open() is the way in
  ~Database() override;

  // Several statements at once; of COMMIT also that nothing before it had failed.
  void exec(const std::string& sql) override;
  sql::Statement& prepared(std::string_view sql) override;
  // Within a transaction only.
  [[nodiscard]] std::unique_ptr<sql::Statement> scan(const std::string& sql) override;
  void insert_rows(const std::string& into, int columns, std::size_t count,
                   const BindRow& bind) override;
  void forget_statements() override;
  [[nodiscard]] bool has_table(std::string_view name) override;
  [[nodiscard]] sql::Words words() const override;
  void cut_by_year(const std::string& table, const std::string& column, sql::Cut cut) override;

  // The transaction in which something failed is taken back, and its locks with it.
  [[nodiscard]] std::expected<void, Fault> check() override;
  [[nodiscard]] bool failed() const override { return fault_.has_value(); }
  void fail(std::string what) override;

 private:
  friend class Bound;
  friend class Asking;
  friend class Scan;
  friend class Inserting;

  // Rows on their way to one table, in COPY's text form.
  struct Rows {
    std::string table;  // as SQL has it, quoted where it must be
    std::string bytes;
    std::size_t count = 0;
    int cut_column = -1;  // among those inserted; -1: the table is not cut by year
    sql::Cut cut{};
    std::int64_t year = -1;  // of the last row
  };

  Rows& rows_of(std::string_view into);
  // The part of the table for the year of `value` is there when this returns.
  void make_year(Rows& rows, std::string_view value);
  // Sends what waits for tables that `sql` names.
  void flush_named(std::string_view sql);
  void flush_all();
  void copy(const std::string& into, Rows& rows);
  // A statement that changes something, with its parameters.
  struct Change {
    std::string name;
    std::vector<std::optional<std::string>> values;
  };
  // Rows for one table, or changes, by whichever thread has the connection.
  struct Piece {
    std::string into, bytes;
    std::vector<Change> changes;
    std::size_t size = 0;  // some bytes of memory
  };
  [[nodiscard]] std::optional<Fault> put(const Piece& piece);
  [[nodiscard]] std::optional<Fault> put_rows(const Piece& piece);
  [[nodiscard]] std::optional<Fault> put_changes(const std::vector<Change>& changes);
  void put_pieces();
  // Puts it, or has the thread put it after all that was given before.
  void give(Piece piece);
  void give_changes();
  // Waits until the thread has put what it was given: nobody else may use the connection before.
  void settle();
  // The same with the changes that are kept.
  void drain();
  void take_back();
  // Null after a fault.
  PgResult take(PGresult* result, std::string_view doing);
  void failed_in(const char* state, std::string_view doing);
  [[nodiscard]] std::string next_name() { return "s" + std::to_string(++names_); }

  PgConnection connection_;
  std::optional<Fault> fault_;
  std::uint64_t names_ = 0;                        // of statements and cursors
  std::vector<Change> changes_;                    // kept, in their order
  std::map<std::string, Rows, std::less<>> rows_;  // by `table (column, ...)`
  struct Cutting {
    std::string column;
    sql::Cut cut{};
  };
  std::map<std::string, Cutting, std::less<>> cut_;  // by table
  std::set<std::string> years_;                      // partitions known to be there
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view sql) const {
      return std::hash<std::string_view>{}(sql);
    }
  };
  // For looking up only: its order is nobody's.
  std::unordered_map<std::string, std::unique_ptr<sql::Statement>, Hash, std::equal_to<>>
      statements_;

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Piece> pieces_;
  std::size_t waiting_ = 0;  // bytes of them, and of the one that is being put
  bool ended_ = false;
  std::optional<Fault> put_fault_;
  std::thread putter_;  // begun with the first large piece
};

}  // namespace bashu::postgres
