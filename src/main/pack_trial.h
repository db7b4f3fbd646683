// The scenarios of a pack, played in memory before it is adopted.
#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "packs/pack.h"
#include "scenario/runner.h"

namespace bashu::cli {

// The sound packs beside `file`, whose registers its scenarios may name.
[[nodiscard]] std::vector<packs::PackPtr> neighbours(const std::filesystem::path& file);
[[nodiscard]] std::vector<scenario::Report> try_scenarios(const packs::Pack& pack,
                                                          const std::vector<packs::PackPtr>& also);
// What fails, as findings; empty if all scenarios pass.
[[nodiscard]] std::vector<Finding> trial_findings(const packs::Pack& pack,
                                                  const std::vector<packs::PackPtr>& also);

}  // namespace bashu::cli
