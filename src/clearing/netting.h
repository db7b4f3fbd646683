// From claims among parties to the payments that settle them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "clearing/money.h"

namespace bashu::clearing {

struct Claim {
  std::string creditor, debtor;
  Money amount = 0;  // negative: the other way round
  friend bool operator==(const Claim&, const Claim&) = default;
};
struct Payment {
  std::string from, to;
  Money amount = 0;  // positive
  friend bool operator==(const Payment&, const Payment&) = default;
};

enum class Netting : std::uint8_t {
  gross,         // every claim is paid
  bilateral,     // two parties pay each other's difference
  multilateral,  // each pays to, or is paid by, the clearing house, once
};

// Ordered by payer, then payee. What is below `least` is not paid now: `carried` has it as claims.
struct Settlement {
  std::vector<Payment> payments;
  std::vector<Claim> carried;
  friend bool operator==(const Settlement&, const Settlement&) = default;
};
[[nodiscard]] Settlement settle(const std::vector<Claim>& claims, Netting netting, Money least = 0,
                                const std::string& clearing_house = {});

// What each party is owed less what it owes; the sum over all is 0.
[[nodiscard]] std::map<std::string, Money> positions(const std::vector<Claim>& claims);

}  // namespace bashu::clearing
