#include "core/invariants/invariants.h"

#include <array>
#include <string>

#include "core/core.h"

namespace bashu::core {

std::string tasks_are_indexed(const State& state) {
  std::string broken;
  state.each_task([&](std::int64_t number, const Task& task) {
    if (!state.tasks_of(task.id).contains(number)) broken = "a task is missing in the index";
  });
  return broken;
}

std::string invariant(const State& state) {
  constexpr std::array kAll{books_balance, cases_have_holders, clocks_run, channels_are_in_order,
                            tasks_are_indexed};
  for (const auto holds : kAll) {
    if (std::string broken = holds(state); !broken.empty()) return broken;
  }
  return {};
}

}  // namespace bashu::core
