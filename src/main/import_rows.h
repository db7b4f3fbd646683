// The rows of a file to import, one after the other: NDJSON, CSV (RFC 4180) with a heading, or a
// sheet of a workbook (xlsx.h) with one.
//
// Whatever stands in the file, a row is either understood as a record or says why it is not; the
// memory used is bounded by kRowMax, but for a workbook, which is held whole. Blank lines are
// skipped, a byte order mark and CR LF are taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/title.h"
#include "base/value.h"

namespace bashu::cli {

inline constexpr std::size_t kRowMax = 256u << 10;  // bytes of one row

struct Row {
  std::uint64_t line = 0;      // of the file or sheet, from 1, where the row begins
  std::string text;            // as it stands there, shortened; UTF-8
  Value::Record fields;        // of cells: a text for every one that is not empty
  std::optional<Title> wrong;  // why it is no record
  std::shared_ptr<const std::vector<std::string>> heading{};  // of cells, by column
};

enum class RowFormat : std::uint8_t { ndjson, csv, xlsx };
// Of `csv`, `ndjson`, `xlsx`; of the ending of the name if `asked` is empty.
[[nodiscard]] RowFormat row_format(std::string_view asked, std::string_view file);

class RowReader {
 public:
  // `sheet` names one of a workbook; empty: the only visible one that holds something.
  [[nodiscard]] static std::expected<RowReader, Title> open(const std::filesystem::path& file,
                                                            RowFormat format,
                                                            const std::string& sheet = {});
  RowReader(RowReader&&) noexcept;
  ~RowReader();

  // The next row; nullopt at the end of the file.
  [[nodiscard]] std::expected<std::optional<Row>, Fault> next();
  [[nodiscard]] std::uint64_t bytes_read() const;

 private:
  struct Source;
  explicit RowReader(std::unique_ptr<Source> source);
  std::unique_ptr<Source> source_;
};

}  // namespace bashu::cli
