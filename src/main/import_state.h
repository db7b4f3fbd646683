// How far the import of a file has come: FILE.import-state, one JSON object a line, the first about
// the import and one for every batch that was answered. An import that was killed is taken up from
// it; what a half-written last line says is asked of the node again.
#pragma once

#include <cstdint>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/value.h"

namespace bashu::cli {

struct RefusedRow {
  std::uint64_t line = 0;
  std::string code;
  Value::List errors;  // {"where","why"}
  std::string title;
};

// What the node said of a batch; of rows that were tried a second time, `again` is true.
struct BatchDone {
  std::uint64_t number = 0;
  std::uint64_t first = 0, last = 0;  // lines
  std::string digest;                 // of its rows
  std::int64_t taken = 0, known = 0;
  std::int64_t otherwise = 0;  // known ones that say something else, where the first counts
  std::vector<RefusedRow> refused;
  bool again = false;
};

class ImportState {
 public:
  // Takes up what `file` says if it is about the same import, else begins anew. `about` is the
  // import: digest of the file, address, batch size, target.
  [[nodiscard]] static std::expected<ImportState, Fault> open(const std::filesystem::path& file,
                                                              const Value::Record& about);

  // Names this import in the idempotency keys: the same when it is taken up again.
  [[nodiscard]] const std::string& run() const { return run_; }
  [[nodiscard]] bool taken_up() const { return !done_.empty(); }
  // What was answered before, if it was the same batch.
  [[nodiscard]] const BatchDone* find(std::uint64_t number, const std::string& digest) const;
  [[nodiscard]] std::expected<void, Fault> add(const BatchDone& done);
  // The import has come to its end.
  void remove();

 private:
  std::filesystem::path file_;
  std::string run_;
  std::map<std::uint64_t, BatchDone> done_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out_{nullptr, &std::fclose};
};

}  // namespace bashu::cli
