// Pages of a list, and what the reads of this folder share: page tokens and conditions of SQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/title.h"
#include "views/session.h"

namespace bashu::views {

struct Page {
  std::string after;  // `next` of the page before; empty: from the beginning
  int limit = 50;     // at most 1,000
};
template <typename Row>
struct Listed {
  std::vector<Row> rows;
  std::string next;  // empty: that was all
};

[[nodiscard]] int clamped(int limit);

// A page token: the parts of the last row's place in the order of its list.
inline constexpr char kMark = '\x1f';  // between them
// All but the last part, and the last.
[[nodiscard]] std::pair<std::string, std::string> parts(std::string_view token);
[[nodiscard]] std::optional<std::int64_t> number(std::string_view part);

// A condition and what it binds, built up in step.
struct Where {
  std::string sql;
  std::vector<Cell> cells;
  void add(const std::string& condition) { sql += (sql.empty() ? "" : " AND ") + condition; }
  void add(const std::string& condition, Cell cell) {
    add(condition);
    cells.push_back(std::move(cell));
  }
  int bind(Statement& statement) const {
    int index = 0;
    for (const Cell& cell : cells) statement.bind(index++, cell);
    return index;
  }
};
// The least text above every text that begins with `prefix`.
[[nodiscard]] std::string above(std::string_view prefix);

[[nodiscard]] At at_of(const Statement& row, int column);
[[nodiscard]] Title title_of(std::string_view json);
[[nodiscard]] std::vector<std::string> texts_of(std::string_view json);

}  // namespace bashu::views
