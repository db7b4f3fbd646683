// A body as its sender said it: who acted and the keys of values stand beside that, and are no part
// of what is digested.
#pragma once

#include "base/value.h"

namespace bashu::core::told {

// Something else than a record is left as it is.
[[nodiscard]] Value as_said(Value body);

}  // namespace bashu::core::told
