// Disputes: opened by what does not verify or by what a peer shows, ended when every party has
// signed the same step. What a peer cannot show is a question, and of a case that has ended a
// review (objection.h): a dispute that stops nothing and that our own signature answers.
#pragma once

#include <string>

#include "core/deciding.h"
#include "core/told/dispute.h"

namespace bashu::core {

struct Objection {
  std::string reason;      // token
  std::string detail;      // for the engineer
  std::string content;     // digest of the step
  told::Source step = {};  // the message that told it, if it is one
  bool goes_on = false;    // the case is not stopped by it
};
// Opens a dispute of our own, and tells the others; beside the case, if that has ended.
void dispute(Deciding& d, const CaseId& id, const Objection& objection);

// Whether a party may object to a step of a case that is known here: it must be one of the case's,
// and may a few times a day. An error is a reason to hold what it says.
struct Objecting {
  PartyId party;
  std::string content;  // digest of the step
};
Result may_object(Deciding& d, const CaseId& id, const Objecting& who);

// Whether the case waits for nobody here but us: it is with us, or has ended.
[[nodiscard]] bool is_with_us(const Deciding& d, const CaseId& id);

// Signs which step is to stand; of a question or review, also `case:` and the case that puts it
// right.
Result settle(Deciding& d, const SignSettlement& command);
Result take_dispute(Deciding& d, const TakeMessage& message);
Result take_settlement(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
