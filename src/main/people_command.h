// Making a key, for whoever sets up a node.
#pragma once

#include <string>

#include "main/commands.h"
#include "main/console.h"

namespace bashu::cli {

// Adds the key to the node at rest in `dir` and prints its secret, once.
Exit make_key(const Console& console, const std::string& dir, const Powers& powers,
              const std::string& id);

}  // namespace bashu::cli
