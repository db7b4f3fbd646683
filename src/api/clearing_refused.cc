#include "api/clearing_refused.h"

#include <set>
#include <string>

#include "texts/texts.h"

namespace bashu::api {

std::optional<Warning> unknown_refusals(Context& context, const Call& call,
                                        const ClearingBook& book, const std::string& rows) {
  const auto read = windows::read_rows("refused", rows);
  if (!read || clears_transfers(book)) return std::nullopt;
  const auto held = hold_ledger(context, call, book);
  if (!held) return std::nullopt;  // whoever computes the book says so
  std::set<std::string> claims;
  for (const windows::Refusal& one : read->refused) {
    if (!(*held)->ledger->makes(one.claim)) claims.insert(one.claim);
  }
  if (claims.empty()) return std::nullopt;
  return Warning{
      .where = "with.file",
      .why = texts::title("windows.refused_unknown",
                          {{"count", std::to_string(claims.size())}, {"claim", *claims.begin()}})};
}

}  // namespace bashu::api
