// What clearing hands out as files: the differences for a spreadsheet, a closed window's statement
// as whoever nets many takes it, and its payment as a bank does.

#include <string>
#include <utility>

#include "api/clearing_books.h"
#include "api/clearing_netting.h"
#include "api/clearing_orders.h"
#include "api/clearing_pay.h"
#include "api/clearing_refusal.h"
#include "api/clearing_views.h"
#include "api/handlers.h"
#include "bank/pain001.h"
#include "base/csv.h"
#include "node/node.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr const char* kAmounts[] = {"gross", "discount", "relief", "refused", "fee", "net"};

// On its own day, once two people have signed it.
Result print_share_order(const FoundShare& found) {
  const auto on = Date::parse(found.share.data.text_at("pay_on"));
  if (!found.share.data.bool_at("signed") || !on || !payer_awaited(*found.pack, found.share)) {
    return std::unexpected{refused(found.share.id, "order_not_signed")};
  }
  const auto payment = payment_of_share(found.membership, found.share);
  if (!payment) return std::unexpected{payment.error()};
  return file_response("application/xml", "pain001.xml",
                       bank::pain001({payment->order}, payment->accounts, *on));
}

}  // namespace

http::Response file_response(const char* media, const char* name, std::string text) {
  auto response = http::text_response(200, media, std::move(text));
  response.headers.push_back(
      {"Content-Disposition", std::string{"attachment; filename=\""} + name + '"'});
  return response;
}

Result print_window_differences(Context& context, const Call& call) {
  const auto found = find_window(context, call, Sight::audited);
  if (!found) return std::unexpected{found.error()};
  if (auto told = account_for_audit(context, call, found->book.sight,
                                    found->window.id + "/differences.csv");
      !told) {
    return std::unexpected{told.error()};
  }
  const std::string sides[] = {found->book.first(), found->book.second()};
  const auto word = [&](const std::string& key) {
    return texts::text(call.language, "windows." + key);
  };
  std::string out = kByteOrderMark + csv_cell(word("line")) + ',' + csv_cell(word("kind"));
  for (const std::string& side : sides) {
    for (const char* name : {"day", "of", "evidence", "state"}) {
      out += ',' + csv_cell(side + " " + word(name));
    }
    for (const char* name : kAmounts) out += ',' + csv_cell(side + " " + word(name));
  }
  out += "\r\n";
  for (const clearing::Difference& one : found->differences) {
    out += csv_cell(clearing::name_of(one)) + ',' +
           csv_cell(texts::text(call.language, kind_key(found->book, one)));
    for (const auto* entry : {&one.here, &one.there}) {
      if (!*entry) {
        out += std::string(4 + std::size(kAmounts), ',');
        continue;
      }
      const Value value = clearing::to_value(**entry);
      out += ',' + (*entry)->day.text() + ',' + csv_cell((*entry)->of) + ',' +
             csv_cell((*entry)->first + ((*entry)->last.empty() ? "" : " " + (*entry)->last)) +
             ',' + csv_cell((*entry)->state);
      for (const char* name : kAmounts) out += ',' + clearing::yuan(value.int_at(name));
    }
    out += "\r\n";
  }
  return file_response("text/csv; charset=utf-8", "differences.csv", std::move(out));
}

Result print_window_order(Context& context, const Call& call) {
  auto of_transfers = order_file(context, call, call.part("id"));
  if (!of_transfers) return std::unexpected{of_transfers.error()};
  if (*of_transfers)
    return file_response("application/xml", "pain001.xml", **std::move(of_transfers));
  const auto share = find_share(context, call, call.part("id"));
  if (!share) return std::unexpected{share.error()};
  if (*share) return print_share_order(**share);
  const auto found = find_window(context, call, Sight::full);
  if (!found) return std::unexpected{found.error()};
  const auto on = date_parameter(call, "on");
  if (!on) {
    return std::unexpected{
        malformed("on", "The day of the payment: on=2026-04-08.", "应为付款日：on=2026-04-08。")};
  }
  const auto payment = payment_of(found->book, found->window);
  if (!payment) return std::unexpected{payment.error()};
  if (const Date today = context.node.clock().today(); *on < today) {
    return std::unexpected{wrong_at("on", "on_before", {{"today", today.text()}})};
  }
  return file_response("application/xml", "pain001.xml",
                       bank::pain001({payment->order}, payment->accounts, *on));
}

Result print_window_statement(Context& context, const Call& call) {
  const auto found = find_window(context, call, Sight::audited);
  if (!found) return std::unexpected{found.error()};
  const auto held = hold_ledger(context, call, found->book);
  if (!held) return std::unexpected{held.error()};
  const auto closed = (*held)->statements.find(found->window.id);
  if (closed == (*held)->statements.end()) {
    return std::unexpected{refused(found->window.id, "not_agreed")};
  }
  if (auto told =
          account_for_audit(context, call, found->book.sight, found->window.id + "/statement");
      !told) {
    return std::unexpected{told.error()};
  }
  return file_response("application/json", "statement.json", closed->second);
}

}  // namespace bashu::api
