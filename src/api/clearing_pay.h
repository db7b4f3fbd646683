// The bank's leg of a window: the order that pays it, and whether the bank has booked it.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "api/clearing_books.h"
#include "bank/camt053.h"
#include "bank/order.h"
#include "base/date.h"

namespace bashu::api {

// Of both sides, by party; a problem if the book does not name one.
[[nodiscard]] std::expected<std::map<std::string, bank::Account>, Problem> bank_accounts(
    const ClearingBook& book);
// What a camt.053 that was handed in says is booked; a problem says what is wrong with the file.
[[nodiscard]] std::expected<std::vector<bank::Booking>, Problem> bookings_in(
    const std::string& camt053);

struct WindowPayment {
  bank::Order order;
  std::map<std::string, bank::Account> accounts;  // by party
};
// Of a window both sides agreed on with something left to pay; a problem if there is nothing, or an
// account is not named in the book.
[[nodiscard]] std::expected<WindowPayment, Problem> payment_of(const ClearingBook& book,
                                                               const views::CaseRow& window);
// The day on which the bank booked all of it, by its camt.053.
[[nodiscard]] std::expected<Date, Problem> booked_on(const WindowPayment& payment,
                                                     const std::string& camt053);

}  // namespace bashu::api
