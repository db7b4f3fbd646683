// Counting: what a figure's rows come to, and the rows themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/value.h"
#include "figures/reader.h"
#include "figures/tally.h"
#include "views/figure_rows.h"

namespace bashu::figures {

// A row that counted, for the drill-down and the digest.
struct Line {
  std::string subject;
  std::int64_t edition = 0;
  std::string edition_name;
  std::int64_t version = 0;
  std::int64_t position = 0;
  Value value;
  Value split;
  Value account;  // its keys and balance, of a figure over accounts
  std::int64_t from = views::kEver, to = views::kNever;
  bool stands = true;  // else two others claim the record
};
// Where to go on.
struct After {
  std::string subject;  // empty: from the first
  std::int64_t edition = -1;
};

// What the figure counts, tallied; without `splits` in all only. Not for a `value`.
[[nodiscard]] Tallies count(Reader& reader, const views::FigureDef& def, bool splits = true);
// Every row that counted, in order; stops when `visit` gives false. `by_day`: of accounts one row
// for each day.
void each_line(Reader& reader, const views::FigureDef& def, const After& after, bool by_day,
               const std::function<bool(Line)>& visit);

// The records among them that two claim to keep, evaluated under the row of each (contested.cc).
void tell_contested(Reader& reader, const views::FigureDef& def, const Tallies& tallies,
                    Answer& answer);

// Rows evaluated once per change (stored_rows.cc).
void count_stored(Reader& reader, const views::FigureDef& def, Tallies& tallies, bool splits);
void each_stored_line(Reader& reader, const views::FigureDef& def, const After& after,
                      const std::function<bool(Line)>& visit);
// Cases and records evaluated now (rows.cc).
using Candidate = std::function<void(Line, packs::Scope&)>;
void each_candidate(Reader& reader, const views::FigureDef& def, const Candidate& visit);
// Sums of postings (accounts.cc).
void count_accounts(Reader& reader, const views::FigureDef& def, Tallies& tallies);
void each_account(Reader& reader, const views::FigureDef& def, bool by_day, const Candidate& visit);

// Whether a row counts on the reader's day and in its period.
[[nodiscard]] bool counts(Reader& reader, const packs::Figure& figure, const views::Counted& row);
[[nodiscard]] Value split_record(const packs::Figure& figure, const Value::List& keys);

}  // namespace bashu::figures
