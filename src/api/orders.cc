// Orders about personal values: two people give them, docs/formats/privacy.md.

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/approvals.h"
#include "api/handlers.h"
#include "api/reading.h"
#include "api/subjects.h"
#include "backup/backup.h"
#include "base/json.h"
#include "core/privacy/privacy.h"
#include "core/privacy/retention.h"

namespace bashu::api {

namespace {

// Of a party that was told: answered, or late.
Value::List answers_value(const core::Order& order, Date today) {
  Value::List list;
  for (const core::PartyId& party : order.order.told) {
    const auto it = order.answers.find(party);
    const bool whole = it != order.answers.end() && it->second.kept.empty();
    Value::Record one{{"party", party},
                      {"late", !whole && order.order.until && today > *order.order.until}};
    if (it != order.answers.end()) {
      one["on"] = it->second.on.text();
      one["kept"] = list_of(it->second.kept);
      if (!it->second.reason.empty()) one["reason"] = it->second.reason;
    }
    list.push_back(std::move(one));
  }
  return list;
}

std::string standing_of(const core::Order& order, Date today) {
  const core::PrivacyOrdered& what = order.order;
  if (what.kind == "erase") {
    if (!order.ended) return "erasing";
    return core::is_late(order, today)  ? "late"
           : core::awaits_answer(order) ? "erased here"
                                        : "erased";
  }
  if (order.ended) return order.ended->outcome;
  if (what.kind == "asked") return "undecided";
  return core::in_force(order, today) ? "in force" : "over";
}

// Those from this number on, at most so many: each may name thousands of keys.
core::Orders orders_from(node::Node& node, std::int64_t number, std::size_t most) {
  core::Orders orders;
  node.query([&](const core::State& state) {
    const core::Orders& all = state.circle().orders;
    for (auto it = all.lower_bound(number); it != all.end() && orders.size() < most; ++it) {
      orders.insert(*it);
    }
  });
  return orders;
}

// What a peer asked for and nobody has decided yet.
std::expected<core::PrivacyOrdered, Problem> asked_order(Context& context, std::int64_t number) {
  const core::Orders found = orders_from(context.node, number, 1);
  const auto it = found.find(number);
  if (it == found.end() || it->second.order.kind != "asked" || it->second.ended) {
    return std::unexpected{not_found()};
  }
  core::PrivacyOrdered order = it->second.order;
  order.kind = "erase";
  order.number = 0;
  order.on = {};
  order.until.reset();
  return order;
}

std::expected<core::PrivacyOrdered, Problem> about_subject(Context& context, const Call& call,
                                                           const Value& body) {
  const auto told = text_member(body, "subject");
  if (!told) return std::unexpected{told.error()};
  const auto subject = find_subject(context, call, *told);
  if (!subject) return std::unexpected{subject.error()};
  core::PrivacyOrdered order;
  order.subject = subject->name;
  order.cases = subject->cases();
  order.records = subject->records();
  order.keys = subject->keys(context.node.vault());
  return order;
}

}  // namespace

core::Orders orders_of(node::Node& node) {
  core::Orders orders;
  node.query([&](const core::State& state) { orders = state.circle().orders; });
  return orders;
}

Value order_value(const core::Order& order, Date today) {
  const core::PrivacyOrdered& what = order.order;
  Value::Record one{{"order", what.number},
                    {"kind", what.kind},
                    {"subject", what.subject},
                    {"reason", what.reason},
                    {"standing", standing_of(order, today)},
                    {"cases", list_of(what.cases)},
                    {"records", list_of(what.records)},
                    {"keys", what.keys.size()},
                    {"on", what.on.text()}};
  if (!what.by.empty()) one["by"] = what.by;
  if (!what.second.empty()) one["second"] = what.second;
  if (what.until) one["until"] = what.until->text();
  if (!what.from.empty()) {
    one["from"] = what.from;
    one["asked"] = what.asked;
  }
  if (order.ended) {
    one["ended"] = Value::Record{{"on", order.ended->on.text()}, {"by", order.ended->by}};
  }
  if (!what.told.empty()) one["answers"] = answers_value(order, today);
  return one;
}

namespace {

// What goes next because its time is over. Every case and record is looked at, a thousand at a
// time, so that no decision waits for it longer than for another decision.
void write_due(Context& context, Value::Record& answer) {
  constexpr std::size_t kShownMax = 200, kLookMax = 1'000;
  core::RetentionSearch search;
  for (bool more = true; more;) {
    context.node.query([&](const core::State& state) { more = search.look(state, kLookMax); });
  }
  const std::vector<core::Retained> all = search.found();
  Value::List list;
  for (const core::Retained& one : all) {
    if (list.size() == kShownMax) break;
    list.push_back(Value::Record{{"cases", list_of(one.cases)},
                                 {"records", list_of(one.records)},
                                 {"pack", one.pack},
                                 {"service", one.service},
                                 {"due", one.due.text()},
                                 {"reason", one.reason},
                                 {"keys", one.keys.size()}});
  }
  answer["due"] = std::move(list);
  answer["due_in_all"] = all.size();
}

}  // namespace

Result list_orders(Context& context, const Call& call) {
  if (auto problem = needs_admin_or_audit(call)) return std::unexpected{std::move(*problem)};
  constexpr std::uint64_t kOrdersMax = 200;
  const Date today = context.node.clock().today();
  const auto from = number_parameter(call, "from");
  const auto most = std::clamp<std::uint64_t>(number_parameter(call, "limit").value_or(kOrdersMax),
                                              1, kOrdersMax);
  core::Orders orders = orders_from(context.node, static_cast<std::int64_t>(from.value_or(0)),
                                    static_cast<std::size_t>(most) + 1);
  Value::Record answer;
  if (orders.size() > most) {
    answer["next"] = orders.rbegin()->first;
    orders.erase(std::prev(orders.end()));
  }
  Value::List list;
  for (const auto& [number, order] : orders) list.push_back(order_value(order, today));
  answer["orders"] = std::move(list);
  // A key that was destroyed since then is in that backup until the next one takes its place.
  if (const auto last = backup::last_backup(context.dir)) answer["backup_ms"] = last->made_ms;
  if (!from) write_due(context, answer);
  return json_response(std::move(answer));
}

Prepared order_privacy(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  auto body = json_body(call, {"kind", "subject", "reason", "until", "asked"});
  if (!body) return std::unexpected{body.error()};
  const auto kind = text_member(*body, "kind");
  const auto reason = text_member(*body, "reason");
  for (const auto* text : {&kind, &reason}) {
    if (!*text) return std::unexpected{text->error()};
  }
  const Value* until = body->find("until");
  const auto day = until && until->as_text() ? Date::parse(*until->as_text()) : std::nullopt;
  if (until && !day) {
    return std::unexpected{malformed("until", "A day is expected.", "应为日期。")};
  }
  auto order = body->find("asked") ? asked_order(context, body->int_at("asked"))
                                   : about_subject(context, call, *body);
  if (!order) return std::unexpected{order.error()};
  if (!order->from.empty() && *kind != "erase") {
    return std::unexpected{malformed("kind", "What a peer asked for is erased, or ended.",
                                     "对方的请求只能删除或终止。")};
  }
  order->kind = *kind;
  order->reason = *reason;
  order->until = day;
  // The number of a person stays out of the journal, and what could be tried against it too.
  body->as_record()->insert_or_assign("subject", order->subject);
  Call told = call;
  told.request.body = canonical_json(*body);
  return ask_or_sign(context, told,
                     core::OrderPrivacy{.by = {}, .order = std::move(*order), .approval = 0},
                     std::move(*body));
}

Prepared end_order(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  auto body = json_body(call, {"reason"});
  if (!body) return std::unexpected{body.error()};
  const auto reason = text_member(*body, "reason");
  if (!reason) return std::unexpected{reason.error()};
  const auto number = positive(call.part("number"));
  if (!number) return std::unexpected{not_found()};
  return ask_or_sign(context, call,
                     core::EndOrder{.by = {}, .number = *number, .reason = *reason, .approval = 0},
                     std::move(*body));
}

}  // namespace bashu::api
