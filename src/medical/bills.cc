#include "medical/bills.h"

#include <algorithm>
#include <tuple>

#include "base/bytes.h"
#include "base/json.h"
#include "calculators/calculators.h"

namespace bashu::medical {

std::expected<Bill, std::string> priced(const Value& bill) {
  Bill out{.id = bill.text_at("bill"),
           .insured = bill.text_at("insured"),
           .treated = bill.text_at("treated"),
           .institution = bill.text_at("institution"),
           .day = {},
           .version = bill.int_at("version", 1),
           .digest = hex(sha256(canonical_json(bill))),
           .amounts = {}};
  const auto day = Date::parse(bill.text_at("day"));
  if (!day) return std::unexpected{std::string{"'day' must be a date, 2026-03-31"}};
  out.day = *day;
  if (out.id.empty() || out.insured.empty() || out.treated.empty() || out.institution.empty()) {
    return std::unexpected{std::string{"bill, insured, treated and institution are needed"}};
  }
  out.cancelled = bill.bool_at("cancelled");
  static const calculators::Calculator settle = calculators::find("medical.settle", 1);
  const auto shares = settle(bill);
  if (!shares) return std::unexpected{shares.error()};
  out.amounts = {.gross = shares->int_at("total"),
                 .discount = shares->int_at("cash"),
                 .net = shares->int_at("pool")};
  return out;
}

std::vector<clearing::Entry> claims(std::vector<Bill> bills) {
  std::ranges::sort(bills, [](const Bill& a, const Bill& b) {
    return std::tie(a.id, b.version, a.digest) < std::tie(b.id, a.version, b.digest);
  });
  const auto older = std::ranges::unique(bills, {}, &Bill::id);
  bills.erase(older.begin(), older.end());
  std::vector<clearing::Entry> out;
  for (Bill& one : bills) {
    if (one.cancelled || one.insured == one.treated) continue;
    out.push_back({.id = std::move(one.id),
                   .creditor = std::move(one.treated),
                   .debtor = std::move(one.insured),
                   .of = std::move(one.institution),
                   .day = one.day,
                   .first = std::move(one.digest),
                   .last = {},
                   .state = {},
                   .amounts = one.amounts});
  }
  return out;
}

}  // namespace bashu::medical
