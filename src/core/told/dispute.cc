#include "core/told/dispute.h"

#include "core/told/members.h"

namespace bashu::core::told {

Value write(const Dispute& dispute) {
  return Value::Record{
      {"case", dispute.id}, {"reason", dispute.reason}, {"content", dispute.content}};
}

Dispute read_dispute(const Value& body) {
  return {
      .id = case_named(body), .reason = body.text_at("reason"), .content = body.text_at("content")};
}

}  // namespace bashu::core::told
