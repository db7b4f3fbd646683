// Steps of cases this node owns.
//
//   form ─► choose a branch ─► run, set, effects computed ─► carried out ─► holds ─► told ─► enter
//
// All of it happens in a draft: the first refusal leaves nothing behind.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "core/cases/definition.h"
#include "core/told/step.h"

namespace bashu::core {

struct NewStep {
  std::string event;  // told::Step::kStart, kThen, or a name
  std::string role;   // `clerk`, `destination.citizen`, told::Step::kSystem
  std::string principal = {};
  std::string officer = {};  // of a party that asks for the step
  Value voucher = {};        // for those who are told
  const std::vector<packs::Branch>* branches = nullptr;
  Value input{Value::Record{}};
};

// Takes a step of a case this node owns. True if the case moved.
std::expected<bool, Reject> step(Deciding& d, const CaseId& id, const NewStep& next);
// The automatic steps of the state it is in, if it is ours.
Result enter(Deciding& d, const CaseId& id, int depth = 0);
Result step_and_enter(Deciding& d, const CaseId& id, const NewStep& next);
// Tries what effects have started, each on its own; a refusal becomes an exception.
void run_follow_ups(Deciding& d);

// The first branch whose guard passes.
struct Chosen {
  std::int64_t index = -1;  // none
  std::vector<Title> why;   // of those that did not pass
};
[[nodiscard]] Chosen choose(const Deciding& d, const Definition& of, const Case& c,
                            const std::vector<packs::Branch>& branches, const Value& data,
                            Reads* reads);

// What a step comes to, before anything changes.
struct Outcome {
  const packs::Branch* branch = nullptr;
  std::int64_t index = 0;
  Value::Record set;
  std::vector<EffectDone> effects;
  Reads reads;
};
// Of its branch, chosen: what is set, and the effects. What was read is there in any case.
[[nodiscard]] Result come_to(const Deciding& d, const Definition& of, const Case& c,
                             const Value& data, Outcome& out);

// What a calculator of the pack makes of what `run` gives it.
[[nodiscard]] packs::Eval<Value> run_calculator(const packs::Pack& pack,
                                                const packs::RunCalculator& run, CaseScope& scope);

void close_work_tasks(Deciding& d, const CaseId& id);
// The first invariant of this node's parties that does not hold, if any.
[[nodiscard]] std::optional<std::string> broken(const Deciding& d, const CaseId& id,
                                                const Definition& of);

}  // namespace bashu::core
