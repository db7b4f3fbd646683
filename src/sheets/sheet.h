// A table as a file: CSV (RFC 4180, UTF-8 with its mark, so that spreadsheets read it), XLSX, JSON.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace bashu::sheets {

struct Sheet {
  std::string name;  // of the table; of the file too
  struct Column {
    std::string title;
    int scale = -1;  // decimals of its numbers; -1: text
  };
  std::vector<Column> columns;
  struct Decimal {  // where the numbers of a column have not the same decimals
    std::int64_t value = 0;
    int scale = 0;
  };
  // A whole number counts the column's smallest unit.
  using Cell = std::variant<std::monostate, std::int64_t, std::string, Decimal>;
  std::vector<std::vector<Cell>> rows;
};

[[nodiscard]] std::string csv(const Sheet& sheet);
// The same bytes for the same sheet.
[[nodiscard]] std::expected<std::string, Fault> xlsx(const Sheet& sheet);
[[nodiscard]] std::string json(const Sheet& sheet);
// With its decimals, exactly: `-0.5` of -5 at scale 1.
[[nodiscard]] std::string plain_number(std::int64_t value, int scale);

}  // namespace bashu::sheets
