// Columns that stay aligned in a terminal, where a Chinese character is two wide.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace bashu::cli {

// Columns a text takes: East Asian wide and full-width characters two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view text);

class Table {
 public:
  enum class Align : bool { left, right };
  explicit Table(std::vector<Align> columns) : columns_{std::move(columns)} {}
  void add(std::vector<std::string> cells) { rows_.push_back({std::move(cells), false}); }
  // A line of its own over all columns, which makes none of them wider.
  void add_line(std::string text) { rows_.push_back({{std::move(text)}, true}); }
  void print(std::ostream& out) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    bool whole = false;
  };
  std::vector<Align> columns_;
  std::vector<Row> rows_;
};

}  // namespace bashu::cli
