#include "core/privacy/retention.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/try.h"
#include "core/in_force.h"
#include "core/privacy/privacy.h"
#include "packs/months.h"
#include "packs/retention.h"

namespace bashu::core {

namespace {

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

std::string reason_of(const packs::Retention& rule) {
  std::string reason;
  for (const auto& [language, text] : rule.source) reason += (reason.empty() ? "" : " / ") + text;
  return reason;
}

// One order of several cases and records.
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

// Where a value stands, and since when nothing goes on there.
struct RetentionSearch::Ends {
  std::string place, pack, service;
  CaseId id;           // of a case
  std::string record;  // of a record: `pack/register/key`
  const Classes& classes;
  Date on;
};

// A rule of cases counts as it is in the pack of the case; of records, as it is in the newest pack
// of that name that all have adopted who adopted one.
void RetentionSearch::learn(const State& state) {
  std::map<std::string, std::set<PartyId>> parties;
  for (const auto& [digest, row] : state.circle().packs) {
    if (!row.pack) continue;
    if (auto classes = packs::retention_of(*row.pack); !classes.empty()) {
      packs_[digest] = {.pack = row.pack, .classes = std::move(classes)};
    }
    for (const auto& [party, from] : row.adopted) parties[row.pack->name].insert(party);
  }
  for (const auto& [name, all] : parties) {
    const PackRow* row = in_force(state.circle().packs, name, all, state.circle().today);
    if (!row) continue;
    for (const auto& [reg, what] : row->pack->registers) {
      auto rule = packs::retention_of(*row->pack, reg);
      if (!rule) continue;
      registers_.emplace(name + "/" + reg, OfRegister{row->pack, &what, std::move(*rule)});
    }
  }
}

// nullptr: it goes on, or its pack says nothing.
const packs::Service* RetentionSearch::ended(const Case& c) const {
  const auto of = packs_.find(c.pack);
  if (of == packs_.end() || c.dispute) return nullptr;
  const packs::Service* service = packs::find(of->second.pack->services, c.service);
  const packs::StateDef* stands = service ? packs::find(service->states, c.state) : nullptr;
  return stands && stands->final ? service : nullptr;
}

// Likewise. A day to come is an end too: it is on that day that the time begins.
const RetentionSearch::OfRegister* RetentionSearch::ended(const RegisterId& reg,
                                                          const Record& record) const {
  const auto of = registers_.find(reg);
  if (of == registers_.end() || !record.contested.empty()) return nullptr;
  return Date::parse(record.fields.text_at(of->second.rule.ends)) ? &of->second : nullptr;
}

// Of two values under one key the one that is kept longer counts.
void RetentionSearch::take_up(const Ends& of, const packs::Member& field, const Value& value) {
  const auto rule = of.classes.find(field.type->cls);
  const packs::Retention* why = rule == of.classes.end() ? nullptr : &rule->second;
  const auto due = why ? packs::months_on(of.on, why->months) : std::nullopt;
  each_key(value, [&](const std::string& key) {
    const auto [it, first] = keys_.try_emplace(key);
    Kept& kept = it->second;
    of.record.empty() ? kept.cases.push_back(of.id) : kept.records.push_back(of.record);
    if (!first && !kept.why) return;
    if (!first && due && std::tie(*due, of.place) <= std::tie(kept.due, kept.place)) return;
    kept.why = due ? why : nullptr;
    kept.due = due.value_or(Date{});
    kept.place = of.place;
    kept.pack = of.pack;
    kept.service = of.service;
  });
}

void RetentionSearch::take_up(const Case& c) {
  const packs::Service* service = ended(c);
  if (!service) return;
  const OfPack& of = packs_.find(c.pack)->second;
  const Ends ends{.place = c.id,
                  .pack = of.pack->name,
                  .service = c.service,
                  .id = c.id,
                  .record = {},
                  .classes = of.classes,
                  .on = c.since};
  for (const packs::Member& field : service->fields) {
    if (const Value* value = c.data.find(field.name)) take_up(ends, field, *value);
  }
}

void RetentionSearch::take_up(const RegisterId& reg, const std::string& key, const Record& record) {
  const OfRegister* of = ended(reg, record);
  if (!of) return;
  const std::string place = reg + "/" + key;
  const Ends ends{.place = place,
                  .pack = of->pack->name,
                  .service = reg.substr(of->pack->name.size() + 1),
                  .id = {},
                  .record = place,
                  .classes = of->rule.classes,
                  .on = *Date::parse(record.fields.text_at(of->rule.ends))};
  for (const packs::Member& field : of->reg->record->members) {
    if (const Value* value = record.fields.find(field.name)) take_up(ends, field, *value);
  }
}

// A value that was copied whole stands elsewhere too: then it is kept as long as it is there.
void RetentionSearch::keep(const Value& value) {
  each_key(value, [&](const std::string& key) {
    if (const auto it = keys_.find(key); it != keys_.end()) it->second.why = nullptr;
  });
}

void RetentionSearch::keep(const Record& record) {
  keep(record.fields);
  for (const auto& [keeper, claim] : record.contested) keep(claim.fields);
}

void RetentionSearch::drop_kept(const State& state) {
  std::erase_if(keys_, [&](const auto& one) {
    return !one.second.why || state.serial(Store::kErased, one.first) != 0;
  });
}

bool RetentionSearch::look(const State& state, std::size_t most) {
  const auto go_on = [&](Phase next) {
    if (!walk_.done) return;
    walk_ = {};
    phase_ = next;
  };
  switch (phase_) {
    case Phase::rules:
      learn(state);
      phase_ = packs_.empty() && registers_.empty() ? Phase::done : Phase::ended_cases;
      break;
    case Phase::ended_cases:
      state.walk_cases(walk_, most, [&](const Case& c) { take_up(c); });
      go_on(Phase::ended_records);
      break;
    case Phase::ended_records:
      state.walk_records(walk_, most,
                         [&](const RegisterId& reg, const std::string& key, const Record& record) {
                           take_up(reg, key, record);
                         });
      go_on(Phase::others);
      if (phase_ == Phase::others) drop_kept(state);
      if (keys_.empty() && phase_ == Phase::others) phase_ = Phase::done;
      break;
    case Phase::others:
      state.walk_cases(walk_, most, [&](const Case& c) {
        if (!ended(c)) keep(c.data);
      });
      go_on(Phase::records);
      break;
    case Phase::records:
      state.walk_records(
          walk_, most,
          [&](const RegisterId& reg, const std::string& /*key*/, const Record& record) {
            if (!ended(reg, record)) keep(record);
          });
      go_on(Phase::done);
      if (phase_ == Phase::done) drop_kept(state);
      break;
    case Phase::done:
      break;
  }
  return phase_ != Phase::done;
}

std::vector<Retained> RetentionSearch::found() const {
  using Together = std::tuple<Date, std::vector<CaseId>, std::vector<std::string>, std::string>;
  const auto in_order = [](auto list) {
    std::ranges::sort(list);
    const auto twice = std::ranges::unique(list);
    list.erase(twice.begin(), twice.end());
    return list;
  };
  std::map<Together, Retained> together;
  for (const auto& [key, kept] : keys_) {
    const std::string reason = reason_of(*kept.why);
    auto cases = in_order(kept.cases);
    auto records = in_order(kept.records);
    Retained& one = together[{kept.due, cases, records, reason}];
    one.cases = std::move(cases);
    one.records = std::move(records);
    one.pack = kept.pack;
    one.service = kept.service;
    one.due = kept.due;
    one.reason = reason;
    one.keys.push_back(key);
  }
  std::vector<Retained> all;
  for (auto& [what, one] : together) all.push_back(std::move(one));
  return all;
}

std::vector<Retained> retained(const State& state) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max() / 16;
  RetentionSearch search;
  while (search.look(state, kAll)) {
  }
  return search.found();
}

Result end_retention(Deciding& d) {
  std::map<std::tuple<std::string, std::string, std::vector<PartyId>>, PrivacyOrdered> orders;
  for (Retained& one : retained(d.before)) {
    if (one.due > d.today()) break;
    PrivacyOrdered alone;
    alone.kind = "erase";
    alone.subject = one.cases.empty() ? one.records.front() : one.cases.front().text();
    alone.cases = one.cases;
    alone.records = one.records;
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
    const auto add = [](auto& all, const auto& some) {
      for (const auto& place : some) {
        if (std::ranges::find(all, place) == all.end()) all.push_back(place);
      }
    };
    add(whole.cases, one.cases);
    add(whole.records, one.records);
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
