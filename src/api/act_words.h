// What waits for a second person, as it is told: in words, and as JSON.
#pragma once

#include <string>

#include "base/value.h"
#include "core/command.h"

namespace bashu::api {

// In the reader's language.
[[nodiscard]] std::string act_line(const core::Act& act, const std::string& language);
// Without secrets, and a pack or an agreement by its name and digest: the journal has all of it.
[[nodiscard]] Value act_shown(const core::Act& act);

}  // namespace bashu::api
