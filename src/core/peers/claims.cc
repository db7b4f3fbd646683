#include "core/peers/claims.h"

#include <array>
#include <cstddef>
#include <variant>

#include "core/effects/effect.h"
#include "core/told/step.h"

namespace bashu::core {

namespace {

// In the order of packs::Effect::what.
constexpr std::array<std::string_view, 7> kEffects{"move",  "put",    "edition", "task",
                                                   "start", "signal", "allot"};
static_assert(kEffects.size() == std::variant_size_v<decltype(packs::Effect::what)>);

std::string text_of(const packs::Template& item) {
  const auto* program = std::get_if<packs::ProgramPtr>(&item.held);
  return program ? (*program)->text() : std::string{};
}

}  // namespace

const std::vector<packs::Branch>* branches_of(const packs::Service& service,
                                              const StepTaken& step) {
  if (step.event == told::Step::kStart) return &service.start.event.branches;
  const packs::StateDef* state = packs::find(service.states, step.from);
  if (!state) return nullptr;
  if (step.event == told::Step::kThen) return &state->then;
  const packs::EventDef* event = packs::find(state->events, step.event);
  return event ? &event->branches : nullptr;
}

std::vector<StepClaim> claims_of(const packs::Service& service, const StepTaken& step) {
  std::vector<StepClaim> claims;
  const auto* branches = branches_of(service, step);
  if (!branches || step.branch < 0 || static_cast<std::size_t>(step.branch) >= branches->size()) {
    return claims;
  }
  const auto chosen = static_cast<std::size_t>(step.branch);
  for (std::size_t i = 0; i <= chosen; ++i) {
    const packs::ProgramPtr& when = (*branches)[i].when;
    if (when && when->looks_up())
      claims.push_back({.what = "guard", .of = {}, .text = when->text()});
  }
  const packs::Branch& branch = (*branches)[chosen];
  const bool ran = branch.run.has_value();
  for (const auto& [name, item] : branch.set) {
    if (ran || item.looks_up()) {
      claims.push_back({.what = "set", .of = name, .text = text_of(item)});
    }
  }
  for (const packs::Effect& effect : branch.effects) {
    if (ran || looks_up(effect)) {
      claims.push_back(
          {.what = "effect", .of = std::string{kEffects[effect.what.index()]}, .text = {}});
    }
  }
  return claims;
}

}  // namespace bashu::core
