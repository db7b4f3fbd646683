// What forbids to write a record, and the writing: as an effect does it, and an import.
#pragma once

#include "core/effects/effect.h"

namespace bashu::core {

Result put_record(const PutDone& done, const Carrying& of);

}  // namespace bashu::core
