#include "api/clearing_refused.h"

#include <set>
#include <string>

#include "api/documents.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

// Leaves of `claims` those that no row makes. A claim is named by its token and tap, or by its
// bill, and by who earned it.
void take_out_made(const windows::Rows& rows, std::set<std::string>& claims) {
  const auto take_out = [&](const std::string& source) {
    claims.erase(source);
    const std::string under = source + '/';
    auto it = claims.lower_bound(under);
    while (it != claims.end() && it->starts_with(under)) it = claims.erase(it);
  };
  for (const fares::Tap& tap : rows.taps) take_out(tap.token + '/' + tap.id);
  for (const medical::Bill& bill : rows.bills) take_out(bill.id);
}

}  // namespace

std::optional<Warning> unknown_refusals(Context& context, const Call& call,
                                        const ClearingBook& book, const std::string& rows) {
  const auto read = windows::read_rows("refused", rows);
  if (!read || clears_transfers(book)) return std::nullopt;
  std::set<std::string> claims;
  for (const windows::Refusal& one : read->refused) claims.insert(one.claim);
  const auto batches =
      context.books.batches(*call.views, book.pack->name, book.shape.batch, book.row.id, 0);
  if (!batches) return std::nullopt;
  for (const ClearingBatch& batch : batches->more) {
    if (claims.empty()) break;
    if (batch.what != "taps" && batch.what != "bills") continue;
    const auto text = document_bytes(context, batch.file);
    const auto made =
        text ? windows::read_rows(batch.what, *text) : std::unexpected{windows::WrongRow{}};
    if (!made) return std::nullopt;  // whoever computes the book says so
    take_out_made(*made, claims);
  }
  if (claims.empty()) return std::nullopt;
  return Warning{
      .where = "with.file",
      .why = texts::title("windows.refused_unknown",
                          {{"count", std::to_string(claims.size())}, {"claim", *claims.begin()}})};
}

}  // namespace bashu::api
