// The netting of many parties as one file that each of them verifies by itself: which statements
// went into it and what they say, what each party comes to, who pays whom, and the root of its
// lines.
//
// A party has the statements between itself and the others, and computes from them its own lines
// and its position; everything else it computes from the lines of the file. Every line is checked
// by two parties in this way: if all come to the same root, all lines were.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/value.h"
#include "clearing/netting.h"
#include "clearing/statement.h"

namespace bashu::clearing {

struct NetTerms {
  Netting way = Netting::bilateral;
  std::string house;  // of multilateral netting
  Money least = 0;    // below which nothing is paid now
  friend bool operator==(const NetTerms&, const NetTerms&) = default;
};

struct NetStatement {
  // A statement between two parties.
  struct Line {
    std::string a, b;  // a < b
    std::int64_t number = 0;
    Hash digest{};              // of the statement
    std::string of{};           // the window it is of, where two have several books; may be empty
    std::vector<Claim> claims;  // by debtor: the net of its sums
    friend bool operator==(const Line&, const Line&) = default;
  };
  NetTerms terms;
  std::vector<Line> lines;  // by sides, number and window, each once
  std::map<std::string, Money> positions;
  Settlement settlement;
  Hash root{};  // of the lines, and of the terms
};

// An error names a statement that is given twice, or of two contents.
[[nodiscard]] std::expected<NetStatement, std::string> net_statement(
    const std::vector<Statement>& statements, const NetTerms& terms);
// The same of windows of several books, whose statements are numbered each by itself.
struct WindowStatement {
  std::string window;
  Statement statement;
};
[[nodiscard]] std::expected<NetStatement, std::string> net_statement(
    const std::vector<WindowStatement>& windows, const NetTerms& terms);
// Whether each sum is between the two sides and its amounts come out. An error is debtor and
// creditor of one that is not.
[[nodiscard]] std::expected<void, std::pair<std::string, std::string>> sums_come_out(
    const Statement& statement);
// A statement that has lines which another of the same two sides and name has; nothing: none does.
[[nodiscard]] std::optional<std::string> overlapping(const std::vector<WindowStatement>& windows);
// Everybody who is a side of one of its lines, each once, in order.
[[nodiscard]] std::vector<std::string> sides_of(const NetStatement& net);

// Canonical: who computes the same writes the same bytes.
[[nodiscard]] std::string text_of(const NetStatement& statement);
// Everything in it is computed again from its lines; an error names what does not come out.
[[nodiscard]] std::expected<NetStatement, std::string> net_statement_of(const Value& value);

// Whether its lines of `party` are those of these statements, all of them and no others. An error
// names the statement that is missing on either side or says something else.
[[nodiscard]] std::expected<void, std::string> has_all_of(const NetStatement& net,
                                                          const std::string& party,
                                                          const std::vector<Statement>& own);
[[nodiscard]] std::expected<void, std::string> has_all_of(const NetStatement& net,
                                                          const std::string& party,
                                                          const std::vector<WindowStatement>& own);

}  // namespace bashu::clearing
