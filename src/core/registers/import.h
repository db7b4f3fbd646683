// Registers filled by import, by a role `registrar`.
#pragma once

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

Result put_records(Deciding& d, const PutRecords& command, Decision& decision);

}  // namespace bashu::core
