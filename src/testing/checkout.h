// Files of this checkout, for tests and the simulator. Only checkout.cc is compiled with the
// folder's name, so that every other object is the same in any folder and a compiler cache serves
// them all.
#pragma once

#include <string>

namespace bashu {

// The absolute path of a file of the checkout, e.g. checkout("packs/ecology.yaml").
[[nodiscard]] std::string checkout(const std::string& path);

}  // namespace bashu
