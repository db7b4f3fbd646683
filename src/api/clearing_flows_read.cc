// Information and money of a book side by side: rows, totals, how long the money takes, the payment
// orders, and what a bank booked that nobody knows.

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "api/clearing_orders.h"
#include "api/clearing_pay.h"
#include "api/clearing_views.h"
#include "api/handlers.h"
#include "api/reading.h"
#include "base/csv.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::array kMeetings{Meeting::met, Meeting::no_money, Meeting::no_sheet, Meeting::amount};
constexpr std::size_t kOrdersShown = 50;

std::string title_of(const Call& call, Meeting meeting) {
  return texts::text(call.language, std::string{"windows.flow_"} + meeting_name(meeting));
}

struct Read {
  ClearingBook book;
  Flows all;
  std::vector<const Flow*> shown;  // of the kind asked for
};
std::expected<Read, Problem> read_flows(Context& context, const Call& call) {
  auto book = find_book(context, call, call.part("id"));
  if (!book) return std::unexpected{book.error()};
  const std::string kind = call.parameter("kind");
  if (!kind.empty() && std::ranges::find(kMeetings, kind, meeting_name) == kMeetings.end()) {
    return std::unexpected{malformed("kind", "met, no_money, no_sheet or amount is expected.",
                                     "应为 met、no_money、no_sheet 或 amount。")};
  }
  auto flows =
      clears_transfers(*book) ? flows_of(context, call, *book) : flows_of_windows(call, *book);
  if (!flows) return std::unexpected{flows.error()};
  Read out{.book = *std::move(book), .all = *std::move(flows), .shown = {}};
  for (const Flow& flow : out.all.rows) {
    if (kind.empty() || kind == meeting_name(flow.meeting)) out.shown.push_back(&flow);
  }
  return out;
}

// Whom a transfer is of, as the asker sees it elsewhere: the first member that is a pseudonym.
std::string person_of(const SentTransfer& sent, Reader& reader) {
  const packs::Service* service = packs::find(sent.pack->services, sent.row.service);
  for (const packs::Member& field : service ? service->fields : std::vector<packs::Member>{}) {
    const Value* value = sent.row.data.find(field.name);
    if (field.type->cls != packs::Class::token || !value) continue;
    const Value shown = reveal(reader, {field}, Value::Record{{field.name, *value}}, sent.row.id);
    return shown.text_at(field.name);
  }
  return {};
}

// The months of the lines of its sheet, if the pack counts them.
std::optional<std::int64_t> months_of(const SentTransfer& sent) {
  const packs::Service* service = packs::find(sent.pack->services, sent.row.service);
  std::optional<std::int64_t> out;
  for (const packs::Member& field : service ? service->fields : std::vector<packs::Member>{}) {
    const Value* lines = sent.row.data.find(field.name);
    if (!lines || !lines->as_list() || !field.type->element ||
        !field.type->element->member("months")) {
      continue;
    }
    out = 0;
    for (const Value& line : *lines->as_list()) *out += line.int_at("months");
  }
  return out;
}

Value transfer_value(const SentTransfer& sent, Onlooker& onlooker, const std::string& language) {
  Value::Record out{{"amount", sent.sheet.amount}, {"sent_on", sent.sheet.day.text()}};
  const Sight sight = onlooker.sight_of(sent.row);
  if (sight == Sight::none) return out;
  Reader reader = onlooker.reader(sight);
  reader.personal = false;  // pseudonyms only
  out["case"] = sent.row.id;
  out["person"] = person_of(sent, reader);
  if (const auto months = months_of(sent)) out["months"] = *months;
  const packs::Service* service = packs::find(sent.pack->services, sent.row.service);
  const packs::StateDef* state = service ? packs::find(service->states, sent.row.state) : nullptr;
  out["state_title"] = state ? in_language(state->title, language) : sent.row.state;
  if (const Value* met = sent.row.data.find("met_in")) out["met_in"] = *met;
  return out;
}

Value flow_value(const Flow& flow, Onlooker& onlooker, const Call& call) {
  Value::List transfers, bookings;
  for (const SentTransfer& one : flow.transfers) {
    transfers.push_back(transfer_value(one, onlooker, call.language));
  }
  for (const FlowBooking& one : flow.bookings) {
    bookings.push_back(
        Value::Record{{"on", one.on.text()}, {"amount", one.amount}, {"bank", one.bank}});
  }
  Value::Record out{{"reference", flow.reference},
                    {"payer", flow.payer},
                    {"payee", flow.payee},
                    {"kind", meeting_name(flow.meeting)},
                    {"kind_title", title_of(call, flow.meeting)},
                    {"transfers", std::move(transfers)},
                    {"bookings", std::move(bookings)},
                    {"booked", flow.booked},
                    {"ordered", flow.ordered},
                    {"agreed", flow.agreed}};
  if (flow.said) {
    out["said"] = *flow.said;
    out["sent_on"] = flow.sent_on.text();
  }
  if (!flow.order.empty()) out["order"] = flow.order;
  if (const auto days = flow.days()) out["days"] = *days;
  return out;
}

Value totals_of(const std::vector<Flow>& flows, const Call& call) {
  Value::List out;
  for (const Meeting meeting : kMeetings) {
    std::int64_t count = 0;
    Money said = 0, booked = 0;
    for (const Flow& flow : flows) {
      if (flow.meeting != meeting) continue;
      ++count;
      said += flow.said.value_or(0);
      booked += flow.booked;
    }
    out.push_back(Value::Record{{"kind", meeting_name(meeting)},
                                {"kind_title", title_of(call, meeting)},
                                {"count", count},
                                {"said", said},
                                {"booked", booked}});
  }
  return out;
}

// How many took so many days from the sheet to the last booking, in order of days.
Value lags_of(const std::vector<Flow>& flows) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const Flow& flow : flows) {
    if (const auto days = flow.days()) ++counts[*days];
  }
  Value::List out;
  for (const auto& [days, count] : counts) {
    out.push_back(Value::Record{{"days", days}, {"count", count}});
  }
  return out;
}

Value order_value(const views::CaseRow& row, const packs::Pack& pack, const std::string& language) {
  Value::Record out{{"case", row.id}, {"state", row.state}};
  const packs::Service* service = packs::find(pack.services, row.service);
  if (const packs::StateDef* state = service ? packs::find(service->states, row.state) : nullptr) {
    out["state_title"] = in_language(state->title, language);
  }
  const Value* payments = row.data.find("payments");
  out["count"] = payments && payments->as_list() ? payments->as_list()->size() : 0;
  out["signed"] = row.data.find("checked") != nullptr;
  for (const char* field : {"pay_on", "sum", "paid_on", "unpaid"}) {
    if (const Value* value = row.data.find(field)) out[field] = *value;
  }
  return out;
}

void add_orders(const Call& call, const Read& read, Value::Record& out) {
  Money sum = 0;
  std::size_t count = 0;
  for (const DuePayment& one : payments_due(read.book, read.all)) {
    sum += one.amount;
    ++count;
  }
  for (const Flow& one : read.all.rows) {
    const bool of_window = !clears_transfers(read.book) && one.meeting == Meeting::no_money;
    if (!of_window || one.payer != read.book.own()) continue;
    sum += *one.said;
    ++count;
  }
  Value::List list;
  for (const views::CaseRow& row : read.all.orders) {
    if (list.size() < kOrdersShown) {
      list.push_back(order_value(row, *read.book.pack, call.language));
    }
  }
  out["due"] = Value::Record{{"count", count}, {"sum", sum}};
  out["orders"] = std::move(list);
}

Value booking_value(const bank::Booking& booking) {
  Value::List named;
  std::string counterparty;
  for (const bank::Detail& one : booking.details) {
    if (!one.order.empty()) named.push_back(one.order);
    if (counterparty.empty()) counterparty = one.counterparty;
  }
  return Value::Record{{"bank", booking.reference},
                       {"on", booking.day.text()},
                       {"amount", booking.amount},
                       {"named", std::move(named)},
                       {"counterparty", counterparty}};
}

}  // namespace

Result list_flows(Context& context, const Call& call) {
  const auto read = read_flows(context, call);
  if (!read) return std::unexpected{read.error()};
  const std::size_t from = number_parameter(call, "from").value_or(0);
  const std::size_t most = number_parameter(call, "limit").value_or(100);
  Onlooker onlooker{context, call};
  Value::List rows;
  for (std::size_t i = from; i < read->shown.size() && rows.size() < most; ++i) {
    rows.push_back(flow_value(*read->shown[i], onlooker, call));
  }
  auto book = book_value(context, call, read->book, {});
  if (!book) return std::unexpected{book.error()};
  Value::Record out{{"book", *std::move(book)},
                    {"rows", std::move(rows)},
                    {"from", from},
                    {"count", read->shown.size()},
                    {"totals", totals_of(read->all.rows, call)},
                    {"lags", lags_of(read->all.rows)}};
  add_orders(call, *read, out);
  const auto unmatched = unmatched_bookings(context, call, read->book);
  if (!unmatched) return std::unexpected{unmatched.error()};
  Value::List queue;
  for (const bank::Booking& one : *unmatched) queue.push_back(booking_value(one));
  out["unmatched"] = std::move(queue);
  return json_response(std::move(out));
}

Result print_flows(Context& context, const Call& call) {
  const auto read = read_flows(context, call);
  if (!read) return std::unexpected{read.error()};
  Onlooker onlooker{context, call};
  std::string out = kByteOrderMark;
  for (const char* name :
       {"reference", "payer", "payee", "meeting", "transfers", "persons", "months", "sent_on",
        "said", "ordered", "booked_on", "booked", "bank", "days", "agreed"}) {
    out += (out.size() > 3 ? "," : "") +
           csv_cell(texts::text(call.language, std::string{"windows.flow_"} + name));
  }
  out += "\r\n";
  for (const Flow* flow : read->shown) {
    std::string cases, persons, banks;
    std::optional<std::int64_t> months;
    const auto join = [](std::string& to, const std::string& more) {
      if (!more.empty()) to += (to.empty() ? "" : " ") + more;
    };
    for (const SentTransfer& one : flow->transfers) {
      const Value value = transfer_value(one, onlooker, call.language);
      join(cases, value.text_at("case"));
      join(persons, value.text_at("person"));
      if (const Value* some = value.find("months")) months = months.value_or(0) + *some->as_int();
    }
    for (const FlowBooking& one : flow->bookings) join(banks, one.bank);
    const auto number = [](const std::optional<std::int64_t>& one) {
      return one ? std::to_string(*one) : "";
    };
    out += csv_cell(flow->reference) + ',' + csv_cell(flow->payer) + ',' + csv_cell(flow->payee) +
           ',' + csv_cell(title_of(call, flow->meeting)) + ',' + csv_cell(cases) + ',' +
           csv_cell(persons) + ',' + number(months) + ',' +
           (flow->said ? flow->sent_on.text() + ',' + clearing::yuan(*flow->said) : ",") + ',' +
           clearing::yuan(flow->ordered) + ',' +
           (flow->bookings.empty() ? "" : flow->bookings.back().on.text()) + ',' +
           clearing::yuan(flow->booked) + ',' + csv_cell(banks) + ',' + number(flow->days()) + ',' +
           clearing::yuan(flow->agreed) + "\r\n";
  }
  return file_response("text/csv; charset=utf-8", "flows.csv", std::move(out));
}

}  // namespace bashu::api
