#include <string>

#include "core/invariants/invariants.h"

namespace bashu::core {

namespace {

std::string broken_in(const State& state, const Case& c) {
  const auto row = state.circle().packs.find(c.pack);
  if (row == state.circle().packs.end() || !row->second.pack) {
    return c.id + " runs under an unknown pack";
  }
  const auto* service = packs::find(row->second.pack->services, c.service);
  const auto* current = service ? packs::find(service->states, c.state) : nullptr;
  if (!current) return c.id + " is in no state of its service";
  if (current->final != current->owner.empty()) return c.id + " has no holder";
  if (!current->final && !c.parties.contains(current->owner)) {
    return c.id + " has a holder that is no party";
  }
  if (c.version < 1 || c.reached.empty()) return c.id + " has no history";
  if (c.reached.back().state != c.state) return c.id + " is where it never went";
  if (!c.parked.empty() && *c.parked.begin() <= c.version) {
    return c.id + " keeps a step it has passed";
  }
  return {};
}

}  // namespace

std::string cases_have_holders(const State& state) {
  std::string broken;
  state.each_case([&](const Case& c) {
    if (broken.empty()) broken = broken_in(state, c);
  });
  return broken;
}

}  // namespace bashu::core
