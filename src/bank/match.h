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
// By the order's identification first: one booking, several (a payment in parts, or one that came
// back: then it is not paid, whatever the tolerance, unless more is left than is missing), or one
// booking of several orders. What names no order is matched by account, counterparty and amount, if
// only one way fits.
[[nodiscard]] Matched match(const std::vector<Order>& orders, const std::vector<Booking>& bookings,
                            const std::map<std::string, Account>& accounts, Money tolerance);

}  // namespace bashu::bank
