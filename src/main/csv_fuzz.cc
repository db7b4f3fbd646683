// Any bytes as a file to import, CSV, NDJSON or a workbook: every row is a record or says why it is
// none.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "main/import_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bashu;
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("bashu-csv-fuzz-" + std::to_string(::getpid()));
  std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(data),
                                              static_cast<std::streamsize>(size));
  for (const auto format : {cli::RowFormat::csv, cli::RowFormat::ndjson, cli::RowFormat::xlsx}) {
    auto reader = cli::RowReader::open(file, format);
    if (!reader) continue;
    std::uint64_t before = 0;
    for (;;) {
      const auto row = reader->next();
      if (!row || !*row) break;
      BASHU_ASSERT((*row)->line >= before);  // a lone CR ends a row, not a line
      before = (*row)->line;
      BASHU_ASSERT(is_json_text((*row)->text));
      if ((*row)->wrong) continue;
      static_cast<void>(canonical_json(Value{(*row)->fields}));
    }
    BASHU_ASSERT(reader->bytes_read() <= size);
  }
  std::filesystem::remove(file);
  return 0;
}
