// One consistent look at the tables: a connection inside a read transaction, the catalogue, and the
// position the reader asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/event.h"
#include "sql/database.h"
#include "views/catalogue.h"

namespace bashu::views {

// A position of the journal; nullopt: the newest one applied. A later one than that reads as it.
using At = std::optional<std::uint64_t>;

struct Session {
  Database& db;
  const Catalogue& catalogue;
  const core::PartyId& own;
  std::int64_t last = -1;   // the newest position there is; -1: before the first entry
  std::int64_t known = -1;  // rows valid here

  [[nodiscard]] bool newest() const { return known == last; }
  // The same tables as they stood at another position.
  [[nodiscard]] Session at(At position) const {
    Session then{*this};
    then.known = position ? std::min(last, static_cast<std::int64_t>(*position)) : last;
    return then;
  }
};

// The condition for a row valid at a position bound twice.
inline constexpr const char* kValid = "valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)";

}  // namespace bashu::views
