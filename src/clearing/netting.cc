#include "clearing/netting.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/assert.h"

namespace bashu::clearing {

namespace {

Money sum(Money a, Money b) {
  Money out = 0;
  BASHU_ASSERT(!__builtin_add_overflow(a, b, &out));
  return out;
}

}  // namespace

std::map<std::string, Money> positions(const std::vector<Claim>& claims) {
  std::map<std::string, Money> out;
  for (const Claim& claim : claims) {
    Money& creditor = out[claim.creditor];
    creditor = sum(creditor, claim.amount);
    Money& debtor = out[claim.debtor];
    debtor = sum(debtor, -claim.amount);
  }
  return out;
}

Settlement settle(const std::vector<Claim>& claims, Netting netting, Money least,
                  const std::string& clearing_house) {
  // Who owes whom, by debtor and creditor; one direction of each pair, but for gross.
  std::map<std::pair<std::string, std::string>, Money> owed;
  const auto owe = [&](const std::string& debtor, const std::string& creditor, Money amount) {
    if (debtor == creditor) return;
    Money& total = owed[{debtor, creditor}];
    total = sum(total, amount);
  };
  if (netting == Netting::multilateral) {
    for (const auto& [party, position] : positions(claims)) owe(clearing_house, party, position);
  } else {
    for (const Claim& claim : claims) {
      const bool turned =
          netting == Netting::bilateral ? claim.creditor < claim.debtor : claim.amount < 0;
      if (turned) {
        owe(claim.creditor, claim.debtor, -claim.amount);
      } else {
        owe(claim.debtor, claim.creditor, claim.amount);
      }
    }
  }
  Settlement out;
  for (const auto& [pair, amount] : owed) {
    if (amount == 0) continue;
    const auto& [debtor, creditor] = pair;
    if (std::max(amount, -amount) < least) {
      out.carried.push_back({.creditor = creditor, .debtor = debtor, .amount = amount});
    } else if (amount > 0) {
      out.payments.push_back({.from = debtor, .to = creditor, .amount = amount});
    } else {
      out.payments.push_back({.from = creditor, .to = debtor, .amount = -amount});
    }
  }
  std::ranges::sort(out.payments, [](const Payment& a, const Payment& b) {
    return std::tie(a.from, a.to) < std::tie(b.from, b.to);
  });
  return out;
}

}  // namespace bashu::clearing
