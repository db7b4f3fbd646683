#include "api/clearing_pay.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "bank/match.h"
#include "bank/pain001.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

Problem refused(const std::string& where, const std::string& key,
                const texts::Places& places = {}) {
  return problem_of(Reject{
      .code = RejectCode::guard, .where = where, .why = {texts::title("windows." + key, places)}});
}

std::int64_t net_to(const Value& agreed, const char* side) {
  const Value* amounts = agreed.find(side);
  return amounts ? amounts->int_at("net") : 0;
}

}  // namespace

std::expected<std::map<std::string, bank::Account>, Problem> bank_accounts(
    const ClearingBook& book) {
  std::map<std::string, bank::Account> out;
  for (const auto& [party, field] :
       {std::pair{book.first(), "first_account"}, std::pair{book.second(), "second_account"}}) {
    const Value* account = book.row.data.find(field);
    if (!account) {
      return std::unexpected{refused(book.row.id, "no_account", {{"party", party}})};
    }
    out[party] = {.name = account->text_at("name"),
                  .id = account->text_at("account"),
                  .bank = account->text_at("bank")};
  }
  return out;
}

std::expected<std::vector<bank::Booking>, Problem> bookings_in(const std::string& camt053) {
  auto bookings = bank::read_camt053(camt053);
  if (bookings) return *std::move(bookings);
  return std::unexpected{problem_of(
      Reject{.code = RejectCode::form,
             .where = "with.booked",
             .why = {texts::title("windows.no_camt053", {{"what", bookings.error()}})}})};
}

std::expected<WindowPayment, Problem> payment_of(const ClearingBook& book,
                                                 const views::CaseRow& window) {
  const Value* agreed = window.data.find("agreed");
  const std::int64_t net = agreed ? net_to(*agreed, "to_first") - net_to(*agreed, "to_second") : 0;
  if (net == 0) return std::unexpected{refused(window.id, "nothing_to_pay")};
  std::string first = book.first();
  std::string second = book.second();
  auto accounts = bank_accounts(book);
  if (!accounts) return std::unexpected{accounts.error()};
  WindowPayment out{.order = {}, .accounts = *std::move(accounts)};
  if (net < 0) std::swap(first, second);
  const std::string root = agreed->text_at("root");
  out.order = {.id = bank::order_id(second, first, std::abs(net), {window.id, root}),
               .payer = second,
               .payee = first,
               .amount = std::abs(net),
               .about = window.id + " " + root.substr(0, 23)};
  return out;
}

std::expected<Date, Problem> booked_on(const WindowPayment& payment, const std::string& camt053) {
  const auto bookings = bookings_in(camt053);
  if (!bookings) return std::unexpected{bookings.error()};
  const bank::Matched matched = bank::match({payment.order}, *bookings, payment.accounts, 0);
  if (matched.matches.empty() || !matched.unpaid.empty()) {
    return std::unexpected{
        refused("with.booked", "not_booked",
                {{"amount", bank::decimal(payment.order.amount)}, {"order", payment.order.id}})};
  }
  Date day;
  for (const bank::Booking& booking : *bookings) {
    const auto& names = matched.matches.front().bookings;
    if (std::ranges::find(names, booking.reference) != names.end())
      day = std::max(day, booking.day);
  }
  return day;
}

}  // namespace bashu::api
