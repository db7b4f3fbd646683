// A directory that came back from a backup is guarded until somebody else has confirmed its
// journal: what was numbered after the backup may be on record elsewhere, and numbering anew would
// fork it.
//
//     DIR/restored         JSON of the restore; while it is there the gate is shut from the start
//     DIR/restored-ended   the same, with how it ended: kept for who asks later
//
// It ends when every peer has shown what it holds of this log and nothing contradicts (exchange),
// or when two officers say so who have other means to know.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/error.h"
#include "node/gate.h"
#include "node/storage/file_store.h"

namespace bashu::node {

[[nodiscard]] bool is_guarded(const FileStore& files);
// `how`: for people, with names. The gate opens when the end is durable.
[[nodiscard]] std::expected<void, Fault> end_guard(FileStore& files, Gate& gate,
                                                   const std::string& how);

struct Officer {
  std::string principal, note;
  std::int64_t at_ms = 0;
};
// The first of two asks, and is remembered over a restart for a day; the second one ends the guard.
// Nothing: a second one is waited for.
[[nodiscard]] std::expected<std::optional<Officer>, Fault> ask_to_end_guard(FileStore& files,
                                                                            Gate& gate,
                                                                            const Officer& officer);

}  // namespace bashu::node
