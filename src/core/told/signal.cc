#include "core/told/signal.h"

#include <optional>
#include <utility>

#include "core/told/members.h"

namespace bashu::core::told {

Value write(Signal signal) {
  return Value::Record{{"case", std::move(signal.id)},
                       {"event", std::move(signal.event)},
                       {"input", std::move(signal.input)}};
}

std::optional<Signal> read_signal(const Value& body) {
  const Value* input = body.find("input");
  if (!input || !input->as_record()) return std::nullopt;
  return Signal{.id = case_named(body), .event = body.text_at("event"), .input = *input};
}

}  // namespace bashu::core::told
