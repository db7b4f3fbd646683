// The scenarios of a pack, played in memory before it is adopted.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "packs/pack.h"
#include "scenario/runner.h"

namespace bashu::cli {

// The other packs whose registers its scenarios fill.
[[nodiscard]] std::set<std::string> named_packs(const packs::Pack& pack);
// Those of them that stand beside `file`, as NAME.yaml.
[[nodiscard]] std::vector<packs::PackPtr> neighbours(const packs::Pack& pack,
                                                     const std::filesystem::path& file);
[[nodiscard]] std::vector<scenario::Report> try_scenarios(const packs::Pack& pack,
                                                          const std::vector<packs::PackPtr>& also);
// What fails, as findings; empty if all scenarios pass.
[[nodiscard]] std::vector<Finding> trial_findings(const packs::Pack& pack,
                                                  const std::vector<packs::PackPtr>& also);

}  // namespace bashu::cli
