// One consistent look at the tables: a connection inside a read transaction, the catalogue, and the
// position the reader asked for.
#pragma once

#include <cstdint>
#include <limits>

#include "core/event.h"
#include "sqlite/database.h"
#include "views/catalogue.h"

namespace bashu::views {

struct Session {
  Database& db;
  const Catalogue& catalogue;
  const core::PartyId& own;
  std::int64_t known = -1;  // rows valid here; -1: before the first entry
  bool newest = false;      // `known` is the newest position there is
};

// The condition for a row valid at a position bound twice.
inline constexpr const char* kValid = "valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)";

}  // namespace bashu::views
