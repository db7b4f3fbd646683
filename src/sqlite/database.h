// SQLite as the rest of the program uses it (sql/database.h): files of the node's own directory.
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

#include "base/error.h"
#include "sql/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bashu::sqlite {

using sql::Cell;
using sql::next_id;
using sql::quoted;

class Database;

// Valid as long as its database.
class Statement final : public sql::Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement() override;

  Statement& bind(int index, std::int64_t number) override;
  Statement& bind(int index, std::string_view text) override;
  Statement& bind_null(int index) override;
  Statement& bind_kept(int index, std::string_view text) override;
  Statement& bind_bytes(int index, std::string_view bytes);
  Statement& bind(int index, const Cell& cell) {
    sql::Statement::bind(index, cell);
    return *this;
  }
  bool step() override;
  void reset() override;

  [[nodiscard]] bool is_null(int column) const override;
  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] std::string_view text(int column) const override;
  [[nodiscard]] std::string_view bytes(int column) const;  // of a blob, until the next step

 private:
  friend class Database;
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

enum class Access : std::uint8_t { create, read };

class Database final : public sql::Database {
 public:
  // `path` may be ":memory:".
  [[nodiscard]] static std::expected<std::unique_ptr<Database>, Fault> open(const std::string& path,
                                                                            Access access);
  Database(sqlite3* handle, std::string path);  // open() is the way in
  ~Database() override;

  void exec(const std::string& sql) override;
  Statement& prepared(std::string_view sql) override;
  [[nodiscard]] std::unique_ptr<sql::Statement> scan(const std::string& sql) override;
  void insert_rows(const std::string& into, int columns, std::size_t count,
                   const BindRow& bind) override;
  void forget_statements() override { statements_.clear(); }
  [[nodiscard]] bool has_table(std::string_view name) override;
  [[nodiscard]] sql::Words words() const override;
  void cut_by_year(const std::string&, const std::string&, sql::Cut) override {}  // one file

  [[nodiscard]] std::expected<void, Fault> check() override;
  [[nodiscard]] bool failed() const override { return fault_.has_value(); }
  void fail(std::string what) override;

 private:
  friend class Statement;
  void failed_in(const std::string& doing);

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

}  // namespace bashu::sqlite
