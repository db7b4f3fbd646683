// A directory brought back from backups. It begins guarded: DIR/restored keeps every write away
// until the peers have confirmed what they know of this journal, or two officers take it upon them
// (node/guarded.h).
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "backup/backup.h"
#include "base/bytes.h"
#include "base/error.h"

namespace bashu::backup {

struct Wish {
  std::filesystem::path from, to;
  std::filesystem::path vault_from;  // empty: without the keys of sealed values
  std::string key;
  std::optional<std::uint64_t> at;       // no entry beyond this position
  std::optional<std::int64_t> as_of_ms;  // no entry later than this
};
struct Restored {
  std::uint64_t number = 0;  // the backup
  std::uint64_t entries = 0, of = 0;
  Hash root{};
  std::int64_t last_ms = 0;  // of the last entry
  std::uint64_t documents = 0, vault_keys = 0;
  std::string party;
};
// `to` must be empty or not be there. Every part is compared with its digest on the way.
[[nodiscard]] std::expected<Restored, Fault> restore(const Wish& wish,
                                                     const Progress& progress = {});

}  // namespace bashu::backup
