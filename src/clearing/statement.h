// Claims between two sides, and the statements that settle them.
//
// Each side computes by itself what every claim comes to, from what it knows so far. A statement
// has the lines that no closed one has yet: new claims, late ones, and for a claim that has changed
// a line of the difference that names the line it corrects. A closed statement never changes.
//
//     claims now ──► due ──► lines ──► compare with the other side's ──► the equal ones ──► close
//     standing   ──►           ▲                                                             │
//        ▲                     └── what differs stays out and comes again                    │
//        └───────────────────────────────────────────────────────────────────────────────────┘
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "clearing/money.h"
#include "clearing/reconcile.h"

namespace bashu::clearing {

// net = gross - discount - relief - refused - fee
struct Amounts {
  Money gross = 0;     // the price
  Money discount = 0;  // not owed by the debtor: borne by the creditor's side or by the person
  Money relief = 0;    // the same by caps
  Money refused = 0;   // that the creditor's side bears by rule, as for a card that it should have
                       // refused
  Money fee = 0;       // kept by the debtor
  Money net = 0;       // what the debtor owes
  friend bool operator==(const Amounts&, const Amounts&) = default;
};
// Neither overflows for sums of fewer than 10^9 claims of up to 10^9 fen each.
[[nodiscard]] Amounts plus(const Amounts& a, const Amounts& b);
[[nodiscard]] Amounts minus(const Amounts& a, const Amounts& b);

// A claim as it stands, or a line of a statement.
inline constexpr const char* kWithdrawn = "withdrawn";  // the state of a line that takes one back
struct Entry {
  std::string id;                // of the claim, the same for ever and on both sides
  std::string creditor, debtor;  // sides
  std::string of;                // who earned it: an operator, an institution
  Date day;
  std::string first, last;  // what it was computed from: taps, the digest of a bill
  std::string state;        // empty, or what is peculiar: no_exit, blocked, withdrawn
  Amounts amounts;          // of a correction: the difference
  // Of a line: 0 the first about its claim, n the n-th correction of it.
  std::int64_t correction = 0;
  friend bool operator==(const Entry&, const Entry&) = default;

  // What names the line, and the line that it corrects.
  [[nodiscard]] std::string line_id() const;
  [[nodiscard]] std::string corrects() const;  // empty: none
};
[[nodiscard]] Value to_value(const Entry& entry);
// An error names the member that is wrong.
[[nodiscard]] std::expected<Entry, std::string> entry_of(const Value& value);

// All closed statements together: what has been said about each claim.
struct Standing {
  std::map<std::string, Entry> claims;  // by id, with the amounts as they now are
  std::int64_t statements = 0;
  std::uint64_t lines = 0;    // the position of the next line
  std::optional<Date> until;  // the first day that no statement has covered
  Hash last{};                // digest of the last statement
};
// The lines for the days before `until`, by id. It does not matter in which order `now` is.
[[nodiscard]] std::vector<Entry> due(const Standing& standing, const std::vector<Entry>& now,
                                     Date until);

struct Statement {
  std::int64_t number = 0;
  std::string a, b;  // the sides, a < b
  std::optional<Date> from;
  Date until;                        // days: [from, until)
  std::uint64_t first = 0, end = 0;  // positions of its lines: [first, end)
  std::int64_t late = 0;             // lines of days before `from`
  std::int64_t corrections = 0;      // lines that correct one
  std::map<std::pair<std::string, std::string>, Amounts> sums;  // by debtor and creditor
  Hash root{};                                                  // of its lines
  Hash before{};                                                // digest of the statement before
  friend bool operator==(const Statement&, const Statement&) = default;
};
[[nodiscard]] Statement statement_of(const Standing& standing, const std::vector<Entry>& lines,
                                     std::pair<std::string, std::string> sides, Date until);
// Both sides' texts are the same bytes if their statements are equal.
[[nodiscard]] std::string text_of(const Statement& statement);
[[nodiscard]] std::expected<Statement, std::string> statement_of(const Value& value);
void close(Standing& standing, const Statement& statement, const std::vector<Entry>& lines);

// A line as a tree has it, and its key there.
[[nodiscard]] Hash key_of(const Entry& line);
[[nodiscard]] Line digest_of(const Entry& line);
[[nodiscard]] Tree tree_of(const std::vector<Entry>& lines);

// Where two sides' lines differ.
// `pairing`: other taps; `other_evidence`: the same amounts, but not from the same bill.
enum class Kind : std::uint8_t {
  missing_here,
  missing_there,
  amount,
  pairing,
  date,
  other_evidence
};
[[nodiscard]] const char* kind_name(Kind kind);
struct Difference {
  Kind kind{};
  std::optional<Entry> here, there;  // at least one
};
struct Compared {
  std::vector<Difference> differences;  // by the id of the line, ours before theirs
  std::size_t bytes = 0;                // that came from the other side
};
// The other side: its tree, and its line of a key when asked.
struct Counterpart {
  Other tree;
  std::function<Entry(const Hash& key)> line;
};
[[nodiscard]] Compared compare(const std::vector<Entry>& here, const Counterpart& there);
// The other side as lines in this process; they must outlive it.
[[nodiscard]] Compared compare(const std::vector<Entry>& here, const std::vector<Entry>& there);

// What both sides say alike: `here` without the lines that stand in `differences`.
[[nodiscard]] std::vector<Entry> agreed(const std::vector<Entry>& here,
                                        const std::vector<Difference>& differences);

}  // namespace bashu::clearing
