// Who acted, told to the other parties: the sign-in service vouches for the officer whose command
// crosses the border, under a key of its own (docs/formats/evidence.md section 19), before the
// command is given to the core.
#pragma once

#include <optional>

#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

// Adds the voucher to the command of an officer (`write.office`), if others are told of it. A
// problem: it must be vouched for, and the key of the sign-in service does not count now.
[[nodiscard]] std::optional<Problem> vouch(const Context& context, const Call& call, Write& write);

}  // namespace bashu::api
