// What is wrong with a pack, as a problem document: each finding with its line or its path.
#pragma once

#include <vector>

#include "api/problem.h"
#include "base/error.h"

namespace bashu::api {

[[nodiscard]] Problem findings_problem(const std::vector<Finding>& findings);

}  // namespace bashu::api
