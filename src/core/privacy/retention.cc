#include "core/privacy/retention.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "base/try.h"
#include "core/privacy/privacy.h"
#include "packs/months.h"
#include "packs/retention.h"

namespace bashu::core {

namespace {

// What is known of a key: where it stands, and until when it is kept there.
struct Kept {
  Date due;
  const packs::Retention* why = nullptr;  // nullptr: for good
  const Case* ends = nullptr;             // with this one
  std::vector<CaseId> cases;
};
using Keys = std::map<std::string, Kept, std::less<>>;
using Classes = std::map<packs::Class, packs::Retention>;

template <typename Visit>
void each_key(const Value& value, const Visit& visit) {
  if (const Value::List* list = value.as_list()) {
    for (const Value& one : *list) each_key(one, visit);
  }
  const Value::Record* record = value.as_record();
  if (!record) return;
  if (const std::string key = value.text_at("dek"); !key.empty()) visit(key);
  for (const auto& [name, member] : *record) each_key(member, visit);
}

struct Ended {  // a case, by the pack it belongs to
  const Case& c;
  const packs::Service& service;
  const Classes& classes;
};

// Of two values under one key the one that is kept longer counts.
void take_up(Keys& keys, const Ended& of) {
  for (const packs::Member& field : of.service.fields) {
    const Value* value = of.c.data.find(field.name);
    if (!value) continue;
    const auto rule = of.classes.find(field.type->cls);
    const packs::Retention* why = rule == of.classes.end() ? nullptr : &rule->second;
    const auto due = why ? packs::months_on(of.c.since, why->months) : std::nullopt;
    each_key(*value, [&](const std::string& key) {
      const auto [it, first] = keys.try_emplace(key);
      Kept& kept = it->second;
      if (kept.cases.empty() || kept.cases.back() != of.c.id) kept.cases.push_back(of.c.id);
      if (!first && (!kept.why || (due && *due <= kept.due))) return;
      kept.why = due ? why : nullptr;
      kept.due = due.value_or(Date{});
      kept.ends = &of.c;
    });
  }
}

// A value that was copied whole stands elsewhere too: then it is kept as long as it is there.
void keep(Keys& keys, const Value& value) {
  each_key(value, [&](const std::string& key) {
    if (const auto it = keys.find(key); it != keys.end()) it->second.why = nullptr;
  });
}

std::string reason_of(const packs::Retention& rule) {
  std::string reason;
  for (const auto& [language, text] : rule.source) reason += (reason.empty() ? "" : " / ") + text;
  return reason;
}

// nullptr: it goes on, or its pack says nothing.
const packs::Service* ended(const State& state, const Case& c) {
  const auto row = state.circle().packs.find(c.pack);
  if (row == state.circle().packs.end() || !row->second.pack || c.dispute) return nullptr;
  const packs::Service* service = packs::find(row->second.pack->services, c.service);
  const packs::StateDef* stands = service ? packs::find(service->states, c.state) : nullptr;
  return stands && stands->final ? service : nullptr;
}

Keys keys_of(const State& state, const std::map<std::string, Classes, std::less<>>& packs) {
  Keys keys;
  std::vector<const Case*> others;
  state.each_case([&](const Case& c) {
    const auto of = packs.find(c.pack);
    const packs::Service* service = of == packs.end() ? nullptr : ended(state, c);
    if (service) {
      take_up(keys, {.c = c, .service = *service, .classes = of->second});
    } else {
      others.push_back(&c);
    }
  });
  std::erase_if(keys, [&](const auto& one) {
    return !one.second.why || state.serial(Store::kErased, one.first) != 0;
  });
  if (keys.empty()) return keys;
  for (const Case* c : others) keep(keys, c->data);
  state.each_record([&](const RegisterId& /*reg*/, const std::string& /*key*/,
                        const Record& record) { keep(keys, record.fields); });
  std::erase_if(keys, [](const auto& one) { return !one.second.why; });
  return keys;
}

// One order of several cases.
Result order(Deciding& d, PrivacyOrdered order) {
  std::vector<std::string> own;
  std::ranges::copy_if(order.keys, std::back_inserter(own),
                       [&](const std::string& key) { return key.starts_with(d.self() + "-k"); });
  order.number = d.draft.serial(Store::kOrders, {}) + 1;
  order.on = d.today();
  if (own.empty()) {
    order.told.clear();
  } else {
    order.until = d.today().plus_days(kAnswerDays);
    BASHU_TRY_OK(tell_holders(d, order, own));
  }
  d.draft.decide(std::move(order));
  return {};
}

}  // namespace

std::vector<Retained> retained(const State& state) {
  std::map<std::string, Classes, std::less<>> packs;
  for (const auto& [digest, row] : state.circle().packs) {
    if (!row.pack) continue;
    if (auto of = packs::retention_of(*row.pack); !of.empty()) packs[digest] = std::move(of);
  }
  std::vector<Retained> all;
  if (packs.empty()) return all;
  std::map<std::tuple<Date, std::vector<CaseId>, std::string>, Retained> together;
  for (auto& [key, kept] : keys_of(state, packs)) {
    const std::string reason = reason_of(*kept.why);
    Retained& one = together[{kept.due, kept.cases, reason}];
    one.cases = kept.cases;
    one.pack = state.circle().packs.find(kept.ends->pack)->second.pack->name;
    one.service = kept.ends->service;
    one.due = kept.due;
    one.reason = reason;
    one.keys.push_back(key);
  }
  for (auto& [what, one] : together) all.push_back(std::move(one));
  return all;
}

Result end_retention(Deciding& d) {
  std::map<std::tuple<std::string, std::string, std::vector<PartyId>>, PrivacyOrdered> orders;
  for (Retained& one : retained(d.before)) {
    if (one.due > d.today()) break;
    PrivacyOrdered alone;
    alone.kind = "erase";
    alone.subject = one.cases.front();
    alone.cases = one.cases;
    std::erase_if(one.keys, [&](const std::string& key) { return hold_over(d, alone, key); });
    if (one.keys.empty()) continue;
    const std::vector<PartyId> told = holders(d, alone);
    PrivacyOrdered& whole = orders[{one.pack, one.reason, told}];
    // What is more comes in the next decision of the day.
    if (whole.keys.size() + one.keys.size() > kErasedKeysMax) continue;
    whole.kind = alone.kind;
    whole.subject = one.pack;
    whole.reason = one.reason;
    whole.told = told;
    for (const CaseId& id : one.cases) {
      if (std::ranges::find(whole.cases, id) == whole.cases.end()) whole.cases.push_back(id);
    }
    std::ranges::move(one.keys, std::back_inserter(whole.keys));
  }
  for (auto& [rule, whole] : orders) {
    if (!whole.keys.empty()) BASHU_TRY_OK(order(d, std::move(whole)));
  }
  return {};
}

Result answer_what_is_gone(Deciding& d) {
  std::vector<PrivacyOrdered> gone;
  for (const auto& [number, one] : d.circle().orders) {
    const bool open = one.order.kind == "asked" && !one.ended;
    if (open && std::ranges::all_of(one.order.keys, [&](const std::string& key) {
          return d.draft.serial(Store::kErased, key) != 0;
        })) {
      gone.push_back(one.order);
    }
  }
  for (const PrivacyOrdered& asked : gone) {
    d.draft.decide(
        PrivacyOrderEnded{.number = asked.number, .outcome = "decided", .by = {}, .on = d.today()});
    BASHU_TRY_OK(answer_erasure(d, asked.from, asked.asked));
  }
  return {};
}

}  // namespace bashu::core
