// One comma-separated table, read in pieces of any size: rows with their columns found by
// name. Strict as RFC 4180 where the field is; a byte order mark and CR LF are taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bashu::network {

class Row {
 public:
  // 0, 1, ... of the columns the table was made with; empty where the file lacks it.
  [[nodiscard]] std::string_view operator[](std::size_t column) const {
    const int at = where_[column];
    return at < 0 || static_cast<std::size_t>(at) >= fields_
               ? std::string_view{}
               : std::string_view{cells_[static_cast<std::size_t>(at)]};
  }
  [[nodiscard]] std::uint64_t line() const { return line_; }

 private:
  friend class Table;
  std::vector<int> where_;          // by column: its place in the row, -1 if the file lacks it
  std::vector<std::string> cells_;  // kept between rows, so that nothing is allocated for each
  std::size_t fields_ = 0;
  std::uint64_t line_ = 0;
};

class Table {
 public:
  // `each` sees every row after the heading. A heading that names a column twice, or a broken
  // quote, is told to `wrong` with its line.
  Table(std::vector<std::string_view> columns, std::function<void(const Row&)> each,
        std::function<void(std::uint64_t line, std::string what)> wrong);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  void bytes(std::string_view piece);
  void end();
  [[nodiscard]] bool has(std::size_t column) const { return row_.where_[column] >= 0; }
  [[nodiscard]] bool headed() const { return headed_; }

 private:
  struct Parser;
  void cell(std::string_view text);
  void row_done();
  void heading();

  std::vector<std::string_view> columns_;
  std::function<void(const Row&)> each_;
  std::function<void(std::uint64_t, std::string)> wrong_;
  std::unique_ptr<Parser> parser_;
  Row row_;
  bool headed_ = false, broken_ = false;
};

}  // namespace bashu::network
