#include "core/told/settle.h"

namespace bashu::core::told {

Value write(const Settle& settle) {
  return Value::Record{{"case", settle.id}, {"content", settle.content}, {"note", settle.note}};
}

Settle read_settle(const Value& body) {
  return {
      .id = body.text_at("case"), .content = body.text_at("content"), .note = body.text_at("note")};
}

}  // namespace bashu::core::told
