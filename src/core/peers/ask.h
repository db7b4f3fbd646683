// Requests of peers to the owner of a case.
#pragma once

#include "core/deciding.h"

namespace bashu::core {

Result take_ask(Deciding& d, const TakeMessage& message);
Result take_signal(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
