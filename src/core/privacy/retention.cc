#include "core/privacy/retention.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "base/try.h"
#include "core/in_force.h"
#include "core/privacy/made_by.h"
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

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::string reason_of(const packs::Retention& rule) {
  std::string reason;
  for (const auto& [language, text] : rule.source) reason += (reason.empty() ? "" : " / ") + text;
  return reason;
}

// One order of several cases and records.
Result order(Deciding& d, PrivacyOrdered order) {
  std::vector<std::string> own;
  std::ranges::copy_if(order.keys, std::back_inserter(own),
                       [&](const std::string& key) { return made_by(key, d.self()); });
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

struct RetentionSearch::Ends {
  std::string place;
  bool of_record = false;
  std::string pack, service;
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

void RetentionSearch::add(const std::string& key, Stay stay) {
  const auto it = keys_.find(key);
  if (it == keys_.end()) return;
  if (until_) places_[stay.place].push_back(key);
  it->second.push_back(std::move(stay));
}

void RetentionSearch::forget(const std::string& place) {
  const auto at = places_.find(place);
  if (at == places_.end()) return;
  for (const std::string& key : at->second) {
    std::erase_if(keys_.find(key)->second, [&](const Stay& stay) { return stay.place == place; });
  }
  places_.erase(at);
}

// The records of an edition before that the new one has not.
void RetentionSearch::forget_removed(const State& state, const RegisterId& reg) {
  const std::string before = reg + "/";
  std::vector<std::string> gone;
  for (auto it = places_.lower_bound(before); it != places_.end(); ++it) {
    if (!it->first.starts_with(before)) break;
    if (!state.find_record(reg, it->first.substr(before.size()))) gone.push_back(it->first);
  }
  for (const std::string& place : gone) forget(place);
}

// A value that was copied whole stands elsewhere too: then it is kept as long as it is there.
void RetentionSearch::keep(const std::string& place, bool of_record, const Value& value) {
  each_key(value, [&](const std::string& key) {
    add(key, {.place = place,
              .of_record = of_record,
              .pack = {},
              .service = {},
              .why = nullptr,
              .due = {}});
  });
}

void RetentionSearch::see(const State& state, const Ends& of, const packs::Member& field,
                          const Value& value) {
  const auto rule = of.classes.find(field.type->cls);
  const packs::Retention* why = rule == of.classes.end() ? nullptr : &rule->second;
  const auto due = why ? packs::months_on(of.on, why->months) : std::nullopt;
  if (!due) why = nullptr;
  const bool looks_for_keys = phase_ < Phase::cases;
  if (looks_for_keys && (!due || (until_ && *due > *until_))) return;
  each_key(value, [&](const std::string& key) {
    if (looks_for_keys) {
      if (state.serial(Store::kErased, key) == 0) keys_.try_emplace(key);
      return;
    }
    add(key, {.place = of.place,
              .of_record = of.of_record,
              .pack = of.pack,
              .service = of.service,
              .why = why,
              .due = due.value_or(Date{})});
  });
}

void RetentionSearch::see(const State& state, const Case& c) {
  const packs::Service* service = ended(c);
  if (!service) {
    if (phase_ >= Phase::cases) keep(c.id, false, c.data);
    return;
  }
  const OfPack& of = packs_.find(c.pack)->second;
  const Ends ends{.place = c.id,
                  .of_record = false,
                  .pack = of.pack->name,
                  .service = c.service,
                  .classes = of.classes,
                  .on = c.since};
  for (const packs::Member& field : service->fields) {
    if (const Value* value = c.data.find(field.name)) see(state, ends, field, *value);
  }
}

void RetentionSearch::see(const State& state, const RegisterId& reg, const std::string& key,
                          const Record& record) {
  const std::string place = reg + "/" + key;
  const OfRegister* of = ended(reg, record);
  if (!of) {
    if (phase_ < Phase::cases) return;
    keep(place, true, record.fields);
    for (const auto& [keeper, claim] : record.contested) keep(place, true, claim.fields);
    return;
  }
  const Ends ends{.place = place,
                  .of_record = true,
                  .pack = of->pack->name,
                  .service = reg.substr(of->pack->name.size() + 1),
                  .classes = of->rule.classes,
                  .on = *Date::parse(record.fields.text_at(of->rule.ends))};
  for (const packs::Member& field : of->reg->record->members) {
    if (const Value* value = record.fields.find(field.name)) see(state, ends, field, *value);
  }
}

// Also where the walk has not been yet: it comes there as if for the first time.
void RetentionSearch::see_again(const State& state, const CaseId& id) {
  forget(id);
  if (const Case* c = state.find_case(id)) see(state, *c);
}
void RetentionSearch::see_again(const State& state, const RegisterId& reg, const std::string& key) {
  forget(reg + "/" + key);
  if (const Record* record = state.find_record(reg, key)) see(state, reg, key, *record);
}

void RetentionSearch::changed(const State& state, const Event& event) {
  if (phase_ == Phase::rules) return;
  std::visit(Overloaded{[&](const CaseOpened& e) { see_again(state, e.id); },
                        [&](const CaseChanged& e) { see_again(state, e.id); },
                        [&](const CaseDisputed& e) { see_again(state, e.id); },
                        [&](const DisputeEnded& e) { see_again(state, e.id); },
                        [&](const RecordPut& e) { see_again(state, e.reg, e.key); },
                        [&](const RecordContested& e) { see_again(state, e.reg, e.key); },
                        [&](const RecordSettlementSigned& e) { see_again(state, e.reg, e.key); },
                        [&](const RecordSettled& e) { see_again(state, e.reg, e.key); },
                        [&](const FeedTaken& e) {
                          for (const FeedLine& line : e.lines) {
                            for (const RecordPut& put : line.records) {
                              see_again(state, put.reg, put.key);
                            }
                          }
                        },
                        [&](const EditionPublished& e) {
                          forget_removed(state, e.reg);
                          for (const auto& [key, entry] : e.entries) {
                            see_again(state, e.reg, key);
                          }
                        },
                        [](const auto& /*other*/) {}},
             event);
}

// One phase, or as much of it as there is left to look at; whether another can follow.
bool RetentionSearch::step(const State& state, std::size_t& left) {
  const auto see_case = [&](const Case& c) {
    left -= std::min<std::size_t>(left, 1);
    if (until_ && phase_ >= Phase::cases) forget(c.id);  // it may have come here before
    see(state, c);
  };
  const auto see_record = [&](const RegisterId& reg, const std::string& key, const Record& record) {
    left -= std::min<std::size_t>(left, 1);
    if (until_ && phase_ >= Phase::cases) forget(reg + "/" + key);
    see(state, reg, key, record);
  };
  const auto go_on = [&](Phase next) {
    if (!walk_.done) return false;
    walk_ = {};
    phase_ = next;
    return true;
  };
  switch (phase_) {
    case Phase::rules:
      learn(state);
      phase_ = packs_.empty() && registers_.empty() ? Phase::done : Phase::ended_cases;
      return true;
    case Phase::ended_cases:
      state.walk_cases(walk_, left, see_case);
      return go_on(Phase::ended_records);
    case Phase::ended_records:
      state.walk_records(walk_, left, see_record);
      return go_on(keys_.empty() ? Phase::done : Phase::cases);
    case Phase::cases:
      state.walk_cases(walk_, left, see_case);
      return go_on(Phase::records);
    case Phase::records:
      state.walk_records(walk_, left, see_record);
      return go_on(Phase::done);
    case Phase::done:
      break;
  }
  return false;
}

bool RetentionSearch::look(const State& state, std::size_t most) {
  if (phase_ == Phase::done) return false;
  for (std::size_t left = most; left > 0 && step(state, left);) {
  }
  if (phase_ == Phase::done && !keys_.empty()) next_ = keys_.begin()->first;
  return phase_ != Phase::done;
}

// Of two values under one key the one that is kept longer counts. nullptr: it stays.
const RetentionSearch::Stay* RetentionSearch::longest(const std::vector<Stay>& stays) const {
  const Stay* most = nullptr;
  for (const Stay& one : stays) {
    if (!one.why || (until_ && one.due > *until_)) return nullptr;
    if (!most || std::tie(most->due, most->place) < std::tie(one.due, one.place)) most = &one;
  }
  return most;
}

namespace {

// Keys of the same places that go on one day by one rule, together.
class Together {
 public:
  void add(const std::string& key, std::vector<CaseId> cases, std::vector<std::string> records,
           Retained about) {
    sort(cases);
    sort(records);
    Retained& one = all_[{about.due, cases, records, about.reason}];
    if (one.keys.empty()) {
      one = std::move(about);
      one.cases = std::move(cases);
      one.records = std::move(records);
    }
    one.keys.push_back(key);
  }
  [[nodiscard]] std::vector<Retained> list() {
    std::vector<Retained> list;
    for (auto& [what, one] : all_) list.push_back(std::move(one));
    return list;
  }

 private:
  static void sort(auto& list) {
    std::ranges::sort(list);
    const auto twice = std::ranges::unique(list);
    list.erase(twice.begin(), twice.end());
  }
  std::map<std::tuple<Date, std::vector<CaseId>, std::vector<std::string>, std::string>, Retained>
      all_;
};

void add_to(Together& together, const std::string& key, const auto& stays, const auto& longest) {
  std::vector<CaseId> cases;
  std::vector<std::string> records;
  for (const auto& stay : stays) {
    if (stay.of_record) {
      records.push_back(stay.place);
    } else {
      cases.emplace_back(stay.place);
    }
  }
  together.add(key, std::move(cases), std::move(records),
               {.cases = {},
                .records = {},
                .pack = longest.pack,
                .service = longest.service,
                .due = longest.due,
                .reason = reason_of(*longest.why),
                .keys = {}});
}

}  // namespace

std::vector<Retained> RetentionSearch::found() const {
  Together together;
  for (const auto& [key, stays] : keys_) {
    if (const Stay* most = longest(stays)) add_to(together, key, stays, *most);
  }
  return together.list();
}

std::vector<Retained> RetentionSearch::take(const State& state, std::size_t most) {
  Together together;
  auto it = next_.empty() ? keys_.end() : keys_.lower_bound(next_);
  for (std::size_t seen = 0; it != keys_.end() && seen < most; ++it, ++seen) {
    const Stay* longest = this->longest(it->second);
    if (longest && state.serial(Store::kErased, it->first) == 0) {
      add_to(together, it->first, it->second, *longest);
    }
  }
  next_ = it == keys_.end() ? std::string{} : it->first;
  return together.list();
}

std::vector<Retained> retained(const State& state) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max() / 16;
  RetentionSearch search;
  while (search.look(state, kAll)) {
  }
  return search.found();
}

namespace {

Result destroy(Deciding& d, std::vector<Retained> all) {
  std::map<std::tuple<std::string, std::string, std::vector<PartyId>>, PrivacyOrdered> orders;
  for (Retained& one : all) {
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
    const auto add = [](auto& places, const auto& some) {
      for (const auto& place : some) {
        if (std::ranges::find(places, place) == places.end()) places.push_back(place);
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

}  // namespace

Result end_retention(Deciding& d) { return destroy(d, retained(d.before)); }

std::expected<Decision, Reject> decide_retention(const State& state, RetentionSearch& search,
                                                 const Moment& moment) {
  Draft draft{&state};
  int budget = 0;  // no step of a case follows
  Deciding d{.draft = draft, .moment = moment, .budget = budget, .before = state};
  BASHU_TRY_OK(destroy(d, search.take(state, kErasedKeysMax)));
  Decision decision;
  decision.events = draft.take_events();
  return decision;
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
