#include "views/tables.h"

#include "base/bytes.h"

namespace bashu::views {

std::expected<void, Fault> Tables::take(const std::vector<node::Entry>& entries) {
  for (const node::Entry& entry : entries) {
    if (auto applied = views_.apply(entry.index, entry.time_ms, entry.events); !applied) {
      return applied;
    }
  }
  if (entries.empty()) return {};
  return views_.flush(mark_of(entries.back()));
}

std::string Tables::mark_of(const node::Entry& entry) { return hex(sha256(entry.leaf)); }

}  // namespace bashu::views
