// Making a key, for whoever sets up a node.
#pragma once

#include <string>

#include "main/console.h"
#include "people/principal.h"

namespace bashu::cli {

// Adds the key and prints its secret, once.
Exit make_key(const Console& console, const std::string& dir, people::Principal key);

}  // namespace bashu::cli
