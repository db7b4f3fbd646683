#include "api/findings.h"

#include <string>
#include <utility>

namespace bashu::api {

Problem findings_problem(const std::vector<Finding>& findings) {
  Problem problem =
      problem_of(reject(RejectCode::form, "pack", "The pack has faults.", "业务包存在错误。"));
  problem.errors.clear();
  for (const Finding& finding : findings) {
    if (finding.note) continue;
    std::string where = finding.path;
    if (finding.line > 0) {
      where = std::to_string(finding.line) + ":" + std::to_string(finding.column) + " " + where;
    }
    problem.errors.push_back({std::move(where), {{"en", finding.text}, {"zh", finding.text}}});
  }
  return problem;
}

}  // namespace bashu::api
