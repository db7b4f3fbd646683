// The deterministic core: every rule in decide(), every change in apply().
//
//     command ──► decide(state, command, moment) ──► events ──► journal
//                                                      └──► apply(state, event)
//
// decide() changes nothing. It is a function of its arguments alone: no clock, chance, thread,
// file or locale.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "core/command.h"
#include "core/event.h"
#include "core/state.h"

namespace bashu::core {

struct RefusedLine {
  std::size_t line = 0;  // index into the batch
  Reject why;
};

struct Decision {
  std::vector<Event> events;  // none: already carried out, see `answer`
  // For the asker: {"case","version","state"} of a case, {"taken","known"} of a feed, ...
  Value answer{Value::Record{}};
  std::vector<RefusedLine> refused;  // lines of a feed or import
  // Of TakeMessage: applied, rejected, held, and the reason's token.
  std::string outcome, reason;
};

[[nodiscard]] std::expected<Decision, Reject> decide(const State& state, const Command& command,
                                                     const Moment& moment);

// What the asker could do next: events of the case's present state that `roles` may take, with
// the reasons if a guard would refuse. Used by pages and dry runs.
struct Choice {
  std::string event;
  bool passes = false;
  std::vector<Title> why;
};
[[nodiscard]] std::vector<Choice> choices(const State& state, std::string_view id,
                                          const std::vector<std::string>& roles,
                                          const Moment& moment);

// Evaluates an expression of the case's pack (or of `pack` if `id` is empty) against the present
// state: scenarios and the simulator ask with it.
[[nodiscard]] packs::Eval<Value> inspect(const State& state, std::string_view pack,
                                         std::string_view id, std::string_view expression,
                                         const Moment& moment);

// Empty if all holds: books sum to zero, one holder per case, channels in order, indexes true.
[[nodiscard]] std::string invariant(const State& state);

}  // namespace bashu::core
