#include "api/clearing_flows.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/case_pages.h"
#include "base/try.h"

namespace bashu::api {

namespace {

constexpr int kPage = 1'000;

using ByReference = std::map<std::string, Flow>;  // by transfers::claim_id

Flow& flow_at(ByReference& flows, const std::string& payer, const std::string& payee,
              const std::string& reference) {
  Flow& flow = flows[transfers::claim_id(payer, reference)];
  flow.payer = payer;
  flow.payee = payee;
  flow.reference = reference;
  return flow;
}

std::expected<void, Problem> add_sheets(Context& context, const Call& call,
                                        const ClearingBook& book, ByReference& flows) {
  return each_sent(context, call, book, [&](SentTransfer sent) {
    const transfers::Sheet& sheet = sent.sheet;
    Flow& flow = flow_at(flows, sheet.payer, sheet.payee, sheet.reference);
    flow.sent_on = flow.said ? std::max(flow.sent_on, sheet.day) : sheet.day;
    flow.said = flow.said.value_or(0) + sheet.amount;
    flow.transfers.push_back(std::move(sent));
    return true;
  });
}

std::expected<void, Problem> add_receipts(Context& context, const Call& call,
                                          const ClearingBook& book, ByReference& flows) {
  const auto held = hold_ledger(context, call, book);
  if (!held) return std::unexpected{held.error()};
  for (const windows::Ledger::Flow& one : (*held)->ledger->flows()) {
    Flow& flow = flow_at(flows, one.of.payer, one.of.payee, one.of.reference);
    flow.booked = one.of.known.booked;
    flow.agreed = one.agreed;
    for (const transfers::Receipt& receipt : one.of.receipts) {
      flow.bookings.push_back(
          {.on = receipt.day, .amount = receipt.amount, .bank = receipt.booking});
    }
  }
  return {};
}

std::expected<std::map<std::string, OrderedRow>, Problem> ordered_in(const Call& call,
                                                                     const ClearingBook& book) {
  std::map<std::string, OrderedRow> out;
  if (book.shape.ordered.empty()) return out;
  views::RecordFilter filter{.reg = book.pack->name + "/" + book.shape.ordered,
                             .key = {},
                             .prefix = {},
                             .as_of = {},
                             .page = {.after = {}, .limit = kPage}};
  do {
    auto listed = call.views->records(filter);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (const views::RecordRow& row : listed->rows) {
      out[row.fields.text_at("transfer")] = {.reference = row.fields.text_at("reference"),
                                             .amount = row.fields.int_at("amount")};
    }
    filter.page.after = listed->next;
  } while (!filter.page.after.empty());
  return out;
}

// Money out: what our bank booked of our orders, else what the other side's did, as both agreed.
void add_orders(const ClearingBook& book, const std::map<std::string, OrderedRow>& ordered,
                const std::vector<views::CaseRow>& orders, ByReference& flows) {
  const std::string& own = book.own();
  for (auto& [id, flow] : flows) {
    if (flow.payer != own) continue;
    for (const SentTransfer& sent : flow.transfers) {
      const auto row = ordered.find(sent.row.id);
      if (row != ordered.end()) flow.ordered += row->second.amount;
    }
  }
  const packs::Service* service = packs::find(book.pack->services, book.shape.order);
  for (const views::CaseRow& order : orders) {
    const packs::StateDef* state = service ? packs::find(service->states, order.state) : nullptr;
    if (state && state->final && !order.data.find("checked")) continue;  // withdrawn
    const Value* payments = order.data.find("payments");
    const Value::List none;
    for (const Value& one : payments && payments->as_list() ? *payments->as_list() : none) {
      const auto flow = flows.find(transfers::claim_id(own, one.text_at("reference")));
      if (flow != flows.end() && flow->second.order.empty()) flow->second.order.assign(order.id);
    }
    for (OrderBooking& booking : bookings_of(order)) {
      Flow& flow = flow_at(flows, own, book.other(), booking.reference);
      flow.booked += booking.of.amount;
      flow.bookings.push_back(std::move(booking.of));
    }
  }
  for (auto& [id, flow] : flows) {
    if (flow.payer == own && flow.bookings.empty()) flow.booked = flow.agreed;
  }
}

Meeting meeting_of(const Flow& flow) {
  if (!flow.said) return Meeting::no_sheet;
  if (flow.booked == 0) return Meeting::no_money;
  return flow.booked == *flow.said ? Meeting::met : Meeting::amount;
}

}  // namespace

const char* meeting_name(Meeting meeting) {
  constexpr std::array<const char*, 4> kNames{"met", "no_money", "no_sheet", "amount"};
  return kNames[static_cast<std::size_t>(meeting)];
}

std::optional<std::int64_t> Flow::days() const {
  if (!said || bookings.empty()) return std::nullopt;
  return bookings.back().on.days() - sent_on.days();
}

std::expected<Flows, Problem> flows_of(Context& context, const Call& call,
                                       const ClearingBook& book) {
  ByReference flows;
  BASHU_TRY_OK(add_sheets(context, call, book, flows));
  BASHU_TRY_OK(add_receipts(context, call, book, flows));
  Flows out;
  BASHU_TRY(out.ordered, ordered_in(call, book));
  BASHU_TRY(out.orders, orders_of(call, book));
  add_orders(book, out.ordered, out.orders, flows);
  for (auto& [id, flow] : flows) {
    if (!flow.said && flow.booked == 0) continue;
    std::ranges::stable_sort(flow.bookings, {}, &FlowBooking::on);
    flow.meeting = meeting_of(flow);
    out.rows.push_back(std::move(flow));
  }
  return out;
}

std::expected<std::vector<views::CaseRow>, Problem> orders_of(const Call& call,
                                                              const ClearingBook& book) {
  if (book.shape.order.empty()) return std::vector<views::CaseRow>{};
  views::CaseFilter orders = cases_of(*book.pack, book.shape.order);
  orders.equal = {{"book", Value{book.row.id}}};
  return all_cases(call, std::move(orders));
}

std::vector<OrderBooking> bookings_of(const views::CaseRow& order) {
  std::vector<OrderBooking> out;
  const Value* list = order.data.find("bookings");
  const Value::List none;
  for (const Value& one : list && list->as_list() ? *list->as_list() : none) {
    out.push_back({.reference = one.text_at("reference"),
                   .of = {.on = Date::parse(one.text_at("day")).value_or(Date{}),
                          .amount = one.int_at("amount"),
                          .bank = one.text_at("bank")}});
  }
  return out;
}

Value bookings_value(const std::vector<OrderBooking>& bookings) {
  Value::List out;
  for (const auto& [reference, of] : bookings) {
    out.push_back(Value::Record{
        {"reference", reference}, {"day", of.on.text()}, {"amount", of.amount}, {"bank", of.bank}});
  }
  return out;
}

}  // namespace bashu::api
