// A table as a file: CSV (RFC 4180, UTF-8 with its mark, so that spreadsheets read it), XLSX, JSON.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "site/ask.h"

namespace bashu::site {

struct Sheet {
  std::string name;  // of the table; of the file too
  struct Column {
    std::string title;
    int scale = -1;  // decimals of its numbers; -1: text
  };
  std::vector<Column> columns;
  // A whole number counts the column's smallest unit.
  using Cell = std::variant<std::monostate, std::int64_t, std::string>;
  std::vector<std::vector<Cell>> rows;
};

[[nodiscard]] std::string csv(const Sheet& sheet);
// The same bytes for the same sheet.
[[nodiscard]] std::expected<std::string, Fault> xlsx(const Sheet& sheet);
[[nodiscard]] std::string json(const Sheet& sheet);
// By the ending of `name`; nullopt: no such form.
[[nodiscard]] Answered as_file(const Sheet& sheet, std::string_view name);

}  // namespace bashu::site
