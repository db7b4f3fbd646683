// What always holds of a state, asked by tests, the simulator and an operator who wants to know.
// One file each; every one says what is broken, or nothing.
#pragma once

#include <string>

#include "core/state.h"

namespace bashu::core {

// Every book sums to zero.
[[nodiscard]] std::string books_balance(const State& state);
// Every case stands in a state of its service, with one holder among its parties.
[[nodiscard]] std::string cases_have_holders(const State& state);
// Clocks that are due run, and none runs after the end. Asked when cases have holders.
[[nodiscard]] std::string clocks_run(const State& state);
// Channels are in order, both ways.
[[nodiscard]] std::string channels_are_in_order(const State& state);
// Open tasks are found by their case.
[[nodiscard]] std::string tasks_are_indexed(const State& state);

}  // namespace bashu::core
