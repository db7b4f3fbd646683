#include "bank/match.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <set>

namespace bashu::bank {

namespace {

// Of so many, all subsets are tried; beyond that a person has to look.
constexpr std::size_t kTriedMax = 12;

// What the account would show for the order; nothing if it takes no part.
std::optional<Money> shown(const Order& order, const Booking& booking,
                           const std::map<std::string, Account>& accounts) {
  if (booking.account == accounts.at(order.payer).id) return -order.amount;
  if (booking.account == accounts.at(order.payee).id) return order.amount;
  return std::nullopt;
}

// Whether a detail that names the order is between its accounts, as far as the bank says it. What
// comes back, from wherever, is the order's: it was paid so much less.
bool between_its_accounts(const Order& order, const Booking& booking, const Detail& detail,
                          const std::map<std::string, Account>& accounts) {
  const auto due = shown(order, booking, accounts);
  if (!due || detail.counterparty.empty() || (*due < 0) != (booking.amount < 0)) return true;
  return detail.counterparty == accounts.at(*due < 0 ? order.payee : order.payer).id;
}

class Matcher {
 public:
  Matcher(const std::vector<Order>& orders, const std::vector<Booking>& bookings,
          const std::map<std::string, Account>& accounts, Money tolerance)
      : orders_{orders},
        bookings_{bookings},
        accounts_{accounts},
        tolerance_{tolerance},
        paid_(orders.size()),
        used_(bookings.size()) {
    for (std::size_t i = 0; i < orders.size(); ++i) by_id_.emplace(carried(orders[i]), i);
  }

  Matched run() {
    several_orders_named();
    one_order_named();
    one_of_this_amount();
    several_of_this_sum();
    for (std::size_t i = 0; i < orders_.size(); ++i) {
      if (!paid_[i]) out_.unpaid.push_back(orders_[i]);
    }
    for (std::size_t i = 0; i < bookings_.size(); ++i) {
      if (!used_[i]) out_.unmatched.push_back(bookings_[i]);
    }
    return std::move(out_);
  }

 private:
  using Indexes = std::vector<std::size_t>;

  [[nodiscard]] std::optional<Money> expected(const Order& order, const Booking& booking) const {
    return shown(order, booking, accounts_);
  }

  [[nodiscard]] bool with_counterparty(const Order& order, const Booking& booking) const {
    const auto due = expected(order, booking);
    if (!due || (*due < 0) != (booking.amount < 0)) return false;
    const std::string& other = accounts_.at(*due < 0 ? order.payee : order.payer).id;
    return booking.details.size() == 1 && booking.details[0].order.empty() &&
           booking.details[0].counterparty == other;
  }

  [[nodiscard]] bool close_to(Money a, Money b) const { return std::abs(a - b) <= tolerance_; }

  // Of bookings that sum to `sum` where `due` is expected. What came back was not paid, however far
  // the tolerance goes: of money in both directions more must be left than is missing.
  [[nodiscard]] bool pays(const Indexes& bookings, Money sum, Money due) const {
    const bool came_back = std::ranges::any_of(
        bookings, [&](std::size_t i) { return (bookings_[i].amount < 0) != (due < 0); });
    return close_to(sum, due) && (!came_back || std::abs(sum - due) < std::abs(sum));
  }

  void take(Shape shape, const Indexes& orders, const Indexes& bookings, Money difference) {
    Match match{.shape = shape, .orders = {}, .bookings = {}, .difference = difference};
    for (const std::size_t i : orders) {
      paid_[i] = true;
      match.orders.push_back(orders_[i].id);
    }
    for (const std::size_t i : bookings) {
      used_[i] = true;
      match.bookings.push_back(bookings_[i].reference);
    }
    out_.matches.push_back(std::move(match));
  }

  void several_orders_named() {
    for (std::size_t i = 0; i < bookings_.size(); ++i) {
      const Booking& booking = bookings_[i];
      if (booking.details.size() < 2) continue;
      Indexes found;
      Money sum = 0;
      for (const Detail& detail : booking.details) {
        const auto order = by_id_.find(detail.order);
        if (order == by_id_.end() || paid_[order->second] ||
            std::ranges::find(found, order->second) != found.end()) {
          break;
        }
        const auto due = expected(orders_[order->second], booking);
        if (!due || (detail.amount && !close_to(*detail.amount, *due)) ||
            !between_its_accounts(orders_[order->second], booking, detail, accounts_)) {
          break;
        }
        found.push_back(order->second);
        sum += *due;
      }
      if (found.size() != booking.details.size() || !pays({i}, booking.amount, sum)) continue;
      take(Shape::many_to_one, found, {i}, booking.amount - sum);
    }
  }

  void one_order_named() {
    // By order and account: a file may have both sides' statements.
    std::map<std::pair<std::size_t, std::string>, Indexes> named;
    for (std::size_t i = 0; i < bookings_.size(); ++i) {
      if (used_[i] || bookings_[i].details.size() != 1) continue;
      const Detail& detail = bookings_[i].details[0];
      const auto order = by_id_.find(detail.order);
      if (order == by_id_.end()) continue;
      if (between_its_accounts(orders_[order->second], bookings_[i], detail, accounts_))
        named[{order->second, bookings_[i].account}].push_back(i);
    }
    std::set<std::size_t> done;
    for (const auto& [what, indexes] : named) {
      const auto due = expected(orders_[what.first], bookings_[indexes.front()]);
      Money sum = 0;
      for (const std::size_t i : indexes) sum += bookings_[i].amount;
      if ((paid_[what.first] && !done.contains(what.first)) || !due || !pays(indexes, sum, *due)) {
        continue;
      }
      done.insert(what.first);
      take(indexes.size() == 1 ? Shape::one_to_one : Shape::one_to_many, {what.first}, indexes,
           sum - *due);
    }
  }

  void one_of_this_amount() {
    for (std::size_t i = 0; i < bookings_.size(); ++i) {
      if (used_[i]) continue;
      const auto fits = [&](std::size_t order, std::size_t booking) {
        return !paid_[order] && !used_[booking] &&
               with_counterparty(orders_[order], bookings_[booking]) &&
               close_to(bookings_[booking].amount, *expected(orders_[order], bookings_[booking]));
      };
      Indexes found;
      for (std::size_t o = 0; o < orders_.size(); ++o) {
        if (fits(o, i)) found.push_back(o);
      }
      if (found.size() != 1) continue;
      std::size_t rivals = 0;
      for (std::size_t b = 0; b < bookings_.size(); ++b) rivals += fits(found[0], b);
      if (rivals != 1) continue;
      take(Shape::one_to_one, found, {i},
           bookings_[i].amount - *expected(orders_[found[0]], bookings_[i]));
    }
  }

  // The only subset of two or more whose sum is `sum`; empty: none, or more than one.
  [[nodiscard]] Indexes subset(const Indexes& from, const std::vector<Money>& amounts,
                               Money sum) const {
    if (from.size() < 2 || from.size() > kTriedMax) return {};
    Indexes found;
    for (std::size_t set = 0; set < std::size_t{1} << from.size(); ++set) {
      Indexes some;
      Money total = 0;
      for (std::size_t i = 0; i < from.size(); ++i) {
        if (!(set >> i & 1U)) continue;
        some.push_back(from[i]);
        total += amounts[i];
      }
      if (some.size() < 2 || !close_to(total, sum)) continue;
      if (!found.empty()) return {};
      found = std::move(some);
    }
    return found;
  }

  void several_of_this_sum() {
    for (std::size_t i = 0; i < bookings_.size(); ++i) {
      if (used_[i]) continue;
      Indexes open;
      std::vector<Money> amounts;
      for (std::size_t o = 0; o < orders_.size(); ++o) {
        if (paid_[o] || !with_counterparty(orders_[o], bookings_[i])) continue;
        open.push_back(o);
        amounts.push_back(*expected(orders_[o], bookings_[i]));
      }
      const Indexes found = subset(open, amounts, bookings_[i].amount);
      if (found.empty()) continue;
      Money sum = 0;
      for (const std::size_t o : found) sum += *expected(orders_[o], bookings_[i]);
      take(Shape::many_to_one, found, {i}, bookings_[i].amount - sum);
    }
    for (std::size_t o = 0; o < orders_.size(); ++o) {
      if (paid_[o]) continue;
      std::map<std::string, std::pair<Indexes, std::vector<Money>>> parts;  // by account
      for (std::size_t i = 0; i < bookings_.size(); ++i) {
        if (used_[i] || !with_counterparty(orders_[o], bookings_[i])) continue;
        parts[bookings_[i].account].first.push_back(i);
        parts[bookings_[i].account].second.push_back(bookings_[i].amount);
      }
      for (const auto& [account, part] : parts) {
        if (paid_[o]) break;
        const Money due = *expected(orders_[o], bookings_[part.first.front()]);
        const Indexes found = subset(part.first, part.second, due);
        if (found.empty()) continue;
        Money sum = 0;
        for (const std::size_t i : found) sum += bookings_[i].amount;
        take(Shape::one_to_many, {o}, found, sum - due);
      }
    }
  }

  const std::vector<Order>& orders_;
  const std::vector<Booking>& bookings_;
  const std::map<std::string, Account>& accounts_;
  Money tolerance_;
  std::vector<bool> paid_, used_;
  std::map<std::string, std::size_t> by_id_;
  Matched out_;
};

}  // namespace

const char* shape_name(Shape shape) {
  constexpr std::array<const char*, 3> kNames{"1:1", "1:n", "n:1"};
  return kNames[static_cast<std::size_t>(shape)];
}

std::string elsewhere(const Booking& booking, const std::vector<Order>& orders,
                      const std::map<std::string, Account>& accounts) {
  for (const Detail& detail : booking.details) {
    if (detail.order.empty()) continue;
    const auto order = std::ranges::find(orders, detail.order, carried);
    if (order != orders.end() && !between_its_accounts(*order, booking, detail, accounts)) {
      return order->id;
    }
  }
  return {};
}

Matched match(const std::vector<Order>& orders, const std::vector<Booking>& bookings,
              const std::map<std::string, Account>& accounts, Money tolerance) {
  return Matcher{orders, bookings, accounts, tolerance}.run();
}

}  // namespace bashu::bank
