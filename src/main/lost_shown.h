// What a message says that one side of a restored journal forgot, and what is to be done about it:
// enough to do the act again (docs/guide/successor.md).
#pragma once

#include <string>

#include "exchange/succession.h"
#include "main/console.h"

namespace bashu::cli {

// `send by clerk on 2026-03-02: label=p3`; of other kinds their body as JSON. Sealed values are
// named and not shown: whoever holds the case reads them there.
[[nodiscard]] std::string said_by(const Console& console, const exchange::LostMessage& message);
// What the operator or an office does here; empty: nothing, it comes again by itself.
[[nodiscard]] std::string to_be_done(const Console& console, const exchange::LostMessage& message);

}  // namespace bashu::cli
