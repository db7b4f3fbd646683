#include "core/told/dispute.h"

#include <utility>

#include "core/told/members.h"

namespace bashu::core::told {

Value write(const Dispute& dispute) {
  Value::Record body{
      {"case", dispute.id}, {"reason", dispute.reason}, {"content", dispute.content}};
  if (!dispute.stands.empty()) body["stands"] = dispute.stands;
  if (dispute.step.seq > 0) {
    body[std::string{kShows}] =
        Value::List{Value{Value::Record{{"from", dispute.step.from}, {"seq", dispute.step.seq}}}};
  }
  return Value{std::move(body)};
}

Dispute read_dispute(const Value& body) {
  Dispute read{.id = case_named(body),
               .reason = body.text_at("reason"),
               .content = body.text_at("content"),
               .stands = body.text_at("stands")};
  const Value* shown = body.find(kShown);
  if (!shown || !shown->as_list()) return read;
  for (const Value& one : *shown->as_list()) {
    const Value* step = one.find("body");
    if (step && case_named(*step) == read.id) {
      read.shown.push_back({.from = PartyId{one.text_at("from")}, .body = *step});
    }
  }
  return read;
}

}  // namespace bashu::core::told
