// Cases opened: by a person, or by an effect of their parent.
#pragma once

#include "core/cases/definition.h"
#include "core/core.h"

namespace bashu::core {

Result open_case(Deciding& d, const StartCase& command, Decision& decision);
Result open_child(Deciding& d, const CaseId& parent_id, const StartDone& start);

}  // namespace bashu::core
