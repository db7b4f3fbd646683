// Which orders a bank's bookings carry out. Only what was booked counts as paid; what does not fit
// waits for a person.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bank/camt053.h"
#include "bank/order.h"

namespace bashu::bank {

enum class Shape : std::uint8_t { one_to_one, one_to_many, many_to_one };  // orders to bookings
[[nodiscard]] const char* shape_name(Shape shape);

struct Match {
  Shape shape{};
  std::vector<std::string> orders;    // ids
  std::vector<std::string> bookings;  // references
  Money difference =
      0;  // booked less ordered, in the direction of the booking; within the tolerance
};
struct Matched {
  std::vector<Match> matches;
  std::vector<Order> unpaid;       // in the order in which they were given
  std::vector<Booking> unmatched;  // the queue
};
// The order that a booking names although its money went to, or came from, another account than the
// order's: nobody is paid by that. Empty: there is none.
[[nodiscard]] std::string elsewhere(const Booking& booking, const std::vector<Order>& orders,
                                    const std::map<std::string, Account>& accounts);
// By the order's identification first: one booking, several (a payment in parts, or one that came
// back: then it is not paid, whatever the tolerance, unless more is left than is missing), or one
// booking of several orders; where the bank says the other account, it must be the order's. What
// names no order is matched by account, counterparty and amount, if only one way fits.
[[nodiscard]] Matched match(const std::vector<Order>& orders, const std::vector<Booking>& bookings,
                            const std::map<std::string, Account>& accounts, Money tolerance);

}  // namespace bashu::bank
