// Who is of the circle no more, and what stands still with it.
#pragma once

#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

// By an administrator, or to audit: cases by their numbers, nothing of what they say.
[[nodiscard]] Result list_left(Context& context, const Call& call);

}  // namespace bashu::api
