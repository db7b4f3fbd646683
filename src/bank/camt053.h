// What a bank has booked: ISO 20022 camt.053, BankToCustomerStatement, of any version so far.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bank/order.h"
#include "base/date.h"

namespace bashu::bank {

struct Detail {
  std::string order;            // EndToEndId; empty: not provided
  std::optional<Money> amount;  // positive is money in; absent: that of the booking
  std::string counterparty;     // their account
  std::string reference{};      // the payee's, of a structured remittance; empty: none
};
struct Booking {
  std::string reference;  // the bank's; unique within the statement
  std::string account;    // ours
  Date day;
  Money amount = 0;       // positive: money in; a reversal has the sign of what it does
  bool reverses = false;  // it takes another booking back
  std::vector<Detail> details;
  // The bank gave no reference (AcctSvcrRef, NtryRef): it is named by its place in the file, which
  // may be another one in another statement of the same day.
  bool by_place = false;
};
// Bookings only, in their order: what is pending or informs only is left out. An error says where.
[[nodiscard]] std::expected<std::vector<Booking>, std::string> read_camt053(std::string_view text);

}  // namespace bashu::bank
