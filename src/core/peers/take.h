// What peers tell. Two classes (docs/formats/messages.md):
//
//   facts      have happened; answered `applied` or `held`, never rejected, never expire
//   requests   may be rejected, with a signed reason
#pragma once

#include <string_view>

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

// Answers every message: Decision::outcome and reason.
Result take_message(Deciding& d, const TakeMessage& message, Decision& decision);
// The peer's receipt for one of ours.
Result acknowledge(Deciding& d, const AckMessage& ack);
// One of ours without a receipt is signed again; nothing, if it has one by now.
Result resend(Deciding& d, const ResendMessage& again);

[[nodiscard]] bool is_fact(std::string_view kind);
// Carries out what a message says, by its kind.
Result dispatch(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
