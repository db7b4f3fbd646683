// Payment orders to a bank: ISO 20022 pain.001.001.09, CustomerCreditTransferInitiation.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bank/order.h"
#include "base/date.h"

namespace bashu::bank {

// Orders of one payer, carried out on `on`; every party has an account. The same orders give the
// same bytes, with the same message identification: a bank that got them refuses them the second
// time.
[[nodiscard]] std::string pain001(const std::vector<Order>& orders,
                                  const std::map<std::string, Account>& accounts, Date on);

}  // namespace bashu::bank
