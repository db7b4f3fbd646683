// One side of a comparison: a file of rows, or a register of a node, read through its API.
//
//     FILE                     .csv, else NDJSON
//     URL#PACK/REGISTER        a register of the node there; without URL that of --api
//
// A register is read page after page at one position, so that it is as it was at one moment however
// long that takes. Its columns are the fields of its records, and `@key`, `@keeper`, `@on`,
// `@version`, `@edition`.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/value.h"
#include "main/commands.h"

namespace bashu::cli {

struct ComparedRow {
  std::uint64_t number = 0;  // of the line in a file, of the journal's entry in a register
  Value::Record fields;
  std::string wrong;  // in words; empty: the row was understood
};

class ComparedSide {
 public:
  // `remote` says where and by which key a register is read.
  ComparedSide(const Console& console, std::string name, Remote remote, std::string as_of,
               std::string at);

  [[nodiscard]] const std::string& name() const { return name_; }
  // `line 3`, `entry 4711`.
  [[nodiscard]] std::string place(std::uint64_t number) const;

  // Every row, in the order of the file or of the register's keys. An error was told: also that
  // this key is not shown one of the `columns`.
  [[nodiscard]] std::expected<void, Exit> each(
      const std::vector<std::string>& columns,
      const std::function<std::expected<void, Exit>(const ComparedRow&)>& take) const;

 private:
  using Take = std::function<std::expected<void, Exit>(const ComparedRow&)>;
  [[nodiscard]] std::expected<void, Exit> each_in_file(const std::vector<std::string>& columns,
                                                       const Take& take) const;
  // Told: no row has the column; these are there.
  [[nodiscard]] std::expected<void, Exit> no_heading(const std::string& column,
                                                     const std::set<std::string>& there) const;
  [[nodiscard]] std::expected<void, Exit> each_in_register(const std::vector<std::string>& columns,
                                                           const Take& take) const;
  [[nodiscard]] std::expected<void, Exit> check(const std::vector<std::string>& columns) const;
  [[nodiscard]] std::expected<void, Exit> see(const std::vector<std::string>& columns,
                                              const ComparedRow& row) const;
  [[nodiscard]] std::expected<Value, Exit> page(const std::string& at, int limit,
                                                const std::string& after) const;
  [[nodiscard]] Exit refuse(const char* key, const std::string& column) const;

  const Console& console_;
  std::string name_;
  Remote remote_;
  std::string pack_, register_;  // empty: a file
  std::string as_of_, at_;
};

}  // namespace bashu::cli
