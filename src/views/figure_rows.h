// One case or record, evaluated for one figure: what it adds, and between which days.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "packs/pack.h"
#include "views/scope.h"

namespace bashu::views {

inline constexpr std::int64_t kEver = std::numeric_limits<std::int32_t>::min();   // from of old
inline constexpr std::int64_t kNever = std::numeric_limits<std::int32_t>::max();  // to: still
inline constexpr std::int64_t kCurrent = std::numeric_limits<std::int64_t>::max();

// The days on which a row exists at all: those of its edition.
struct Span {
  std::int64_t from = kEver;
  std::int64_t to = kNever;
};

// A row that counts on the days [from, to).
struct Counted {
  std::int64_t from = kEver;
  std::int64_t to = kNever;
  std::int64_t stated_from = kEver;  // what `from` said: a period asks for it
  std::int64_t value = 0;            // of count 1; of distinct nothing
  Value distinct;
  std::vector<Value> split;  // null where the expression gives nothing
  std::string error;         // the row cannot be counted on these days, and why
};

// Whether this node counts the case at all: another one does if it was opened there and the figure
// counts each case at its opener.
[[nodiscard]] bool is_counted_here(const packs::Figure& figure, const CaseFacts& facts,
                                   const core::PartyId& own);
// nullopt: it counts on no day.
[[nodiscard]] std::optional<Counted> evaluate_row(const packs::Figure& figure, packs::Scope& scope,
                                                  Span span);

}  // namespace bashu::views
