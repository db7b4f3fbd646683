#include "api/clearing_orders.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/clearing_pay.h"
#include "api/clearing_refusal.h"
#include "api/documents.h"
#include "api/reading.h"
#include "bank/match.h"
#include "bank/pain001.h"
#include "bank/repeated.h"
#include "texts/texts.h"
#include "views/follower.h"

namespace bashu::api {

namespace {

constexpr std::size_t kPaymentsMax = 500;    // of an order
constexpr std::size_t kBookingsMax = 1'000;  // of all statements handed in for it
constexpr std::size_t kAboutMax = 140;       // bytes, in a payment
constexpr int kWaitMs = 5'000;

Value to_value(const DuePayment& one) {
  return Value::Record{{"transfer", one.transfer},
                       {"reference", one.reference},
                       {"amount", one.amount},
                       {"before", one.before}};
}

std::vector<DuePayment> payments_in(const Value& data) {
  std::vector<DuePayment> out;
  const Value* list = data.find("payments");
  const Value::List none;
  for (const Value& one : list && list->as_list() ? *list->as_list() : none) {
    out.push_back({.transfer = one.text_at("transfer"),
                   .reference = one.text_at("reference"),
                   .amount = one.int_at("amount"),
                   .before = one.int_at("before")});
  }
  return out;
}

// One payment for each reference, as the bank is told.
std::vector<bank::Order> bank_orders(const ClearingBook& book, const views::CaseRow& order) {
  std::vector<bank::Order> out;
  for (const DuePayment& one : payments_in(order.data)) {
    auto held = std::ranges::find(out, one.reference, &bank::Order::reference);
    if (held == out.end()) {
      out.push_back({.id = {},
                     .payer = book.own(),
                     .payee = book.other(),
                     .amount = 0,
                     .about = {},
                     .reference = one.reference});
      held = std::prev(out.end());
    }
    held->amount += one.amount;
    const std::string about = (held->about.empty() ? "" : " ") + one.transfer;
    if (held->about.size() + about.size() <= kAboutMax) held->about += about;
  }
  for (bank::Order& one : out) {
    one.id = bank::order_id(one.payer, one.payee, one.amount, {order.id, one.reference});
  }
  return out;
}

std::expected<std::vector<DuePayment>, Problem> due_now(Context& context, const Call& call,
                                                        const ClearingBook& book) {
  const auto flows = flows_of(context, call, book);
  if (!flows) return std::unexpected{flows.error()};
  return payments_due(book, *flows);
}

std::expected<Value, Problem> proposed(Context& context, const Call& call, const ClearingBook& book,
                                       Value given) {
  if (auto accounts = bank_accounts(book); !accounts) return std::unexpected{accounts.error()};
  auto due = due_now(context, call, book);
  if (!due) return std::unexpected{due.error()};
  if (due->empty()) return std::unexpected{refused("with.payments", "no_payment_due")};
  Value::List payments;
  for (const DuePayment& one : *due) {
    if (payments.size() < kPaymentsMax) payments.push_back(to_value(one));
  }
  given.as_record()->insert_or_assign("payments", std::move(payments));
  return given;
}

// The second person signs what the sheets say now, not what they said.
std::expected<Value, Problem> checked(Context& context, const Call& call, const ClearingBook& book,
                                      const views::CaseRow& order, Value given) {
  const auto due = due_now(context, call, book);
  if (!due) return std::unexpected{due.error()};
  const std::vector<DuePayment> payments = payments_in(order.data);
  for (const DuePayment& one : payments) {
    const auto now = std::ranges::find(*due, one.transfer, &DuePayment::transfer);
    if (now == due->end() || to_value(*now) != to_value(one)) {
      return std::unexpected{refused("with.checked", "payment_changed",
                                     {{"transfer", one.transfer},
                                      {"reference", one.reference},
                                      {"amount", bank::decimal(one.amount)}})};
    }
  }
  given.as_record()->insert_or_assign("checked", payments.size());
  return given;
}

// A booking of one payment: one in which a bank put several comes apart, if it says what of each.
std::vector<bank::Booking> apart(const std::vector<bank::Booking>& bookings) {
  std::vector<bank::Booking> out;
  for (const bank::Booking& one : bookings) {
    const bool told = std::ranges::all_of(
        one.details, [](const bank::Detail& detail) { return detail.amount.has_value(); });
    if (one.details.size() < 2 || !told) {
      out.push_back(one);
      continue;
    }
    for (const bank::Detail& detail : one.details) {
      bank::Booking part = one;
      part.amount = *detail.amount;
      part.details = {detail};
      out.push_back(std::move(part));
    }
  }
  return out;
}

// What the bank has booked of an order, by all statements handed in for it so far.
class Booked {
 public:
  Booked(const ClearingBook& book, const views::CaseRow& order,
         const std::map<std::string, bank::Account>& accounts)
      : orders_{bank_orders(book, order)},
        accounts_{accounts},
        own_{accounts.at(book.own()).id},
        other_{accounts.at(book.other()).id} {
    for (OrderBooking& one : bookings_of(order)) {
      add({.reference = one.of.bank,
           .account = own_,
           .day = one.of.on,
           .amount = -one.of.amount,
           .details = {{.order = one.reference, .amount = {}, .counterparty = other_}}});
    }
    earlier_ = bookings_.size();
  }

  // Those of other orders count there.
  void leave_out(const views::CaseRow& other_order) {
    for (const OrderBooking& one : bookings_of(other_order)) {
      seen_.insert({one.of.bank, one.reference});
    }
  }
  void add_statement(const std::vector<bank::Booking>& bookings) {
    for (bank::Booking& one : apart(bookings)) {
      if (one.account == own_) add(std::move(one));
    }
  }

  // False if the statement has nothing of the order that was not known.
  bool put_into(Value& given) {
    const bank::Matched matched = matched_bookings();
    bool fresh = false;
    Date last;
    Value::List list;
    for (std::size_t i = 0; i < bookings_.size(); ++i) {
      for (const auto& [reference, amount] : parts_of(i, matched)) {
        fresh = fresh || i >= earlier_;
        last = std::max(last, bookings_[i].day);
        list.push_back(Value::Record{{"reference", reference},
                                     {"day", bookings_[i].day.text()},
                                     {"amount", -amount},
                                     {"bank", bookings_[i].reference}});
      }
    }
    Value::List unpaid;
    for (const bank::Order& one : matched.unpaid) unpaid.push_back(one.reference);
    Value::Record& out = *given.as_record();
    if (!list.empty()) out.insert_or_assign("paid_on", last.text());
    out.insert_or_assign("bookings", std::move(list));
    out.insert_or_assign("unpaid", std::move(unpaid));
    return fresh;
  }

 private:
  void add(bank::Booking booking) {
    const std::string named = booking.details.empty() ? "" : booking.details.front().order;
    if (seen_.insert({booking.reference, named}).second) bookings_.push_back(std::move(booking));
  }
  // By their place here: a bank may give parts of one booking the same reference.
  [[nodiscard]] bank::Matched matched_bookings() const {
    std::vector<bank::Booking> numbered = bookings_;
    for (std::size_t i = 0; i < numbered.size(); ++i) numbered[i].reference = std::to_string(i);
    return bank::match(orders_, numbered, accounts_, 0);
  }
  [[nodiscard]] const bank::Order& order_of(const std::string& id) const {
    return *std::ranges::find(orders_, id, &bank::Order::id);
  }
  // Which references a booking pays, and how much of each as the account shows it; of an unmatched
  // one that which it names.
  [[nodiscard]] std::vector<std::pair<std::string, Money>> parts_of(
      std::size_t at, const bank::Matched& matched) const {
    const bank::Booking& booking = bookings_[at];
    for (const bank::Match& match : matched.matches) {
      if (std::ranges::find(match.bookings, std::to_string(at)) == match.bookings.end()) continue;
      if (match.orders.size() == 1) {
        return {{order_of(match.orders.front()).reference, booking.amount}};
      }
      std::vector<std::pair<std::string, Money>> out;
      for (const std::string& id : match.orders) {
        out.emplace_back(order_of(id).reference, -order_of(id).amount);
      }
      return out;
    }
    if (!bank::elsewhere(booking, orders_, accounts_).empty()) return {};
    const std::string named = booking.details.size() == 1 ? booking.details.front().order : "";
    const bool ours = std::ranges::find(orders_, named, &bank::Order::reference) != orders_.end();
    if (named.empty() || !ours) return {};
    return {{named, booking.amount}};
  }

  std::vector<bank::Order> orders_;
  const std::map<std::string, bank::Account>& accounts_;
  std::string own_, other_;
  std::vector<bank::Booking> bookings_;
  std::size_t earlier_ = 0;  // so many were known before
  std::set<std::pair<std::string, std::string>> seen_;
};

std::expected<Value, Problem> booked(Context& context, const Call& call, const ClearingBook& book,
                                     const views::CaseRow& order, Value given) {
  const Value* file = given.find("booked");
  const auto text = file ? deposited_bytes(context, call.key->principal(), *file) : std::nullopt;
  if (!text) return given;  // the form says what is wrong with it
  const auto bookings = bookings_in(*text);
  if (!bookings) return std::unexpected{bookings.error()};
  const auto accounts = bank_accounts(book);
  if (!accounts) return std::unexpected{accounts.error()};
  const auto orders = orders_of(call, book);
  if (!orders) return std::unexpected{orders.error()};
  Booked all{book, order, *accounts};
  for (const views::CaseRow& other : *orders) {
    if (other.id != order.id) all.leave_out(other);
  }
  all.add_statement(bank::distinct(*bookings).once);
  if (!all.put_into(given)) {
    return std::unexpected{refused("with.booked", "nothing_booked", {{"order", order.id}})};
  }
  if (given.find("bookings")->as_list()->size() > kBookingsMax) {
    return std::unexpected{refused("with.booked", "too_many_bookings")};
  }
  return given;
}

std::expected<std::optional<views::CaseRow>, Problem> order_at(const Call& call,
                                                               const std::string& id) {
  auto row = call.views->case_at(id);
  if (!row) return std::unexpected{problem_of(row.error())};
  return *std::move(row);
}

}  // namespace

std::vector<DuePayment> payments_due(const ClearingBook& book, const Flows& flows) {
  std::vector<DuePayment> out;
  for (const Flow& flow : flows.rows) {
    // Money that came without an order cannot be told to which of its transfers it belongs.
    if (flow.payer != book.own() || flow.agreed > flow.ordered) continue;
    for (const SentTransfer& sent : flow.transfers) {
      const auto held = flows.ordered.find(sent.row.id);
      const OrderedRow before = held == flows.ordered.end() ? OrderedRow{} : held->second;
      const bool renamed = before.amount > 0 && before.reference != flow.reference;
      if (!sent.waits || renamed || sent.sheet.amount <= before.amount) continue;
      out.push_back({.transfer = sent.row.id,
                     .reference = flow.reference,
                     .amount = sent.sheet.amount - before.amount,
                     .before = before.amount});
    }
  }
  return out;
}

const std::vector<std::string>& computed_of_order() {
  static const std::vector<std::string> kComputed{"payments", "checked", "bookings", "unpaid",
                                                  "paid_on"};
  return kComputed;
}

std::expected<Value, Problem> of_order(Context& context, const Call& call, const ClearingForm& form,
                                       Value given) {
  // Money is ordered by all that is on record: views that are behind are waited for, or it is
  // refused.
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const std::uint64_t durable = context.node.durable();
  if (durable > 0 && !context.follower.wait(durable - 1, kWaitMs)) {
    return std::unexpected{behind(std::to_string(past->position))};
  }
  std::string book_id = given.text_at("book");
  std::optional<views::CaseRow> order;
  if (!form.starts) {
    auto row = order_at(call, std::string{form.id});
    if (!row) return std::unexpected{row.error()};
    if (!*row) return std::unexpected{not_found()};
    order = **std::move(row);
    book_id = order->data.text_at("book");
  }
  const auto asks_for = [&](std::string_view field) {
    return std::ranges::find(form.form, field) != form.form.end();
  };
  if (!asks_for("payments") && !asks_for("checked") && !asks_for("bookings")) return given;
  const auto book = find_book(context, call, book_id);
  if (!book) return std::unexpected{book.error()};
  if (!clears_transfers(*book)) {
    return std::unexpected{refused("with.book", "no_book_of_transfers", {{"book", book_id}})};
  }
  if (!order) return proposed(context, call, *book, std::move(given));
  return asks_for("checked") ? checked(context, call, *book, *order, std::move(given))
                             : booked(context, call, *book, *order, std::move(given));
}

std::expected<std::optional<std::string>, Problem> order_file(Context& context, const Call& call,
                                                              const std::string& id) {
  if (const auto past = read_past(context, call); !past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const auto row = order_at(call, id);
  if (!row) return std::unexpected{row.error()};
  const packs::PackPtr pack = *row ? onlooker.pack((*row)->pack) : nullptr;
  const auto shape = pack ? clearing_of(*pack) : std::nullopt;
  if (!shape || shape->order.empty() || (*row)->service != shape->order) return std::nullopt;
  if (onlooker.sight_of(**row) < Sight::full) {
    return std::unexpected{problem_of(reject(RejectCode::unknown_case, id))};
  }
  const auto book = find_book(context, call, (*row)->data.text_at("book"));
  if (!book) return std::unexpected{book.error()};
  const auto on = Date::parse((*row)->data.text_at("pay_on"));
  if (!(*row)->data.find("checked") || !on) {
    return std::unexpected{refused(id, "order_not_signed")};
  }
  const auto accounts = bank_accounts(*book);
  if (!accounts) return std::unexpected{accounts.error()};
  return bank::pain001(bank_orders(*book, **row), *accounts, *on);
}

}  // namespace bashu::api
