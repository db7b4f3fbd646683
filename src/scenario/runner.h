// Plays a pack's scenarios (docs/formats/pack.md section 11) and says where they fail.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "packs/pack.h"
#include "scenario/world.h"

namespace bashu::scenario {

struct Failure {
  int step = 0;      // from 1; 0: before the first
  std::string text;  // `step 7: ...`
};

struct Report {
  std::string title;
  int steps = 0;
  std::vector<Failure> failures;
  std::vector<std::string> exceptions;  // raised at any node, whether expected or not
};

// Makes the nodes of one scenario; `parties` first those that act, then bystanders.
using MakeWorld =
    std::function<std::unique_ptr<World>(const std::vector<core::PartyId>& parties, Date today)>;
[[nodiscard]] MakeWorld in_memory();

// Names of other packs whose registers the scenarios' `given` fills: `joint-programme`.
[[nodiscard]] std::vector<std::string> packs_given(const packs::Pack& pack);

// `also` are packs whose registers the scenarios' `given` may name.
[[nodiscard]] std::vector<Report> play(const packs::Pack& pack, const MakeWorld& make,
                                       const std::vector<packs::PackPtr>& also = {},
                                       const std::vector<core::PartyId>& bystanders = {});

}  // namespace bashu::scenario
