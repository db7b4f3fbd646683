#pragma once

#include <string>
#include <vector>

#include "main/console.h"

namespace bashu::cli {

struct CircleRevoke {
  std::string dir, since, reason;
  std::vector<std::string> kids;
  bool all = false;  // every key in use
};
// Of a node at rest: announces that keys were lost, stolen or given up, and others in their places,
// used from its next start on.
Exit circle_revoke(const Console& console, const CircleRevoke& what);

}  // namespace bashu::cli
