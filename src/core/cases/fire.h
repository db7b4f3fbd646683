// Events that people fire, and what they could fire next.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cases/definition.h"
#include "core/core.h"

namespace bashu::core {

// A step of the case, or, if another node holds it, a request to that node.
Result fire_event(Deciding& d, const FireEvent& command, Decision& decision);

[[nodiscard]] std::vector<Choice> choices_of(const Deciding& d, std::string_view id,
                                             const std::vector<std::string>& roles);

}  // namespace bashu::core
