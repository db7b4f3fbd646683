// A thin owner of an SQLite database: what the journal, its index and the vault need of it.
// Objects are for one thread at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bashu::journal {

class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* db, sqlite3_stmt* statement) : db_{db}, statement_{statement} {}

  // Parameters and columns count from 1 and 0, as SQLite has them. Bound bytes must stay until the
  // next reset().
  Statement& bind(int parameter, std::int64_t number);
  Statement& bind_text(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::string_view bytes);
  // True: a row is there to be read.
  [[nodiscard]] std::expected<bool, Fault> step();
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string bytes(int column) const;
  void reset();
  // Of a statement without rows: step and reset.
  [[nodiscard]] std::expected<void, Fault> run();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3* db_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Access { create, read };
  Database() = default;
  [[nodiscard]] static std::expected<Database, Fault> open(const std::filesystem::path& file,
                                                           Access access);
  [[nodiscard]] std::expected<void, Fault> run(const char* sql);  // no parameters, no rows
  [[nodiscard]] std::expected<Statement, Fault> prepare(const char* sql);

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace bashu::journal
