// What takes two people, for every route of that kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/call.h"
#include "api/context.h"
#include "core/command.h"

namespace bashu::api {

// The first person asks; the second signs by asking for exactly the same.
[[nodiscard]] Prepared ask_or_sign(Context& context, const Call& call, core::Act act, Value body);
// A number from 1.
[[nodiscard]] std::optional<std::int64_t> positive(std::string_view text);

}  // namespace bashu::api
