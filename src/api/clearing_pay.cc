#include "api/clearing_pay.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "api/case_pages.h"
#include "api/clearing_refusal.h"
#include "api/documents.h"
#include "api/reading.h"
#include "bank/match.h"
#include "bank/pain001.h"
#include "bank/repeated.h"
#include "base/try.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

std::int64_t net_to(const Value& agreed, const char* side) {
  const Value* amounts = agreed.find(side);
  return amounts ? amounts->int_at("net") : 0;
}

// What each side pays by a window, as its pack says; of an older pack the difference.
struct Owed {
  Money first = 0, second = 0;
};
Owed owed_by(const views::CaseRow& window) {
  const Value* agreed = window.data.find("agreed");
  if (!agreed) return {};
  if (window.data.find("second_owes") || window.data.find("first_owes")) {
    return {.first = window.data.int_at("first_owes"), .second = window.data.int_at("second_owes")};
  }
  const Money net = net_to(*agreed, "to_first") - net_to(*agreed, "to_second");
  return {.first = std::max<Money>(0, -net), .second = std::max<Money>(0, net)};
}

std::expected<BankPayment, Problem> paid_by(const ClearingBook& book, const views::CaseRow& window,
                                            bool first_pays) {
  const Owed owed = owed_by(window);
  const Money amount = first_pays ? owed.first : owed.second;
  const bool to_house =
      book.row.data.text_at("way") == "multilateral" && !window.data.find("second_owes");
  if (amount <= 0 || to_house) return std::unexpected{refused(window.id, "nothing_to_pay")};
  BankPayment out;
  BASHU_TRY(out.accounts, bank_accounts(book));
  const std::string& payer = first_pays ? book.first() : book.second();
  const std::string& payee = first_pays ? book.second() : book.first();
  const std::string root = window.data.find("agreed")->text_at("root");
  out.order = {.id = bank::order_id(payer, payee, amount, {window.id, root}),
               .payer = payer,
               .payee = payee,
               .amount = amount,
               .about = window.id + " " + root.substr(0, 23)};
  return out;
}

// What of the bookings of a case are of the payment that this side makes by it.
std::vector<OrderBooking> booked_of_own(const views::CaseRow& row,
                                        const std::optional<BankPayment>& own) {
  std::vector<OrderBooking> out = bookings_of(row);
  if (!own) return out;
  std::erase_if(out, [&](const OrderBooking& one) { return one.reference != own->order.id; });
  return out;
}

// A case as this side pays by it; `payment` as far as there is one.
PaidCase paid_case(const packs::Pack& pack, const std::string& own, views::CaseRow row,
                   std::expected<BankPayment, Problem> payment) {
  PaidCase out;
  if (payment && payment->order.payer == own) out.own = *std::move(payment);
  out.waits = out.own && payer_awaited(pack, row) == own;
  if (out.own) out.booked = booked_of_own(row, out.own);
  out.row = std::move(row);
  return out;
}

// The parts that other cases have of a booking are taken from it; false: nothing is left.
bool take_parts(bank::Booking& booking, const std::vector<PaidCase>& all, const std::string& but) {
  for (const PaidCase& one : all) {
    if (one.row.id == but) continue;
    for (const OrderBooking& part : one.booked) {
      if (part.of.bank != booking.reference || part.of.on != booking.day) continue;
      booking.amount += part.of.amount;
      std::erase_if(booking.details,
                    [&](const bank::Detail& detail) { return detail.order == part.reference; });
    }
  }
  return booking.amount != 0;
}

// Payments between the same two accounts may come in one booking.
bool between_the_same(const BankPayment& a, const BankPayment& b) {
  return a.order.payer == b.order.payer && a.order.payee == b.order.payee &&
         a.accounts.at(a.order.payer).id == b.accounts.at(b.order.payer).id &&
         a.accounts.at(a.order.payee).id == b.accounts.at(b.order.payee).id;
}

Problem not_booked(const BankPayment& payment, const std::vector<bank::Booking>& unmatched) {
  const bool elsewhere = std::ranges::any_of(unmatched, [&](const bank::Booking& one) {
    return !bank::elsewhere(one, {payment.order}, payment.accounts).empty();
  });
  if (elsewhere) {
    return refused("with.booked", "booked_elsewhere", {{"order", payment.order.id}});
  }
  return refused("with.booked", "not_booked",
                 {{"amount", bank::decimal(payment.order.amount)}, {"order", payment.order.id}});
}

}  // namespace

bank::Account account_in(const Value& field) {
  return {
      .name = field.text_at("name"), .id = field.text_at("account"), .bank = field.text_at("bank")};
}

std::expected<std::map<std::string, bank::Account>, Problem> bank_accounts(
    const ClearingBook& book) {
  std::map<std::string, bank::Account> out;
  for (const auto& [party, field] :
       {std::pair{book.first(), "first_account"}, std::pair{book.second(), "second_account"}}) {
    const Value* account = book.row.data.find(field);
    if (!account) {
      return std::unexpected{refused(book.row.id, "no_account", {{"party", party}})};
    }
    out[party] = account_in(*account);
  }
  return out;
}

std::expected<std::vector<bank::Booking>, Problem> bookings_in(const std::string& camt053) {
  auto bookings = bank::read_camt053(camt053);
  if (bookings) return *std::move(bookings);
  return std::unexpected{wrong_at("with.booked", "no_camt053", {{"what", bookings.error()}})};
}

std::optional<std::string> payer_awaited(const packs::Pack& pack, const views::CaseRow& row) {
  const packs::Service* service = packs::find(pack.services, row.service);
  const packs::StateDef* state = service ? packs::find(service->states, row.state) : nullptr;
  if (!state) return std::nullopt;
  for (const auto& [name, event] : state->events) {
    if (std::ranges::find(event.form, "booked") == event.form.end()) continue;
    const auto owner = row.parties.find(state->owner);
    if (owner != row.parties.end()) return owner->second;
  }
  return std::nullopt;
}

std::expected<BankPayment, Problem> payment_of(const ClearingBook& book,
                                               const views::CaseRow& window) {
  const auto awaited = payer_awaited(*book.pack, window);
  const bool first_pays = awaited ? *awaited == book.first() : owed_by(window).second <= 0;
  return paid_by(book, window, first_pays);
}

std::expected<BankPayment, Problem> payment_of_share(const views::CaseRow& membership,
                                                     const views::CaseRow& share) {
  const Money amount = share.data.int_at("amount");
  const Value* of_house = membership.data.find("house_account");
  const Value* of_member = membership.data.find("member_account");
  if (amount == 0 || !of_house || !of_member) {
    return std::unexpected{refused(share.id, "nothing_to_pay")};
  }
  const std::string house = share.parties.at("house"), member = share.parties.at("member");
  const std::string& payer = amount > 0 ? house : member;
  const std::string& payee = amount > 0 ? member : house;
  const std::string root = share.data.text_at("root");
  return BankPayment{
      .order = {.id = bank::order_id(payer, payee, std::abs(amount), {share.id, root}),
                .payer = payer,
                .payee = payee,
                .amount = std::abs(amount),
                .about = share.id + " " + root.substr(0, 23)},
      .accounts = {{house, account_in(*of_house)}, {member, account_in(*of_member)}}};
}

std::expected<std::vector<PaidCase>, Problem> paid_cases(Context& context, const Call& call,
                                                         const packs::PackPtr& pack) {
  const std::string& own = context.node.identity().party;
  const auto shape = clearing_of(*pack);
  std::vector<PaidCase> out;
  if (!shape) return out;
  std::map<std::string, std::optional<views::CaseRow>, std::less<>> parents;
  const auto parent_of =
      [&](const views::CaseRow& row) -> std::expected<const views::CaseRow*, Problem> {
    const auto [held, fresh] = parents.try_emplace(row.parent);
    if (fresh) {
      auto found = call.views->case_at(row.parent);
      if (!found) return std::unexpected{problem_of(found.error())};
      held->second = *std::move(found);
    }
    return held->second ? &*held->second : nullptr;
  };
  const auto add_window = [&](views::CaseRow row) -> std::expected<bool, Problem> {
    if (!is_agreed(row)) return true;
    BASHU_TRY(const views::CaseRow* parent, parent_of(row));
    if (!parent) return true;
    const ClearingBook book = book_at(context, pack, *shape, *parent);
    auto payment = paid_by(book, row, book.own_is_first);
    out.push_back(paid_case(*pack, own, std::move(row), std::move(payment)));
    return true;
  };
  const auto add_share = [&](views::CaseRow row) -> std::expected<bool, Problem> {
    BASHU_TRY(const views::CaseRow* parent, parent_of(row));
    if (!parent) return true;
    auto payment = payment_of_share(*parent, row);
    out.push_back(paid_case(*pack, own, std::move(row), std::move(payment)));
    return true;
  };
  const auto add_order = [&](views::CaseRow row) -> std::expected<bool, Problem> {
    PaidCase one;
    one.booked = bookings_of(row);
    one.row = std::move(row);
    out.push_back(std::move(one));
    return true;
  };
  const auto add_all = [&](const std::string& service,
                           const auto& add) -> std::expected<void, Problem> {
    if (service.empty()) return {};
    return each_case(call, cases_of(*pack, service), add);
  };
  BASHU_TRY_OK(add_all(shape->window, add_window));
  BASHU_TRY_OK(add_all(shape->share, add_share));
  BASHU_TRY_OK(add_all(shape->order, add_order));
  std::ranges::sort(out, {}, [](const PaidCase& one) { return one.row.id; });
  return out;
}

std::expected<PaymentBooked, Problem> booked_of(const BankPayment& payment, const std::string& id,
                                                const std::vector<PaidCase>& all,
                                                const std::vector<bank::Booking>& bookings,
                                                Money tolerance) {
  std::vector<bank::Order> orders{payment.order};
  for (const PaidCase& one : all) {
    if (one.row.id != id && one.waits && between_the_same(*one.own, payment)) {
      orders.push_back(one.own->order);
    }
  }
  const std::string& account = payment.accounts.at(payment.order.payer).id;
  std::vector<bank::Booking> left;
  // What repeats a booking without a reference stays in the queue.
  for (bank::Booking booking : bank::distinct(bookings).once) {
    if (booking.account != account || !take_parts(booking, all, id)) continue;
    left.push_back(std::move(booking));
  }
  // By their place here: a bank may give bookings of several days the same reference.
  std::vector<bank::Booking> numbered = left;
  for (std::size_t i = 0; i < numbered.size(); ++i) numbered[i].reference = std::to_string(i);
  const bank::Matched matched = bank::match(orders, numbered, payment.accounts, tolerance);
  const auto found = std::ranges::find_if(matched.matches, [&](const bank::Match& one) {
    return std::ranges::find(one.orders, payment.order.id) != one.orders.end();
  });
  if (found == matched.matches.end()) {
    return std::unexpected{not_booked(payment, matched.unmatched)};
  }
  const bool alone = found->orders.size() == 1;
  PaymentBooked out;
  Money paid = 0;
  for (const std::string& number : found->bookings) {
    const bank::Booking& booking = left[std::stoul(number)];
    // Of a booking that pays several the last of them has what it differs by.
    const Money part = alone ? -booking.amount : payment.order.amount;
    paid += part;
    out.day = std::max(out.day, booking.day);
    out.bookings.push_back({.reference = payment.order.id,
                            .of = {.on = booking.day, .amount = part, .bank = booking.reference}});
  }
  out.rounding = paid - payment.order.amount;
  return out;
}

std::expected<Flows, Problem> flows_of_windows(const Call& call, const ClearingBook& book) {
  Flows out;
  const auto add = [&](const views::CaseRow& window, bool first_pays) {
    const auto payment = paid_by(book, window, first_pays);
    if (!payment) return;
    Flow flow{.payer = payment->order.payer,
              .payee = payment->order.payee,
              .reference = payment->order.id,
              .transfers = {},
              .said = payment->order.amount,
              .sent_on = Date::parse(window.data.text_at("until")).value_or(Date{}),
              .ordered = payment->order.amount,
              .order = window.id};
    for (OrderBooking& one : booked_of_own(window, *payment)) {
      flow.booked += one.of.amount;
      flow.bookings.push_back(std::move(one.of));
    }
    // Paid from a prefund, or under a pack that kept no bookings.
    const packs::Service* service = packs::find(book.pack->services, window.service);
    const packs::StateDef* state = service ? packs::find(service->states, window.state) : nullptr;
    if (state && state->final) flow.agreed = *flow.said;
    if (flow.bookings.empty()) flow.booked = flow.agreed;
    flow.meeting = flow.booked == 0                                         ? Meeting::no_money
                   : flow.agreed == *flow.said || flow.booked == *flow.said ? Meeting::met
                                                                            : Meeting::amount;
    out.rows.push_back(std::move(flow));
  };
  const auto each = [&](const views::CaseRow& window) -> std::expected<bool, Problem> {
    if (window.parent != book.row.id || !is_agreed(window)) return true;
    add(window, true);
    add(window, false);
    return true;
  };
  BASHU_TRY_OK(each_case(call, cases_of(*book.pack, book.shape.window), each));
  return out;
}

Money tolerance_of(const packs::Pack& pack) {
  const auto found = pack.params.find("tolerance");
  const std::int64_t* fen = found == pack.params.end() ? nullptr : found->second.as_int();
  return fen ? std::max<Money>(0, *fen) : 0;
}

std::vector<bank::Booking> unmatched_of(const std::vector<PaidCase>& all,
                                        const std::string& account,
                                        const std::vector<std::vector<bank::Booking>>& statements) {
  std::map<std::pair<Date, std::string>, bank::Booking>
      queue;  // a booking may be in two statements
  for (const std::vector<bank::Booking>& statement : statements) {
    for (bank::Booking booking : statement) {
      if (booking.account != account || !take_parts(booking, all, {})) continue;
      const std::pair key{booking.day, booking.reference};
      queue.emplace(key, std::move(booking));
    }
  }
  std::vector<bank::Booking> out;
  for (auto& [key, booking] : queue) out.push_back(std::move(booking));
  return out;
}

std::expected<std::vector<bank::Booking>, Problem> unmatched_bookings(Context& context,
                                                                      const Call& call,
                                                                      const ClearingBook& book) {
  const Value* account = book.row.data.find(book.own_is_first ? "first_account" : "second_account");
  if (!account) return std::vector<bank::Booking>{};
  BASHU_TRY(const std::vector<PaidCase> all, paid_cases(context, call, book.pack));
  std::vector<std::vector<bank::Booking>> statements;
  for (const PaidCase& one : all) {
    if (one.booked.empty() || !one.row.data.find("booked")) continue;  // the other side's bank
    BASHU_TRY(const std::string text, document_text(context, one.row, "booked"));
    BASHU_TRY(std::vector<bank::Booking> bookings, bookings_in(text));
    statements.push_back(std::move(bookings));
  }
  return unmatched_of(all, account->text_at("account"), statements);
}

}  // namespace bashu::api
