#include "core/answers.h"

namespace bashu::core {

Value answer_of(const Case& c) {
  return Value::Record{{"case", c.id}, {"version", c.version}, {"state", c.state}};
}

Value answer_of(const Case& c, const PartyId& asked) {
  Value answer = answer_of(c);
  (*answer.as_record())["asked"] = asked;
  return answer;
}

Value to_value(const BatchAnswer& answer) {
  Value::Record told{{"taken", answer.taken}, {"known", answer.known}, {"refused", answer.refused}};
  if (answer.otherwise > 0) told["otherwise"] = answer.otherwise;
  return told;
}

Value to_value(const FiguresAnswer& answer) {
  return Value::Record{{"items", answer.items}, {"messages", answer.messages}};
}

}  // namespace bashu::core
