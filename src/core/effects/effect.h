// Effects: computed from the case as the form left it, then carried out, here or for a peer.
//
//     written (packs::Move)  ── compute ──►  done (MoveDone)  ── enact ──►  events, at the owner
//                                               │    ▲                      every rule is asked
//                                             write read
//                                               ▼    │
//                                            told step  ── matches, looks_up ──► take ──► events,
//                                                                                  at a peer: facts
//
// A new kind is a file beside move.cc with these functions, a struct in done.h, and an entry in
// the two variants: Done, and packs::Effect::what.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/deciding.h"
#include "core/scope.h"
#include "core/told/members.h"
#include "packs/pack.h"

namespace bashu::core {

// What results are computed from.
struct Computing {
  const packs::Pack& pack;
  const Case& c;
  const Store& store;
  CaseScope& scope;
  std::map<std::string, std::int64_t> kids = {};  // sub-cases numbered so far, by service
};
template <typename Kind>
using Computed = packs::Eval<std::optional<Kind>>;  // nullopt: nothing to do

// What a told effect is compared with.
struct Matching {
  const packs::Pack& pack;
  const Case& c;
  std::optional<Date> on;  // the step's day, if moves have to be of it
};

// For whom it is carried out.
struct Carrying {
  Deciding& d;
  CaseId id;  // empty: a feed or an import
  const packs::Pack& pack;
  const PartyId& by;
  std::vector<PartyId> sides;  // of a new record
  std::vector<PartyId> told;   // hear of it by the case's own event
};

// Of each kind, in its own file:
//   compute    its results; the scope knows `each`
//   looks_up   whether they take what only the owner of the case can look up
//   matches    whether what a peer told is of the effect as it is written
//   enact      carry out, at the node that decides
//   take       carry out, at a node that was told of it: it has happened
//   write/read its members in a told step; read gives nullopt for what no member can be
[[nodiscard]] Computed<MoveDone> compute(const packs::Move& move, Computing& of);
[[nodiscard]] bool looks_up(const packs::Move& move);
[[nodiscard]] bool matches(const MoveDone& done, const packs::Move& move, const Matching& with);
Result enact(const MoveDone& done, const packs::Effect& effect, const Carrying& of);
Result take(const MoveDone& done, const packs::Effect& effect, const Carrying& of);
void write(const MoveDone& done, Value::Record& into);
void read(told::Members& in, const std::string& pack, MoveDone& done);

[[nodiscard]] Computed<PutDone> compute(const packs::Put& put, Computing& of);
[[nodiscard]] bool looks_up(const packs::Put& put);
[[nodiscard]] bool matches(const PutDone& done, const packs::Put& put, const Matching& with);
Result enact(const PutDone& done, const packs::Effect& effect, const Carrying& of);
Result take(const PutDone& done, const packs::Effect& effect, const Carrying& of);
void write(const PutDone& done, Value::Record& into);
void read(told::Members& in, const std::string& pack, PutDone& done);

[[nodiscard]] Computed<EditionDone> compute(const packs::PublishEdition& edition, Computing& of);
[[nodiscard]] bool looks_up(const packs::PublishEdition& edition);
[[nodiscard]] bool matches(const EditionDone& done, const packs::PublishEdition& edition,
                           const Matching& with);
Result enact(const EditionDone& done, const packs::Effect& effect, const Carrying& of);
Result take(const EditionDone& done, const packs::Effect& effect, const Carrying& of);
void write(const EditionDone& done, Value::Record& into);
void read(told::Members& in, const std::string& pack, EditionDone& done);

[[nodiscard]] Computed<TaskDone> compute(const packs::RaiseTask& task, Computing& of);
[[nodiscard]] bool looks_up(const packs::RaiseTask& task);
[[nodiscard]] bool matches(const TaskDone& done, const packs::RaiseTask& task,
                           const Matching& with);
Result enact(const TaskDone& done, const packs::Effect& effect, const Carrying& of);
Result take(const TaskDone& done, const packs::Effect& effect, const Carrying& of);
void write(const TaskDone& done, Value::Record& into);
void read(told::Members& in, const std::string& pack, TaskDone& done);

[[nodiscard]] Computed<StartDone> compute(const packs::StartChild& start, Computing& of);
[[nodiscard]] bool looks_up(const packs::StartChild& start);
[[nodiscard]] bool matches(const StartDone& done, const packs::StartChild& start,
                           const Matching& with);
Result enact(const StartDone& done, const packs::Effect& effect, const Carrying& of);
Result take(const StartDone& done, const packs::Effect& effect, const Carrying& of);
void write(const StartDone& done, Value::Record& into);
void read(told::Members& in, const std::string& pack, StartDone& done);

[[nodiscard]] Computed<SignalDone> compute(const packs::SendSignal& signal, Computing& of);
[[nodiscard]] bool looks_up(const packs::SendSignal& signal);
[[nodiscard]] bool matches(const SignalDone& done, const packs::SendSignal& signal,
                           const Matching& with);
Result enact(const SignalDone& done, const packs::Effect& effect, const Carrying& of);
Result take(const SignalDone& done, const packs::Effect& effect, const Carrying& of);
void write(const SignalDone& done, Value::Record& into);
void read(told::Members& in, const std::string& pack, SignalDone& done);

[[nodiscard]] Computed<AllotDone> compute(const packs::Allot& allot, Computing& of);
[[nodiscard]] bool looks_up(const packs::Allot& allot);
[[nodiscard]] bool matches(const AllotDone& done, const packs::Allot& allot, const Matching& with);
Result enact(const AllotDone& done, const packs::Effect& effect, const Carrying& of);
Result take(const AllotDone& done, const packs::Effect& effect, const Carrying& of);
void write(const AllotDone& done, Value::Record& into);
void read(told::Members& in, const std::string& pack, AllotDone& done);

// Whether it is carried out by all, whatever it says: of registers that others hold too.
[[nodiscard]] bool everywhere(const packs::Put& put, const packs::Pack& pack);
[[nodiscard]] bool everywhere(const packs::PublishEdition& edition, const packs::Pack& pack);

// Of any kind:
// a party's id, or `all`; `decider` for what names nobody.
[[nodiscard]] std::string place_of(const packs::Effect& effect, const packs::Pack& pack,
                                   const Parties& parties, const PartyId& decider);
// Whether its results depend on what only the owner of the case can look up.
[[nodiscard]] bool looks_up(const packs::Effect& effect);
[[nodiscard]] bool matches(const EffectDone& done, const packs::Effect& effect,
                           const Matching& with);
// The results of effect `n` for each of its elements.
[[nodiscard]] packs::Eval<std::vector<EffectDone>> compute_one(
    const std::vector<packs::Effect>& effects, std::int64_t n, const PartyId& decider,
    Computing& of);
// Of all, in order.
[[nodiscard]] std::expected<std::vector<EffectDone>, Reject> compute_all(
    const std::vector<packs::Effect>& effects, const PartyId& decider, Computing& of);
[[nodiscard]] Value to_value(const EffectDone& done);
[[nodiscard]] std::optional<EffectDone> effect_from(const Value& value, const std::string& pack);

// Of a step this node decides, and of a peer's.
Result enact_all(const std::vector<packs::Effect>& effects, const std::vector<EffectDone>& done,
                 const Carrying& of);
Result take_all(const std::vector<packs::Effect>& effects, const std::vector<EffectDone>& done,
                const Carrying& of);

// What several kinds need.
[[nodiscard]] std::unexpected<packs::EvalError> ill_typed(std::string words);
// A text or integer as a record's key; already joined texts stay as they are.
[[nodiscard]] std::optional<std::string> key_text(const Value& value);
using Fields = std::vector<std::pair<std::string, packs::Template>>;
[[nodiscard]] packs::Eval<Value> fields_of(const Fields& fields, CaseScope& scope);
[[nodiscard]] bool looks_up(const Fields& fields);

}  // namespace bashu::core
