// Events of the journal as JSON, for reading: {"event":"case_changed",...}. Sealed values are
// masked; the bytes themselves are in the journal.
#pragma once

#include <vector>

#include "base/value.h"
#include "core/event.h"
#include "node/node.h"

namespace bashu::api {

[[nodiscard]] Value event_value(const core::Event& event);
// An entry with its leaf's members and events, without effect and evidence bytes.
[[nodiscard]] Value entry_value(const node::Entry& entry);

}  // namespace bashu::api
