// Payments that settle statements, as they are ordered from a bank.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clearing/money.h"

namespace bashu::bank {

using clearing::Money;

struct Account {
  std::string name;  // of whom it is
  std::string id;    // its number
  std::string bank;  // BIC, or the 12 digits of China's payment system (CNAPS)
};

struct Order {
  std::string id;  // at most 35 characters, the same however often it is made
  std::string payer, payee;
  Money amount = 0;   // positive
  std::string about;  // for the payee, at most 140 characters
  // What the payee finds the payment by, if that is not the id: at most 35 characters.
  std::string reference{};
};
// What the payment carries to the payee's bank, its EndToEndId.
[[nodiscard]] inline const std::string& carried(const Order& order) {
  return order.reference.empty() ? order.id : order.reference;
}

// Names a payment by all that it is for: 32 hexadecimal digits.
[[nodiscard]] std::string order_id(std::string_view payer, std::string_view payee, Money amount,
                                   const std::vector<std::string>& statements);

// 12345 as `123.45`, as the messages write amounts; and back, nothing if it is no amount of whole
// fen.
[[nodiscard]] std::string decimal(Money fen);
[[nodiscard]] std::optional<Money> fen(std::string_view decimal);

}  // namespace bashu::bank
