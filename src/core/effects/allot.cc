// `allot`: a round. Candidates are the cases that stand in one state of a service and are held
// here; they are ranked, and as many as there are places take an event, the others another one or
// none.
//
//     standing ─► held, not disputed ─► where ─► rank, lot ─► take, take, take │ rest, rest, rest
//                                                                      places ─┘
//
// All of it is one decision: what one candidate cannot take refuses the whole. Equals are put in
// order by SHA-256 of [seed, id], the order of shuffle(ids, seed), whoever came first.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/cases/definition.h"
#include "core/cases/signal.h"
#include "core/effects/effect.h"
#include "core/peers/objection.h"

namespace bashu::core {

namespace {

constexpr std::size_t kCandidatesMax = 5'000;

struct Candidate {
  CaseId id;
  std::vector<Value> keys;
  std::string lot;
  Value seen;  // as `each`
};

std::unexpected<packs::EvalError> of_candidate(const CaseId& id, std::string_view what,
                                               packs::EvalError error) {
  error.text = id + ", " + std::string{what} + ": " + error.text;
  return std::unexpected{std::move(error)};
}

// Under which edition a case runs; nothing, if it is not ours to move.
std::optional<Definition> ours(const Case& c, const Store& store) {
  const auto row = store.circle().packs.find(c.pack);
  if (is_stopped(c) || row == store.circle().packs.end() || !row->second.pack) return std::nullopt;
  const Definition of{.pack = row->second.pack,
                      .service = packs::find(row->second.pack->services, c.service)};
  if (!of.service || holder_of(c, of) != store.circle().own) return std::nullopt;
  return of;
}

// What `each` is: the fields and terms of the candidate that expressions name, and its case.
packs::Eval<Value> seen_as(const Case& c, const Definition& of, const packs::Allot& allot,
                           const Computing& round) {
  CaseScope scope{round.store,
                  *of.pack,
                  of.service,
                  &c,
                  &c.data,
                  round.scope.today(),
                  round.store.circle().own};
  Value::Record data;
  Value::Record calc;
  Value::Record own;
  for (const std::string& field : allot.fields) {
    if (const Value* value = c.data.find(field)) data[field] = *value;
  }
  for (const std::string& name : allot.calcs) {
    BASHU_TRY(calc[name], scope.member("calc", name));
  }
  for (const char* name : {"id", "opened", "since", "seq", "parties"}) {
    BASHU_TRY(own[name], scope.member("case", name));
  }
  return Value{Value::Record{{"data", std::move(data)}, {"calc", std::move(calc)}, {"case", own}}};
}

packs::Eval<std::vector<Value>> keys_of(const packs::Allot& allot, CaseScope& scope) {
  std::vector<Value> keys;
  for (const packs::Allot::Key& key : allot.rank) {
    BASHU_TRY(keys.emplace_back(), packs::evaluate(*key.of, scope));
    if (!keys.back().as_int() && !keys.back().as_text() && !keys.back().as_bool()) {
      return ill_typed(key.of->text() + " can be put in no order");
    }
  }
  return keys;
}

bool alike(const Value& a, const Value& b) {
  return !a.as_int() == !b.as_int() && !a.as_text() == !b.as_text();
}

// Both of one kind.
bool less(const Value& a, const Value& b) {
  if (a.as_int()) return *a.as_int() < *b.as_int();
  if (a.as_text()) return *a.as_text() < *b.as_text();
  return !*a.as_bool() && *b.as_bool();
}

packs::Eval<std::vector<Candidate>> candidates_of(const packs::Allot& allot, Computing& of) {
  Value seed{of.c.id};
  if (allot.lot) {
    BASHU_TRY(seed, packs::evaluate(*allot.lot, of.scope));
  }
  std::vector<Candidate> all;
  const Store::Standing where{.pack = of.pack.name, .service = allot.service, .state = allot.state};
  for (const CaseId& id : of.store.standing_in(where)) {
    const Case& c = *of.store.find_case(id);
    const auto definition = ours(c, of.store);
    if (!definition || id == of.c.id) continue;
    auto seen = seen_as(c, *definition, allot, of);
    if (!seen) return of_candidate(id, "calc", std::move(seen.error()));
    Candidate one{.id = id, .keys = {}, .lot = {}, .seen = std::move(*seen)};
    of.scope.set_root("each", &one.seen);
    if (allot.where) {
      const auto meant = packs::evaluate_bool(*allot.where, of.scope);
      if (!meant) return of_candidate(id, "where", meant.error());
      if (!*meant) continue;
    }
    auto keys = keys_of(allot, of.scope);
    if (!keys) return of_candidate(id, "rank", std::move(keys.error()));
    one.keys = std::move(*keys);
    if (!all.empty() && !std::ranges::equal(one.keys, all.front().keys, alike)) {
      return of_candidate(id, "rank",
                          {.kind = packs::EvalError::Kind::type,
                           .text = "not of the kind that " + all.front().id + " has"});
    }
    one.lot = packs::digest_text(Value{Value::List{seed, Value{id}}});
    all.push_back(std::move(one));
    if (all.size() > kCandidatesMax) break;  // enact refuses
  }
  of.scope.set_root("each", nullptr);
  return all;
}

void put_in_order(std::vector<Candidate>& all, const packs::Allot& allot) {
  std::ranges::sort(all, [&](const Candidate& a, const Candidate& b) {
    for (std::size_t i = 0; i < a.keys.size(); ++i) {
      const bool down = allot.rank[i].descending;
      if (less(a.keys[i], b.keys[i])) return !down;
      if (less(b.keys[i], a.keys[i])) return down;
    }
    return a.lot < b.lot;
  });
}

// What of `with` the form of the event asks for, as this candidate's edition has it.
packs::Eval<Value> with_of(const packs::Allot& allot, const Case& c, const std::string& event,
                           Computing& of) {
  const auto definition = ours(c, of.store);
  const packs::StateDef* state = packs::find(definition->service->states, c.state);
  const packs::EventDef* taken = state ? packs::find(state->events, event) : nullptr;
  Value::Record with;
  for (const auto& [name, item] : allot.with) {
    if (!taken || std::ranges::find(taken->form, name) == taken->form.end()) continue;
    BASHU_TRY(Value value, packs::evaluate(item, of.scope));
    if (!value.is_null()) with[name] = std::move(value);
  }
  return Value{std::move(with)};
}

// For an auditor: how many there were, and everybody's place with what it rests on.
void note_round(const std::vector<Candidate>& all, const AllotDone& done, CaseScope& scope) {
  Value::List order;
  for (const Candidate& one : all) {
    order.emplace_back(Value::List{Value{one.id}, Value{one.keys}});
  }
  scope.record_read("allot", done.service,
                    Value{Value::Record{{"places", done.places},
                                        {"of", done.of},
                                        {"order", packs::digest_text(Value{std::move(order)})}}});
}

Result fire_all(const AllotDone& done, const Carrying& of) {
  for (const AllotDone::Fired& one : done.fired) {
    if (of.d.draft.find_case(one.id)->state != done.state) {
      return refuse(Why::candidate_gone, one.id, done.state);
    }
    const Result fired = signal_case(of.d, one.id, one.event, one.with);
    if (fired) continue;
    Reject refused = refusal(Why::candidate_refuses, {}, {word(one.id), word(one.event)});
    refused.why.insert(refused.why.end(), fired.error().why.begin(), fired.error().why.end());
    return std::unexpected{std::move(refused)};
  }
  return {};
}

}  // namespace

Computed<AllotDone> compute(const packs::Allot& allot, Computing& of) {
  AllotDone done{.service = allot.service, .state = allot.state, .take = allot.take};
  BASHU_TRY(const Value places, packs::evaluate(*allot.places, of.scope));
  if (!places.as_int() || *places.as_int() < 0) return ill_typed("places: zero or more");
  done.places = *places.as_int();
  BASHU_TRY(std::vector<Candidate> all, candidates_of(allot, of));
  done.of = static_cast<std::int64_t>(all.size());
  if (all.size() > kCandidatesMax) return done;
  put_in_order(all, allot);
  note_round(all, done, of.scope);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto rank = static_cast<std::int64_t>(i) + 1;
    const std::string& event = rank <= done.places ? allot.take : allot.rest;
    if (event.empty()) break;
    Value::Record& seen = *all[i].seen.as_record();
    seen["rank"] = rank;
    seen["of"] = done.of;
    seen["places"] = done.places;
    of.scope.set_root("each", &all[i].seen);
    auto with = with_of(allot, *of.store.find_case(all[i].id), event, of);
    if (!with) return of_candidate(all[i].id, "with", std::move(with.error()));
    done.fired.push_back({.id = all[i].id, .event = event, .with = std::move(*with)});
  }
  of.scope.set_root("each", nullptr);
  return done;
}

// Which cases stand where is the owner's to know.
bool looks_up(const packs::Allot& /*allot*/) { return true; }

bool matches(const AllotDone& done, const packs::Allot& allot, const Matching& /*with*/) {
  return done.service == allot.service && done.state == allot.state && done.take == allot.take &&
         done.places >= 0 && done.of >= 0;
}

Result enact(const AllotDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  if (of.d.allotting) return refuse(Why::round_in_round);
  if (done.of > static_cast<std::int64_t>(kCandidatesMax)) {
    return refuse(Why::too_many_candidates, static_cast<std::int64_t>(kCandidatesMax));
  }
  of.d.allotting = true;
  const Result fired = fire_all(done, of);
  of.d.allotting = false;
  return fired;
}

// Each candidate's node tells its own step.
Result take(const AllotDone& /*done*/, const packs::Effect& /*effect*/, const Carrying& /*of*/) {
  return {};
}

void write(const AllotDone& done, Value::Record& into) {
  into["service"] = done.service;
  into["state"] = done.state;
  into["take"] = done.take;
  into["places"] = done.places;
  into["of"] = done.of;
}

void read(told::Members& in, const std::string& /*pack*/, AllotDone& done) {
  done.service = in.text("service");
  done.state = in.text("state");
  done.take = in.text("take");
  done.places = in.number("places");
  done.of = in.number("of");
}

}  // namespace bashu::core
