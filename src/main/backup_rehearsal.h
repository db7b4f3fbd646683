// A backup tried out: restored into a temporary place, its whole journal recomputed, every sealed
// value opened, every document looked for; then everything is removed.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "backup/restore.h"
#include "base/error.h"
#include "node/verify.h"

namespace bashu::cli {

struct Rehearsal {
  backup::Restored restored;
  std::optional<node::Unsound> unsound;              // what is wrong with the journal
  std::uint64_t values_opened = 0, values_shut = 0;  // sealed values whose key is there
  std::uint64_t keys_gone = 0;          // named by the journal, not in the vault: erased
  std::uint64_t documents_missing = 0;  // named by the journal, not in the backup
  [[nodiscard]] bool sound() const { return !unsound && values_shut == 0; }
};
// `work`: where the temporary directory is made; empty: the system's. `step` is a key of texts.
[[nodiscard]] std::expected<Rehearsal, Fault> rehearse(
    backup::Wish wish, const std::string& work,
    const std::function<void(std::string_view step, std::uint64_t, std::uint64_t)>& step);

}  // namespace bashu::cli
