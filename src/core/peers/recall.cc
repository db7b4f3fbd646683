#include "core/peers/recall.h"

#include <string>

#include "base/try.h"
#include "core/answers.h"
#include "core/peers/step_check.h"
#include "core/told/members.h"
#include "core/told/step.h"

namespace bashu::core {

Result recall(Deciding& d, const TakeMessage& message, Decision& decision) {
  if (message.kind != told::Step::kKind) {
    return told::hold("kind", message.kind + " is no step of a case");
  }
  BASHU_TRY_OK(recall_step(d, message));
  decision.answer = answer_of(*d.draft.find_case(message.stream));
  return {};
}

}  // namespace bashu::core
