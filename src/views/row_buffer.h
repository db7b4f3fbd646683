// New rows of a versioned table, kept until they are written once, with both their positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "views/catalogue.h"
#include "views/database.h"

namespace bashu::views {

// New rows of one table with valid_from and valid_to, until they are written.
class RowBuffer {
 public:
  RowBuffer(Database& database, const Table& table);
  [[nodiscard]] std::int64_t next() const { return next_; }
  // The cells of a new row, to be filled; the first is next().
  [[nodiscard]] std::vector<Cell>& add();
  void close(std::int64_t row, std::int64_t position);
  void flush();

 private:
  Database& database_;
  std::unique_ptr<Statement> insert_, close_;
  std::size_t valid_to_;
  std::int64_t flushed_ = 0;  // rows up to here are on disk
  std::int64_t next_ = 1;
  std::vector<std::vector<Cell>>
      rows_;  // the first used_ are waiting; the others keep their memory
  std::size_t used_ = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> closed_;
};

}  // namespace bashu::views
