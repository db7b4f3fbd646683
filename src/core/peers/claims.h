// What a step says that its teller alone could look up: in its registers and books, by its
// calendar, in the case above, by a calculator. Whoever is told takes it as recorded and does not
// compute it again (step_check.h): it is a claim of the teller's.
//
//     (pack, state before, event, branch) ─► guards, fields set, effects that are claims
//
// Nothing of it is stored: it follows from the pack and from what the step names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "packs/pack.h"

namespace bashu::core {

struct StepClaim {
  std::string what;  // guard, set, effect
  std::string of;    // of set: the field; of effect: its kind, as `move`; of guard: empty
  std::string text;  // the expression that was looked up; empty: of a calculator or an effect
};

struct StepTaken {
  std::string_view from;   // state before; empty at the start
  std::string_view event;  // told::Step::kStart, kThen, or a name
  std::int64_t branch = 0;
};
// nullptr: the pack does not know the step.
[[nodiscard]] const std::vector<packs::Branch>* branches_of(const packs::Service& service,
                                                            const StepTaken& step);
// In the pack's order; none of a step that the pack does not know.
[[nodiscard]] std::vector<StepClaim> claims_of(const packs::Service& service,
                                               const StepTaken& step);

}  // namespace bashu::core
