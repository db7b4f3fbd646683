// How many standbys a server waits for before it answers a commit, and how many a node asks for.
//
// Servers change it by themselves: pg_auto_failover sets synchronous_standby_names to nothing when
// a standby is away, and every commit that waits is let go then. So a node reads it before a commit
// and again after it (docs/guide/postgres.md).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "journal/journal.h"

namespace bashu::journal {

// Standbys that `synchronous_standby_names` makes a commit wait for: `ANY 2 (a, b, c)`, `FIRST 1
// (a, b)`, `1 (a)`, `a, b`, `*`; nothing: 0.
[[nodiscard]] std::int64_t standbys_waited_for(std::string_view names);

// A connection URI and what it says for Bashu alone.
struct QuorumUrl {
  std::string url;  // as libpq takes it
  Quorum quorum;
};
// `quorum=N`: nothing is acknowledged that fewer than N standbys have. `quorum=N-warn`: people are
// told. Without it people are told when it becomes fewer than it was while the journal is open.
[[nodiscard]] std::expected<QuorumUrl, Fault> split_quorum(std::string_view url);

// "the server waits for 0 standbys ... quorum=1 asks for 1"
[[nodiscard]] std::string words_of(const Quorum& quorum);

}  // namespace bashu::journal
