// New rows of a versioned table, kept until they are written once, with both their positions.
//
//     begin(), end() ─► this batch ── flush ─► the table
//                           └─ while rebuilding: rows that are still open wait for their end
//
// A row changed after it was written costs as much again as writing it. A rebuild, which nobody
// reads before it ends, therefore writes a row when the next version has taken its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sql/database.h"
#include "views/catalogue.h"

namespace bashu::views {

class RowBuffer {
 public:
  // With `keeps_open`, flush() leaves open rows waiting unless there are too many, and on a server
  // the ends of rows that were written.
  RowBuffer(Database& database, const Table& table, bool keeps_open);
  void keep_open(bool keeps) { keeps_open_ = keeps; }
  // The row number the next row gets.
  [[nodiscard]] std::int64_t next() const { return next_; }
  // The cells of a new row, to be filled; then end().
  [[nodiscard]] std::vector<Cell>& begin() { return cells_; }
  void end();
  void close(std::int64_t row, std::int64_t position);
  void flush();
  // The same with the open rows, before the table is read.
  void flush_all();

 private:
  // Cells one after the other: `n`, `i` with 8 bytes, `t` with 8 bytes of size and the text.
  struct Packed {
    std::string bytes;
    std::int64_t valid_to = -1;  // -1: open
  };
  void write(const std::vector<const Packed*>& rows);
  void update_closed();
  // All of them by one statement that reads the table once, not an index for each.
  void update_closed_together();

  Database& database_;
  std::string into_;            // table (column, ...)
  std::string close_;           // the statement that ends a row
  std::string close_together_;  // on a server: that ends many
  bool keeps_open_;
  int valid_to_, columns_;
  std::int64_t next_ = 1;
  std::int64_t base_ = 1;  // row number of the first row of this batch
  std::vector<Cell> cells_;
  std::vector<Packed> batch_;
  std::unordered_map<std::int64_t, Packed> open_;              // of earlier batches
  std::vector<std::pair<std::int64_t, Packed>> ended_;         // of those, closed in this batch
  std::vector<std::pair<std::int64_t, std::int64_t>> closed_;  // written rows: row, position
};

}  // namespace bashu::views
