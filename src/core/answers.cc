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
  return Value::Record{
      {"taken", answer.taken}, {"known", answer.known}, {"refused", answer.refused}};
}

Value to_value(const FiguresAnswer& answer) {
  return Value::Record{{"items", answer.items}, {"messages", answer.messages}};
}

}  // namespace bashu::core
