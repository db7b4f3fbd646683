// Transfers whose information and money are matched by clearing, in cases of any pack that declares
// a service of this shape. Nothing here knows a pack by name.
//
//     parties  `older`, `newer`: the money goes from the older place to the newer
//     fields   `reference` that the payment carries, `amount`, `sent_on`; `met_in`
//              `collected_amount`, if it is there: the money goes back to the older place
//
//     case ──► sheet ──► a batch `sheets` of both sides' books     (what was signed)
//     bank's statement ──► a batch `receipts` of the payee's book  (what was booked)
//     closed window in which both came to the same ──► `met_in` of the case
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "api/clearing_books.h"

namespace bashu::api {

[[nodiscard]] bool is_transfer(const packs::Service& service);

// A transfer of this node whose sheet was sent between the sides of a book.
struct SentTransfer {
  packs::PackPtr pack;
  views::CaseRow row;
  transfers::Sheet sheet;
  // The sheet stands, and its money is waited for: the payee has the case, and has not found both
  // flows the same yet.
  bool waits = false;
};
// All of them, until `each` is false.
[[nodiscard]] std::expected<void, Problem> each_sent(Context& context, const Call& call,
                                                     const ClearingBook& book,
                                                     const std::function<bool(SentTransfer)>& each);

// The sheets of this node's transfers between the sides of a book that its batches do not have yet,
// as a batch has them; a problem if there is none.
[[nodiscard]] std::expected<std::string, Problem> new_sheets(Context& context, const Call& call,
                                                             const ClearingBook& book);

// The window up to which both sides agree on what the transfer's reference comes to, which is what
// its sheet says; a problem says what is missing.
[[nodiscard]] std::expected<std::string, Problem> met_in(Context& context, const Call& call,
                                                         const views::CaseRow& transfer);

}  // namespace bashu::api
