#include "main/pack_trial.h"

#include "node/files.h"
#include "packs/load.h"

namespace bashu::cli {

std::set<std::string> named_packs(const packs::Pack& pack) {
  std::set<std::string> names;
  for (const Value& scenario : pack.scenarios) {
    const Value* given = scenario.find("given");
    if (!given || !given->as_record()) continue;
    for (const auto& [party, registers] : *given->as_record()) {
      if (!registers.as_record()) continue;
      for (const auto& [name, records] : *registers.as_record()) {
        const std::size_t slash = name.find('/');
        if (slash != std::string::npos) names.insert(name.substr(0, slash));
      }
    }
  }
  return names;
}

std::vector<packs::PackPtr> neighbours(const packs::Pack& pack, const std::filesystem::path& file) {
  std::vector<packs::PackPtr> found;
  const auto folder = std::filesystem::absolute(file).parent_path();
  for (const std::string& name : named_packs(pack)) {
    const auto text = node::read_file(folder / (name + ".yaml"));
    if (!text) continue;  // its scenarios say what they miss
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
    for (const scenario::Failure& failure : report.failures) {
      findings.push_back({.path = "scenarios", .text = report.title + ": " + failure.text});
    }
  }
  return findings;
}

}  // namespace bashu::cli
