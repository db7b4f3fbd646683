#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/try.h"
#include "core/privacy/made_by.h"
#include "core/privacy/privacy.h"
#include "core/told/erase.h"
#include "core/told/members.h"

namespace bashu::core {

namespace {

std::size_t open_of(const Deciding& d, const PartyId& party) {
  return static_cast<std::size_t>(std::ranges::count_if(d.circle().orders, [&](const auto& one) {
    const Order& order = one.second;
    return order.order.kind == "asked" && !order.ended && order.order.from == party;
  }));
}

bool known(const Deciding& d, const PartyId& from, std::int64_t asked) {
  return std::ranges::any_of(d.circle().orders, [&](const auto& one) {
    return one.second.order.from == from && one.second.order.asked == asked;
  });
}

// Whoever made a key speaks for what it seals, as far as no hold stands over it. While there are
// holds, what stands elsewhere than its sender says is for people: it may be what is held.
bool may_order_key(const Deciding& d, const PrivacyOrdered& order, const std::string& key) {
  if (!made_by(key, order.from) || hold_over(d, order, key)) return false;
  const bool holds = std::ranges::any_of(d.circle().orders, [&](const auto& one) {
    return one.second.order.kind == "hold" && in_force(one.second, d.today());
  });
  return !holds || stands_in(d, order, key);
}

void decide_numbered(Deciding& d, PrivacyOrdered order) {
  order.number = d.draft.serial(Store::kOrders, {}) + 1;
  d.draft.decide(std::move(order));
}

}  // namespace

Result take_erase(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(told::Erase told, told::read_erase(message.body));
  if (told.keys.size() > kErasedKeysMax || open_of(d, message.from) >= kAskedMax) {
    return told::hold("quota", "more erasures than are decided here");
  }
  if (known(d, message.from, told.number)) {
    return told::hold("number", "order " + std::to_string(told.number) + " came before");
  }
  PrivacyOrdered asked{.number = 0,
                       .kind = "asked",
                       .subject = std::move(told.subject),
                       .reason = std::move(told.reason),
                       .cases = std::move(told.cases),
                       .records = std::move(told.records),
                       .keys = {},
                       .from = message.from,
                       .asked = told.number,
                       .told = {},
                       .until = told.deadline,
                       .by = {},
                       .second = {},
                       .on = d.today()};
  PrivacyOrdered erase = asked;
  erase.kind = "erase";
  for (std::string& key : told.keys) {
    if (d.draft.serial(Store::kErased, key) != 0) continue;
    (may_order_key(d, asked, key) ? erase : asked).keys.push_back(std::move(key));
  }
  const bool waits = !asked.keys.empty();
  if (waits) {
    raise_exception(d, {},
                    message.from + " asks to erase values of " + asked.subject + " until " +
                        asked.until->text() + ": `bashu privacy list` shows what waits");
    decide_numbered(d, std::move(asked));
  }
  if (!erase.keys.empty()) {
    decide_numbered(d, std::move(erase));
    return {};  // answered when the keys are gone
  }
  return answer_erasure(d, message.from, told.number);
}

Result answer_erasure(Deciding& d, const PartyId& from, std::int64_t asked) {
  told::Erased receipt{.number = asked, .on = d.today(), .kept = {}, .reason = {}};
  for (const auto& [number, one] : d.circle().orders) {
    const PrivacyOrdered& order = one.order;
    if (order.kind != "asked" || order.from != from || order.asked != asked) continue;
    const bool refused = one.ended && one.ended->outcome == "lifted";
    if (one.ended && !refused) continue;
    receipt.reason = refused ? "refused" : "undecided";
    for (const std::string& key : order.keys) {
      if (!refused && hold_over(d, order, key)) receipt.reason = "hold";
      receipt.kept.push_back(key);
    }
  }
  return queue(d, from, {.kind = std::string{told::Erased::kKind}, .body = told::write(receipt)});
}

Result take_erased(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(told::Erased told, told::read_erased(message.body));
  const auto it = d.circle().orders.find(told.number);
  if (it == d.circle().orders.end() || it->second.order.kind != "erase" ||
      std::ranges::find(it->second.order.told, message.from) == it->second.order.told.end()) {
    return told::hold("number", "no order " + std::to_string(told.number) + " was sent there");
  }
  const auto& keys = it->second.order.keys;
  const bool ours = std::ranges::all_of(told.kept, [&](const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
  });
  if (!ours || told.kept.empty() != told.reason.empty()) {
    return told::hold("shape", "a receipt names keys of its order, and why they are kept");
  }
  d.draft.decide(ErasureAnswered{.number = told.number,
                                 .party = message.from,
                                 .kept = std::move(told.kept),
                                 .reason = std::move(told.reason),
                                 .on = d.today()});
  return {};
}

}  // namespace bashu::core
