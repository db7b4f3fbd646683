// What an effect of another case asks of this one.
#pragma once

#include <string>

#include "core/cases/definition.h"

namespace bashu::core {

// Passed on, if another node holds it.
Result signal_case(Deciding& d, const CaseId& target, const std::string& event, const Value& with);

}  // namespace bashu::core
