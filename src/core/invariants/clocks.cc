#include <string>

#include "core/invariants/invariants.h"

namespace bashu::core {

std::string clocks_run(const State& state) {
  std::string broken;
  state.each_case([&](const Case& c) {
    const packs::Pack& pack = *state.circle().packs.find(c.pack)->second.pack;
    const bool ended = packs::find(packs::find(pack.services, c.service)->states, c.state)->final;
    for (const auto& [name, clock] : c.clocks) {
      if (clock.due && !clock.since) broken = c.id + ": clock " + name + " is due but does not run";
      if (ended && clock.since) broken = c.id + ": clock " + name + " runs after the end";
    }
  });
  return broken;
}

}  // namespace bashu::core
