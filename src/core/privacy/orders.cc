#include <algorithm>
#include <string>
#include <utility>

#include "base/try.h"
#include "core/people/people.h"
#include "core/privacy/privacy.h"
#include "core/privacy/retention.h"
#include "core/told/erase.h"
#include "core/told/members.h"

namespace bashu::core {

namespace {

constexpr std::size_t kReasonMax = 500;

// What a peer asked for, and is decided by what we order now.
const Order* asked_for(const Deciding& d, const PrivacyOrdered& order) {
  for (const auto& [number, one] : d.circle().orders) {
    if (one.order.kind == "asked" && !one.ended && one.order.from == order.from &&
        one.order.asked == order.asked) {
      return &one;
    }
  }
  return nullptr;
}

}  // namespace

Result tell_holders(Deciding& d, const PrivacyOrdered& order, const std::vector<std::string>& keys,
                    const Value& voucher) {
  for (const PartyId& party : order.told) {
    if (has_left(d, party)) {  // no answer comes, so that the order is late until somebody ends it
      raise_exception(d, {},
                      party + " holds copies and is of the circle no more: order " +
                          std::to_string(order.number) + " has to be told to it in another way");
      continue;
    }
    BASHU_TRY_OK(
        queue(d, party,
              {.kind = std::string{told::Erase::kKind},
               .body = told::vouched_for(told::write(told::Erase{.number = order.number,
                                                                 .subject = order.subject,
                                                                 .reason = order.reason,
                                                                 .cases = order.cases,
                                                                 .records = order.records,
                                                                 .keys = keys,
                                                                 .deadline = *order.until}),
                                         voucher)}));
  }
  return {};
}

bool in_force(const Order& order, Date today) {
  if (order.ended) return false;
  return order.order.kind != "hold" || !order.order.until || today <= *order.order.until;
}

bool awaits_answer(const Order& order) {
  return std::ranges::any_of(order.order.told, [&](const PartyId& party) {
    const auto it = order.answers.find(party);
    return it == order.answers.end() || !it->second.kept.empty();
  });
}

bool is_late(const Order& order, Date today) {
  return order.order.until && today > *order.order.until && awaits_answer(order);
}

Result may_order(const Deciding& d, const PrivacyOrdered& order) {
  const bool known = order.kind == "erase" || order.kind == "hold" || order.kind == "restrict";
  if (!known) return refuse(Why::order_misshapen, "kind");
  if (order.reason.empty() || order.reason.size() > kReasonMax) {
    return refuse(Why::order_misshapen, "reason");
  }
  if (order.subject.empty()) return refuse(Why::order_misshapen, "subject");
  if (order.until && *order.until < d.today()) return refuse(Why::order_misshapen, "until");
  if (order.keys.size() > kErasedKeysMax)
    return refuse(Why::too_many_keys, static_cast<std::int64_t>(kErasedKeysMax));
  // A hold may come before the values.
  if (order.keys.empty() && order.kind != "hold") return refuse(Why::nothing_to_erase);
  if (order.kind != "erase") return {};
  if (!order.from.empty() && !asked_for(d, order)) {
    return refuse(Why::no_such_order, order.asked);
  }
  for (const std::string& key : order.keys) {
    if (const Order* hold = hold_over(d, order, key)) {
      return refuse(Why::on_hold, hold->order.number, hold->order.reason);
    }
  }
  return {};
}

Result order_privacy(Deciding& d, const OrderPrivacy& command, Decision& decision) {
  BASHU_TRY(const Asker first, first_of_two(d, command.approval, command.by, command));
  BASHU_TRY_OK(may_order(d, command.order));
  PrivacyOrdered order = command.order;
  order.number = d.draft.serial(Store::kOrders, {}) + 1;
  order.by = first.principal;
  order.second = command.by.principal;
  order.on = d.today();
  if (order.kind == "erase") {
    std::erase_if(order.keys,
                  [&](const std::string& key) { return d.draft.serial(Store::kErased, key) != 0; });
    if (order.keys.empty()) return refuse(Why::nothing_to_erase);
    if (!order.until) order.until = d.today().plus_days(kAnswerDays);
    // Whoever asked knows; what it asked for is decided.
    if (order.from.empty()) order.told = holders(d, order);
    const Order* asked = order.from.empty() ? nullptr : asked_for(d, order);
    if (asked) {
      d.draft.decide(PrivacyOrderEnded{.number = asked->order.number,
                                       .outcome = "decided",
                                       .by = order.second,
                                       .on = d.today()});
    }
    BASHU_TRY_OK(tell_holders(d, order, order.keys, command.by.voucher));
  }
  decision.answer = Value::Record{{"order", order.number}, {"keys", order.keys.size()}};
  d.draft.decide(std::move(order));
  close_approval(d, command.approval, "approved", command.by);
  return {};
}

Result may_end(const Deciding& d, std::int64_t number) {
  const auto it = d.circle().orders.find(number);
  if (it == d.circle().orders.end() || it->second.order.kind == "erase") {
    return refuse(Why::no_such_order, number);
  }
  if (!in_force(it->second, d.today())) return refuse(Why::order_ended, number);
  return {};
}

Result end_order(Deciding& d, const EndOrder& command) {
  BASHU_TRY_OK(first_of_two(d, command.approval, command.by, command));
  BASHU_TRY_OK(may_end(d, command.number));
  const PrivacyOrdered order = d.circle().orders.at(command.number).order;
  d.draft.decide(PrivacyOrderEnded{
      .number = command.number, .outcome = "lifted", .by = command.by.principal, .on = d.today()});
  close_approval(d, command.approval, "approved", command.by);
  return order.kind == "asked" ? answer_erasure(d, order.from, order.asked) : Result{};
}

Result finish_erasure(Deciding& d, const FinishErasure& command) {
  const auto it = d.circle().orders.find(command.number);
  if (it == d.circle().orders.end() || it->second.order.kind != "erase" || it->second.ended) {
    return refuse(Why::no_such_order, command.number);
  }
  const PrivacyOrdered order = it->second.order;
  d.draft.decide(
      PrivacyOrderEnded{.number = order.number, .outcome = "done", .by = {}, .on = d.today()});
  if (!order.from.empty()) return answer_erasure(d, order.from, order.asked);
  // Nobody gave it: what a peer waits for may be among it.
  return order.by.empty() ? answer_what_is_gone(d) : Result{};
}

}  // namespace bashu::core
