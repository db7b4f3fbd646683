#include "sheets/sheet.h"

#include <xlsxwriter.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/csv.h"
#include "base/json.h"
#include "node/files.h"

namespace bashu::sheets {

namespace {

// `scale`: of its column.
std::optional<Sheet::Decimal> number_of(const Sheet::Cell& cell, int scale) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    return Sheet::Decimal{.value = *number, .scale = scale};
  }
  if (const auto* number = std::get_if<Sheet::Decimal>(&cell)) return *number;
  return std::nullopt;
}

std::string text_of(const Sheet::Cell& cell, int scale) {
  if (const auto number = number_of(cell, scale)) {
    return plain_number(number->value, std::max(number->scale, 0));
  }
  const auto* text = std::get_if<std::string>(&cell);
  return text ? *text : std::string{};
}

// A folder of its own under the system's temporary one, gone with the object.
class Scratch {
 public:
  Scratch() {
    std::string pattern = std::filesystem::temp_directory_path() / "bashu-XXXXXX";
    if (::mkdtemp(pattern.data())) path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::string plain_number(std::int64_t value, int scale) {
  std::string digits = std::to_string(value);
  const bool negative = digits.starts_with('-');
  if (negative) digits.erase(0, 1);
  if (scale <= 0) return (negative ? "-" : "") + digits;
  const auto places = static_cast<std::size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  const std::string_view all = digits;
  const std::size_t whole = digits.size() - places;
  std::string number = negative ? "-" : "";
  number.append(all.substr(0, whole)).append(1, '.').append(all.substr(whole));
  return number;
}

std::string csv(const Sheet& sheet) {
  std::string out{kByteOrderMark};
  for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
    out += (i ? "," : "") + csv_cell(sheet.columns[i].title, false);
  }
  out += "\r\n";
  for (const auto& row : sheet.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool number = number_of(row[i], sheet.columns[i].scale).has_value();
      out += (i ? "," : "") + csv_cell(text_of(row[i], sheet.columns[i].scale), number);
    }
    out += "\r\n";
  }
  return out;
}

std::expected<std::string, Fault> xlsx(const Sheet& sheet) {
  const Scratch scratch;
  const Fault fault{.what = "the spreadsheet could not be written"};
  if (scratch.path().empty()) return std::unexpected{fault};
  const std::string path = scratch.path() / "sheet.xlsx";
  std::string folder = scratch.path();
  lxw_workbook_options options{};
  options.tmpdir = folder.data();
  lxw_workbook* const book = workbook_new_opt(path.c_str(), &options);
  if (!book) return std::unexpected{fault};
  lxw_doc_properties properties{};
  properties.created = 1;  // not the moment: the same sheet is the same file
  workbook_set_properties(book, &properties);
  lxw_worksheet* const page = workbook_add_worksheet(book, nullptr);
  lxw_format* const heading = workbook_add_format(book);
  format_set_bold(heading);
  lxw_col_t column = 0;
  for (const Sheet::Column& one : sheet.columns) {
    worksheet_write_string(page, 0, column++, one.title.c_str(), heading);
  }
  constexpr double kWidth = 22;
  if (column > 0)
    worksheet_set_column(page, 0, static_cast<lxw_col_t>(column - 1), kWidth, nullptr);
  worksheet_freeze_panes(page, 1, 0);
  lxw_row_t line = 1;
  for (const auto& row : sheet.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto at = static_cast<lxw_col_t>(i);
      if (const auto number = number_of(row[i], sheet.columns[i].scale)) {
        const double shown =
            static_cast<double>(number->value) / std::pow(10.0, std::max(number->scale, 0));
        worksheet_write_number(page, line, at, shown, nullptr);
      } else if (const auto* text = std::get_if<std::string>(&row[i])) {
        worksheet_write_string(page, line, at, text->c_str(), nullptr);
      }
    }
    ++line;
  }
  if (workbook_close(book) != LXW_NO_ERROR) return std::unexpected{fault};
  return node::read_file(path);
}

std::string json(const Sheet& sheet) {
  Value::List columns;
  for (const Sheet::Column& column : sheet.columns) columns.emplace_back(column.title);
  Value::List rows;
  for (const auto& row : sheet.rows) {
    Value::List cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto number = number_of(row[i], sheet.columns[i].scale);
      const std::string text = text_of(row[i], sheet.columns[i].scale);
      // A number with decimals is text, so that no reader rounds it.
      cells.push_back(number && number->scale <= 0 ? Value{number->value}
                      : text.empty()               ? Value{}
                                                   : Value{text});
    }
    rows.emplace_back(std::move(cells));
  }
  return pretty_json(Value::Record{
      {"name", sheet.name}, {"columns", std::move(columns)}, {"rows", std::move(rows)}});
}

}  // namespace bashu::sheets
