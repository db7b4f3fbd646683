#include "views/row_buffer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "views/rows.h"

namespace bashu::views {

namespace {

constexpr std::size_t kOpenMax = 200'000;

void append_number(std::string& bytes, std::int64_t number) {
  char raw[sizeof number];
  std::memcpy(raw, &number, sizeof number);
  bytes.append(raw, sizeof number);
}

std::int64_t number_at(const char* bytes) {
  std::int64_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

std::string packed(const std::vector<Cell>& cells) {
  std::size_t size = 0;
  for (const Cell& cell : cells) {
    size += 1;
    if (std::holds_alternative<std::int64_t>(cell)) size += sizeof(std::int64_t);
    if (const auto* text = std::get_if<std::string>(&cell))
      size += sizeof(std::int64_t) + text->size();
  }
  std::string bytes;
  bytes.reserve(size);
  for (const Cell& cell : cells) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      bytes += 'i';
      append_number(bytes, *number);
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      bytes += 't';
      append_number(bytes, static_cast<std::int64_t>(text->size()));
      bytes += *text;
    } else {
      bytes += 'n';
    }
  }
  return bytes;
}

}  // namespace

RowBuffer::RowBuffer(Database& database, const Table& table, bool keeps_open)
    : database_{database},
      into_{quoted(table.name) + " (" + select_list(table) + ")"},
      keeps_open_{keeps_open},
      valid_to_{(table.reg ? kRegisterColumns : kServiceColumns) - 1},
      columns_{valid_to_ + 1 + static_cast<int>(table.columns.size())} {
  close_ = "UPDATE " + quoted(table.name) + " SET valid_to = ? WHERE \"row\" = ?";
  if (database_.words().cuts) {
    close_together_ = "UPDATE " + quoted(table.name) +
                      " AS t SET valid_to = ended.valid_to FROM unnest(?::BIGINT[], ?::BIGINT[]) "
                      "AS ended (\"row\", valid_to) WHERE t.\"row\" = ended.\"row\"";
  }
  next_ = base_ = next_id(database_, quoted(table.name), "\"row\"");
}

void RowBuffer::end() {
  batch_.push_back({.bytes = packed(cells_), .valid_to = -1});
  ++next_;
}

void RowBuffer::close(std::int64_t row, std::int64_t position) {
  if (row >= base_) {
    batch_[static_cast<std::size_t>(row - base_)].valid_to = position;
    return;
  }
  const auto waiting = open_.find(row);
  if (waiting == open_.end()) {
    closed_.emplace_back(row, position);
    return;
  }
  waiting->second.valid_to = position;
  ended_.emplace_back(row, std::move(waiting->second));
  open_.erase(waiting);
}

void RowBuffer::write(const std::vector<const Packed*>& rows) {
  database_.insert_rows(into_, columns_, rows.size(),
                        [&](Statement& insert, int first, std::size_t n) {
                          const Packed& row = *rows[n];
                          const char* at = row.bytes.data();
                          const char* const end = at + row.bytes.size();
                          for (int i = first; at != end; ++i) {
                            switch (*at++) {
                              case 'i':
                                insert.bind(i, number_at(at));
                                at += sizeof(std::int64_t);
                                break;
                              case 't': {
                                const auto size = static_cast<std::size_t>(number_at(at));
                                at += sizeof(std::int64_t);
                                insert.bind_kept(i, std::string_view{at, size});
                                at += size;
                                break;
                              }
                              default:
                                insert.bind_null(i);
                            }
                          }
                          if (row.valid_to >= 0) insert.bind(first + valid_to_, row.valid_to);
                        });
}

void RowBuffer::update_closed_together() {
  std::string rows{"{"}, positions{"{"};
  for (const auto& [row, position] : closed_) {
    if (rows.size() > 1) {
      rows += ',';
      positions += ',';
    }
    rows += std::to_string(row);
    positions += std::to_string(position);
  }
  database_.prepared(close_together_)
      .bind(0, std::string_view{rows += '}'})
      .bind(1, std::string_view{positions += '}'})
      .run();
  closed_.clear();
}

void RowBuffer::update_closed() {
  constexpr std::size_t kMany = 16;
  if (closed_.empty()) return;
  if (closed_.size() >= kMany && !close_together_.empty()) return update_closed_together();
  Statement& close = database_.prepared(close_);
  for (const auto& [row, position] : closed_) close.bind(0, position).bind(1, row).run();
  closed_.clear();
}

void RowBuffer::flush() {
  if (!keeps_open_ || open_.size() > kOpenMax) {
    flush_all();
    return;
  }
  if (close_together_.empty()) update_closed();
  // In the order of their numbers, so that the table grows at its end.
  std::ranges::sort(ended_, {}, &std::pair<std::int64_t, Packed>::first);
  std::vector<const Packed*> rows;
  for (const auto& [row, cells] : ended_) rows.push_back(&cells);
  for (const Packed& row : batch_) {
    if (row.valid_to >= 0) rows.push_back(&row);
  }
  write(rows);
  ended_.clear();
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    if (batch_[i].valid_to < 0)
      open_.emplace(base_ + static_cast<std::int64_t>(i), std::move(batch_[i]));
  }
  batch_.clear();
  base_ = next_;
}

void RowBuffer::flush_all() {
  update_closed();
  ended_.reserve(ended_.size() + open_.size());
  for (auto& [row, cells] : open_) ended_.emplace_back(row, std::move(cells));
  open_.clear();
  std::ranges::sort(ended_, {}, &std::pair<std::int64_t, Packed>::first);
  std::vector<const Packed*> rows;
  for (const auto& [row, cells] : ended_) rows.push_back(&cells);
  for (const Packed& row : batch_) rows.push_back(&row);
  write(rows);
  ended_.clear();
  batch_.clear();
  base_ = next_;
}

}  // namespace bashu::views
