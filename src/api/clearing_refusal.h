// Why an act of clearing is refused, in the words of `windows.…` (texts/).
#pragma once

#include <string>

#include "api/problem.h"
#include "texts/texts.h"

namespace bashu::api {

// A member of what was asked is not: `where` is its path.
[[nodiscard]] Problem wrong_at(std::string where, const std::string& key,
                               const texts::Places& places = {});
// What was asked is sound, and cannot be done as things stand. `where`: a case, or nothing.
[[nodiscard]] Problem refused(std::string where, const std::string& key,
                              const texts::Places& places = {});

}  // namespace bashu::api
