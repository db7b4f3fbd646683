// Payment orders of transfers: a side tells its own bank to pay what signed sheets say, each sheet
// once. One person proposes an order, another signs it; what is in it the node computes.
//
//     sheets that wait for their money, less what was ordered ──► `payments`   (proposed)
//     the same again, by the second person ─────────────────────► `checked`    (signed: the file)
//     the bank's statement ─────────────────────────────────────► `bookings`, `unpaid`
//
// The core refuses a payment of a transfer of which the bank was told meanwhile; here it is seen
// that the sheets still say so.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "api/clearing_flows.h"
#include "api/clearing_forms.h"

namespace bashu::api {

struct DuePayment {
  std::string transfer, reference;
  Money amount = 0;  // fen, to be ordered now
  Money before = 0;  // ordered before, of an earlier version of the sheet
};
// What this side owes by sheets that wait for their money and has not ordered. Left out is what a
// person has to look at: a reference that changed after it was ordered, money that both sides
// agreed has come without an order.
[[nodiscard]] std::vector<DuePayment> payments_due(const ClearingBook& book, const Flows& flows);

// Fields of an order that no person fills in.
[[nodiscard]] const std::vector<std::string>& computed_of_order();
// A form of an order with what the node adds.
[[nodiscard]] std::expected<Value, Problem> of_order(Context& context, const Call& call,
                                                     const ClearingForm& form, Value given);
// The order as a bank takes it, one pain.001 of a payment for each reference; nullopt: the case is
// no order. A problem if nobody has signed it, or the asker does not see it.
[[nodiscard]] std::expected<std::optional<std::string>, Problem> order_file(Context& context,
                                                                            const Call& call,
                                                                            const std::string& id);

}  // namespace bashu::api
