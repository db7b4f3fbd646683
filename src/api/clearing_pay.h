// The bank's leg of clearing: what this side's bank is told to pay, and what of it the bank has
// booked. A booking pays one case, several at once, or a part of one; what it pays of each is kept
// there, so that no booking pays twice, and what no case has waits in a queue.
//
//     windows, shares of nettings ──► payments that wait ──┐
//     the bank's statement ───────────► bookings ──────────┴─► matched within the pack's tolerance
//                                           └────────────────► the queue
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/clearing_books.h"
#include "api/clearing_flows.h"
#include "bank/camt053.h"
#include "bank/order.h"
#include "base/date.h"

namespace bashu::api {

// Of both sides, by party; a problem if the book does not name one.
[[nodiscard]] std::expected<std::map<std::string, bank::Account>, Problem> bank_accounts(
    const ClearingBook& book);
[[nodiscard]] bank::Account account_in(const Value& field);
// What a camt.053 that was handed in says is booked; a problem says what is wrong with the file.
[[nodiscard]] std::expected<std::vector<bank::Booking>, Problem> bookings_in(
    const std::string& camt053);

struct BankPayment {
  bank::Order order;
  std::map<std::string, bank::Account> accounts;  // by party
};
// Of a window both sides agreed on with something left to pay; a problem if there is nothing, or an
// account is not named in the book.
[[nodiscard]] std::expected<BankPayment, Problem> payment_of(const ClearingBook& book,
                                                             const views::CaseRow& window);
// Of a share of a netting that was released, with its membership; a problem if nothing is to be
// paid.
[[nodiscard]] std::expected<BankPayment, Problem> payment_of_share(const views::CaseRow& membership,
                                                                   const views::CaseRow& share);
// Whether the case waits in its state for the bank's statement, and from whom.
[[nodiscard]] std::optional<std::string> payer_awaited(const packs::Pack& pack,
                                                       const views::CaseRow& row);

// A case by which this side's bank pays: a window, a share, an order of transfers.
struct PaidCase {
  views::CaseRow row;
  std::optional<BankPayment> own;    // what this side pays by it; nullopt of an order of transfers
  bool waits = false;                // for this side's bank
  std::vector<OrderBooking> booked;  // by this side's bank
};
// Those of a pack, in order of ids.
[[nodiscard]] std::expected<std::vector<PaidCase>, Problem> paid_cases(Context& context,
                                                                       const Call& call,
                                                                       const packs::PackPtr& pack);

// What a camt.053 says of one payment that waits.
struct PaymentBooked {
  Date day;                            // of the last booking
  std::vector<OrderBooking> bookings;  // what each pays of it
  Money rounding = 0;  // fen that the bank paid more than was ordered, within the tolerance
};
// `all` are the paid cases of the pack, with this one; a problem if the bank has not booked it.
[[nodiscard]] std::expected<PaymentBooked, Problem> booked_of(
    const BankPayment& payment, const std::string& id, const std::vector<PaidCase>& all,
    const std::vector<bank::Booking>& bookings, Money tolerance);
// Fen, as the pack says it (`params.tolerance`); 0 if it does not.
[[nodiscard]] Money tolerance_of(const packs::Pack& pack);

// The payments of a book's windows beside what a bank booked of them: information and money of a
// book that clears no transfers. Of the other side's payments it is what the window says.
[[nodiscard]] std::expected<Flows, Problem> flows_of_windows(const Call& call,
                                                             const ClearingBook& book);

// What of the bookings of `account` in all statements handed in no case has: in order of days. Of a
// booking that pays several cases the part of which nobody has said yet.
[[nodiscard]] std::vector<bank::Booking> unmatched_of(
    const std::vector<PaidCase>& all, const std::string& account,
    const std::vector<std::vector<bank::Booking>>& statements);
// The same for a book, by the statements that this side has handed in.
[[nodiscard]] std::expected<std::vector<bank::Booking>, Problem> unmatched_bookings(
    Context& context, const Call& call, const ClearingBook& book);

}  // namespace bashu::api
