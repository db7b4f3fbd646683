// What a step looked up, once its decider has shown it, compared with what the step said.
//
//     steps before ─┐
//     rows shown  ──┴─► a state of its own ─► the step computed again ─► branch, set, effects
//                                             as its decider does          as told?
//
// The step carries a salted digest of what was looked up (`reads`): what is shown is that, or it is
// not. Pure; alike on every node, and for who audits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/state.h"
#include "core/told/step.h"
#include "packs/pack.h"

namespace bashu::core {

// One of the rows of what is shown, [salt, [[name, key, value], ...]].
struct ShownRow {
  std::string name, key;  // a register and the key of a record; `pack/book.kind` and an account's
  Value value;            // null: there was none
};
// nullopt: it is not of this shape.
[[nodiscard]] std::optional<std::vector<ShownRow>> rows_shown(const Value& shown);
// Whether it stands in the place of rows that were more than can be shown.
[[nodiscard]] bool is_cut(const ShownRow& row);

struct StepInQuestion {
  packs::PackPtr pack;
  CaseOpened opened;
  std::vector<CaseChanged> before;  // its steps, in order
  PartyId by;                       // who decided it
  told::Step step;                  // as it was told
  // The decider's calendar, and its version here; 0: it is not known.
  Calendar calendar = {};
};

enum class Shown : std::uint8_t {
  agrees,   // it is what the step's digest covers, and the step follows from it
  unclear,  // it is what the digest covers; the whole cannot be computed from it
  differs,  // it is something else, what no node records, or the step does not follow from it
};
struct Comparison {
  Shown shown = Shown::unclear;
  std::string why;  // a token: what differs, or cannot be computed; empty: it agrees
};
[[nodiscard]] std::string_view name_of(Shown shown);

// `shown`: as in told::ShownClaims.
[[nodiscard]] Comparison compare(const StepInQuestion& of, std::string_view shown);

}  // namespace bashu::core
