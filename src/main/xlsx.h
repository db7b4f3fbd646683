// The sheets of an Office Open XML workbook (ECMA-376), as texts: what a person would type into a
// cell of CSV instead. No format of a cell is read: the type of the field it goes to says what a
// number is, so that a day arrives as spreadsheets count it.
//
//     text, shared or inline    as it stands; phonetic guides are left out
//     number                    to 15 digits, as spreadsheets show it:
//     1234.56, 1.10105194912310e+17 truth                     TRUE, FALSE formula what it gave when
//     the file was saved
//
// A cell whose value nobody can tell (an error, a formula without its value) is a fault of its row.
// What would have to be guessed refuses the workbook: days counted from 1904.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/title.h"

namespace bashu::cli {

struct SheetRow {
  std::uint64_t number = 0;                       // of the sheet, from 1
  std::vector<std::optional<std::string>> cells;  // from column A on; absent: empty
  std::optional<Title> wrong;
};

struct Worksheet {
  std::string name;
  bool hidden = false;
  std::vector<SheetRow> rows;  // those with a value
};

[[nodiscard]] std::expected<std::vector<Worksheet>, Title> read_xlsx(
    const std::filesystem::path& file);

}  // namespace bashu::cli
