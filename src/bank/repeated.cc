#include "bank/repeated.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace bashu::bank {

namespace {

bool same(const Detail& a, const Detail& b) {
  return a.order == b.order && a.amount == b.amount && a.counterparty == b.counterparty &&
         a.reference == b.reference;
}

bool same(const Booking& a, const Booking& b) {
  return a.reverses == b.reverses &&
         std::ranges::equal(a.details, b.details,
                            [](const Detail& x, const Detail& y) { return same(x, y); });
}

}  // namespace

Distinct distinct(const std::vector<Booking>& bookings) {
  // By account, day, amount, and the bank's reference, if it gave one.
  using Key = std::tuple<std::string, Date, Money, bool, std::string>;
  std::map<Key, std::vector<const Booking*>> seen;
  Distinct out;
  for (const Booking& one : bookings) {
    auto& others = seen[{one.account, one.day, one.amount, one.by_place,
                         one.by_place ? std::string{} : one.reference}];
    if (std::ranges::none_of(others, [&](const Booking* other) { return same(*other, one); })) {
      others.push_back(&one);
      out.once.push_back(one);
    } else if (one.by_place) {
      out.repeated.push_back(one);
    }
  }
  return out;
}

}  // namespace bashu::bank
