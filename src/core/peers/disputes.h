// Disputes: opened by what does not verify or by a peer's word, ended when every party has signed
// the same step.
#pragma once

#include <string>

#include "core/deciding.h"

namespace bashu::core {

struct Objection {
  std::string reason;   // token
  std::string detail;   // for the engineer
  std::string content;  // digest of the step
};
// Opens a dispute of our own, and tells the others.
void dispute(Deciding& d, const CaseId& id, const Objection& objection);

// Whether a party's objection to a step stops a case that is known here: it must be one of the
// case's, and what we cannot know is counted. An error is a reason to hold what it says.
struct Stopping {
  PartyId party;
  std::string content;  // digest of the step
};
Result may_stop(Deciding& d, const CaseId& id, const Stopping& who);

Result settle(Deciding& d, const SignSettlement& command);
Result take_dispute(Deciding& d, const TakeMessage& message);
Result take_settlement(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
