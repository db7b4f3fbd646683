// One decision being made: the draft it changes and the work it has still to do. Private to core.
//
//   commands.cc  what people, clocks and other cases ask
//   step.cc      steps of cases this node owns
//   effects.cc   what a step does besides changing its case
//   clocks.cc    working-day clocks
//   messages.cc  what peers tell; peer_step.cc their steps, disputes.cc what does not verify
//   circle.cc    parties, packs, calendars, imports, feeds
//   figures.cc   values of figures, told and taken
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "core/command.h"
#include "core/core.h"
#include "core/draft.h"
#include "core/scope.h"

namespace bashu::core {

using Result = std::expected<void, Reject>;

// An effect with all its results, as it is carried out and told to the others.
struct MoveDone {
  std::int64_t amount = 0;
  Account from, to;
  Date on;
};
struct PutDone {
  std::string reg, key;
  Value fields{Value::Record{}};
  std::vector<PartyId> sides = {};  // of a new record, if a feed names them
};
struct EditionDone {
  std::string reg, name;
  std::string field;              // the case field that holds the entries, if it is just that
  Value entries;                  // else they themselves
  std::optional<Date> from = {};  // first day in force, if not that of the step
};
struct TaskDone {};
struct StartDone {
  std::string service;
  CaseId id;
  Parties parties;
  Value with{Value::Record{}};
};
struct SignalDone {
  std::string event;
  std::vector<CaseId> targets;
  Value with{Value::Record{}};
};
struct EffectDone {
  std::int64_t n = 0;  // index among the branch's effects
  std::string at;      // a party's id, or `all`
  std::variant<MoveDone, PutDone, EditionDone, TaskDone, StartDone, SignalDone> what;
};
[[nodiscard]] Value to_value(const EffectDone& effect);
[[nodiscard]] std::optional<EffectDone> effect_from(const Value& value, std::string_view pack);

// A case and its definitions. The case pointer is re-read after each change.
struct Definition {
  packs::PackPtr pack;
  const packs::Service* service = nullptr;
};

struct NewStep {
  std::string event;  // $start, $then, or a name
  std::string role;   // `clerk`, `destination.citizen`, `system`
  std::string principal;
  const std::vector<packs::Branch>* branches = nullptr;
  Value input{Value::Record{}};
};

class Decider {
 public:
  Decider(Draft& draft, const Moment& moment, int* budget, const State* state)
      : draft_{draft}, moment_{moment}, budget_{budget}, state_{state} {}

  // commands.cc, step.cc
  Result start_case(const StartCase& command, Value* answer);
  Result start_child(const CaseId& parent, const StartDone& start);
  Result fire_event(const FireEvent& command, Value* answer);
  Result fire_clock(const FireClock& command);
  Result signal(const CaseId& target, const std::string& event, const Value& with);
  // Takes a step of a case this node owns, then the automatic ones that follow.
  // True if the case moved.
  std::expected<bool, Reject> step(const CaseId& id, const NewStep& step);
  Result enter(const CaseId& id, int depth);
  Result step_and_enter(const CaseId& id, const NewStep& next);
  // Tries what effects have started, each in a draft of its own; a refusal becomes an exception.
  void run_pending();
  // Takes over what an inner draft decided.
  void accept(Draft& inner, Decider& decider);
  // Takes over what a decider on the same draft has left to do.
  void take_over(Decider& decider);
  void case_answer(const CaseId& id, Value* answer) const;
  std::vector<Choice> choices(std::string_view id, const std::vector<std::string>& roles);

  // messages.cc, peer_step.cc, disputes.cc
  void take(const TakeMessage& message, Decision* decision);
  Result settle(const SignSettlement& command);
  Result resolve(const ResolveHeld& command, Decision* decision);
  void acknowledge(const AckMessage& ack);
  void release_held(std::string_view pack);

  // circle.cc
  Result adopt_pack(const AdoptPack& command);
  Result adopt_record(const AdoptRecord& command);
  Result set_calendar(const SetCalendar& command);
  Result put_records(const PutRecords& command, Decision* decision);
  Result post_feed(const PostFeed& command, Decision* decision);
  Result close_task(const CloseTask& command);
  void share_registers_with(const PartyId& party, std::string_view pack_name);

  // figures.cc
  Result tell_figures(const TellFigures& command, Value* answer);

  // Shared helpers
  [[nodiscard]] std::expected<Definition, Reject> definition(std::string_view pack,
                                                             std::string_view service) const;
  [[nodiscard]] std::expected<Definition, Reject> definition(const Case& c) const;
  [[nodiscard]] std::string agreed(const std::string& name, const Parties& parties) const;
  [[nodiscard]] PartyId owner(const Case& c, const Definition& of) const;
  // Of what is acted on: `data`, or a case and all that is known of its places.
  [[nodiscard]] static Result within(const Asker& by, const std::vector<packs::Member>& fields,
                                     const Value& data, const std::string& path);
  [[nodiscard]] Result within(const Asker& by, const CaseId& id) const;
  [[nodiscard]] const PartyId& self() const { return draft_.circle().own; }
  Result queue(const PartyId& to, std::string kind, std::string stream, std::string pack,
               Value body, std::string principal = {});
  void raise(TaskKind kind, const CaseId& id, std::vector<std::string> roles, Title title,
             std::string detail);
  // Tells an exception that a person of the joint office must look at.
  void exception(const CaseId& id, std::string detail);
  // `sides` of a new record; `told` hear of it by the case's own event.
  Result put(const CaseId& id, const packs::Pack& pack, const PutDone& what, const PartyId& by,
             const std::vector<PartyId>& sides, const std::vector<PartyId>& told, bool deciding);
  void share_record(const packs::Pack& pack, const RecordPut& put,
                    const std::vector<PartyId>& except);
  void share_edition(const packs::Pack& pack, const EditionPublished& edition,
                     const std::vector<PartyId>& told);
  void share_all(const packs::Pack& pack, const PartyId& party);
  void take_shared(Decider& inner);
  // Sends what was shared in this decision. Last of all, once.
  Result flush_shared();
  [[nodiscard]] std::vector<PartyId> members() const;
  [[nodiscard]] std::vector<PartyId> adopters(const packs::Pack& pack,
                                              const std::vector<PartyId>& told) const;

 private:
  friend struct PeerStep;
  friend struct FeedBatch;

  struct Chosen {
    std::int64_t index = -1;
    std::vector<Title> why;
  };
  Chosen choose(const Definition& of, const Case& c, const std::vector<packs::Branch>& branches,
                const Value& data, Reads* reads);
  std::expected<Value, Reject> fill_form(const packs::Service& service,
                                         const std::vector<std::string>& form,
                                         const Value& given) const;
  [[nodiscard]] Result check_refs(const Definition& of, const Value& input) const;
  packs::Eval<Value> run_calculator(const packs::Pack& pack, const packs::RunCalculator& run,
                                    CaseScope& scope) const;
  std::expected<std::vector<EffectDone>, Reject> compute_effects(const Definition& of,
                                                                 const Case& c,
                                                                 const packs::Branch& branch,
                                                                 const Value& data,
                                                                 const Value* result, Reads* reads);
  // The results of effect `n` for each of its elements.
  packs::Eval<std::vector<EffectDone>> compute_effect(const Definition& of, const Case& c,
                                                      const packs::Branch& branch, std::int64_t n,
                                                      CaseScope& scope, const PartyId& decider,
                                                      std::map<std::string, std::int64_t>* kids);
  Result carry_out(const CaseId& id, const Definition& of, const packs::Branch& branch,
                   const std::vector<EffectDone>& effects, const PartyId& by, bool deciding);
  Result publish(const CaseId& id, const packs::Pack& pack, const EditionDone& what,
                 const PartyId& by, bool deciding);
  Result post(const CaseId& id, const packs::Pack& pack, const MoveDone& move, bool deciding);
  // Stated months, overflow, floors: what forbids a move.
  [[nodiscard]] Result check_move(const packs::Pack& pack, const MoveDone& move) const;
  void queue_item(const packs::Pack& pack, const PartyId& party, Value item);
  // `by` decided the step: what stops is counted by its calendar, what runs by that of whoever
  // holds the case now.
  Value update_clocks(const CaseId& id, const Definition& of, const std::vector<std::string>& reset,
                      const PartyId& by);
  // Of a clock that runs, by the calendar of `holder` as it is held here.
  std::optional<Date> last_day(const CaseId& id, const Definition& of, std::string_view name,
                               const PartyId& holder) const;
  void close_work_tasks(const CaseId& id);
  // The first invariant of this node's parties that does not hold, if any.
  std::optional<std::string> broken(const CaseId& id, const Definition& of);
  Result tell(const CaseId& id, const Definition& of, const Value& body);

  Result take_case_event(const TakeMessage& message, bool force);
  Result take_ask(const TakeMessage& message);
  Result take_register(const TakeMessage& message);
  Result take_dispute(const TakeMessage& message);
  Result take_settle(const TakeMessage& message);
  Result take_adopt(const TakeMessage& message);
  Result take_figures(const TakeMessage& message);
  Result dispatch(const TakeMessage& message, bool force);
  void dispute(const CaseId& id, std::string reason, std::string detail, std::string content);
  void end_dispute_if_agreed(const CaseId& id);
  void unpark(const CaseId& id, bool force);
  std::optional<CaseId> case_of(const TakeMessage& message) const;

  struct Pending {
    CaseId id;  // the case whose effect it is
    std::variant<StartDone, SignalDone> what;
  };

  Draft& draft_;
  const Moment& moment_;
  int* budget_;         // follow-ups left in this decision
  const State* state_;  // as it was before it; for the rare walk over all rows
  std::map<std::pair<PartyId, std::string>, Value::List> shared_;  // (party, pack) to items
  std::deque<Pending> pending_;
};

[[nodiscard]] packs::Eval<Value> fields_of(
    const std::vector<std::pair<std::string, packs::Template>>& fields, CaseScope& scope);
// nullopt: nothing to move.
[[nodiscard]] packs::Eval<std::optional<MoveDone>> compute_move(const packs::Pack& pack,
                                                                const packs::Move& move,
                                                                CaseScope& scope);
// For the engineer: code, place and English reasons.
[[nodiscard]] std::string describe(const Reject& why);
// The lines of one feed batch, each for itself.
struct FeedBatch {
  Decider& decider;
  const Asker& by;
  const packs::Pack& pack;
  const packs::Feed& feed;
  const std::string& feed_id;
  CaseScope& scope;      // one for all lines
  packs::Branch branch;  // the feed's effects
  std::vector<PartyId> sides;
  const packs::Move* transfer;  // if that is all the feed does

  // nullopt: its key was taken before.
  std::expected<std::optional<FeedLine>, Reject> line(const Value& value);

 private:
  // Carry out a line whose key and guard are right, if they can.
  Result post_transfer(FeedLine& done);
  Result carry_out(FeedLine& done);
};

[[nodiscard]] Reject form_reject(std::string where, std::string en, std::string zh);

}  // namespace bashu::core
