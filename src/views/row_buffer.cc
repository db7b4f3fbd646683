#include "views/row_buffer.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "views/rows.h"

namespace bashu::views {

RowBuffer::RowBuffer(Database& database, const Table& table)
    : database_{database},
      valid_to_{static_cast<std::size_t>(table.reg ? kRegisterColumns : kServiceColumns) - 1} {
  const std::size_t columns = valid_to_ + 1 + table.columns.size();
  std::string marks;
  for (std::size_t i = 0; i < columns; ++i) marks += i == 0 ? "?" : ", ?";
  insert_ =
      std::make_unique<Statement>(database_, "INSERT INTO " + quoted(table.name) + " (" +
                                                 select_list(table) + ") VALUES (" + marks + ")");
  close_ = std::make_unique<Statement>(
      database_, "UPDATE " + quoted(table.name) + " SET valid_to = ? WHERE \"row\" = ?");
  next_ = next_id(database_, quoted(table.name), "\"row\"");
  flushed_ = next_ - 1;
}

std::vector<Cell>& RowBuffer::add() {
  if (used_ == rows_.size()) rows_.emplace_back();
  ++next_;
  return rows_[used_++];
}

void RowBuffer::close(std::int64_t row, std::int64_t position) {
  if (row > flushed_) {
    rows_[static_cast<std::size_t>(row - flushed_ - 1)][valid_to_] = position;
  } else {
    closed_.emplace_back(row, position);
  }
}

void RowBuffer::flush() {
  for (const auto& [row, position] : closed_) close_->bind(0, position).bind(1, row).run();
  closed_.clear();
  for (std::size_t row = 0; row < used_; ++row) {
    const std::vector<Cell>& cells = rows_[row];
    for (std::size_t i = 0; i < cells.size(); ++i) insert_->bind(static_cast<int>(i), cells[i]);
    insert_->run();
  }
  used_ = 0;
  constexpr std::size_t kSpareMax = 20'000;
  if (rows_.size() > kSpareMax) rows_.resize(kSpareMax);
  flushed_ = next_ - 1;
}

}  // namespace bashu::views
