#include "core/told/ask.h"

#include <optional>
#include <utility>

#include "core/told/members.h"

namespace bashu::core::told {

Value write(Ask ask) {
  return Value::Record{{"case", std::move(ask.id)},
                       {"event", std::move(ask.event)},
                       {"party", std::move(ask.party)},
                       {"role", std::move(ask.role)},
                       {"input", std::move(ask.input)}};
}

std::optional<Ask> read_ask(const Value& body) {
  const Value* input = body.find("input");
  if (!input || !input->as_record()) return std::nullopt;
  return Ask{.id = case_named(body),
             .event = body.text_at("event"),
             .party = body.text_at("party"),
             .role = body.text_at("role"),
             .input = *input};
}

}  // namespace bashu::core::told
