// What an objection shows (docs/formats/messages.md, case.dispute): steps in the envelopes in which
// others told them. Only what its teller has signed reaches the core.
#pragma once

#include "evidence/envelope.h"
#include "node/directory.h"

namespace bashu::exchange {

// Puts the steps that are verified under the keys of `directory` into the member `$shown` of the
// body, {"from","seq","body"} each, in place of the envelopes; whatever else is there goes.
void open_shown(evidence::Payload& payload, const node::Directory& directory);

}  // namespace bashu::exchange
