#include "main/pack_trial.h"

#include <algorithm>
#include <system_error>

#include "node/files.h"
#include "packs/load.h"

namespace bashu::cli {

std::vector<packs::PackPtr> neighbours(const std::filesystem::path& file) {
  std::vector<packs::PackPtr> found;
  const auto folder = std::filesystem::absolute(file).parent_path();
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    const auto extension = entry.path().extension();
    if (entry.path().filename() == file.filename()) continue;
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& one : files) {
    const auto text = node::read_file(one);
    if (!text) continue;
    if (auto loaded = packs::load(*text); loaded.pack) found.push_back(loaded.pack);
  }
  return found;
}

std::vector<scenario::Report> try_scenarios(const packs::Pack& pack,
                                            const std::vector<packs::PackPtr>& also) {
  return scenario::play(pack, scenario::in_memory(), also);
}

std::vector<Finding> trial_findings(const packs::Pack& pack,
                                    const std::vector<packs::PackPtr>& also) {
  std::vector<Finding> findings;
  for (const scenario::Report& report : try_scenarios(pack, also)) {
    for (const std::string& failure : report.failures) {
      findings.push_back({.path = "scenarios", .text = report.title + ": " + failure});
    }
  }
  return findings;
}

}  // namespace bashu::cli
