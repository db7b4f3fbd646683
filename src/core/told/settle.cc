#include "core/told/settle.h"

#include "core/told/members.h"

namespace bashu::core::told {

Value write(const Settle& settle) {
  return Value::Record{{"case", settle.id}, {"content", settle.content}, {"note", settle.note}};
}

Settle read_settle(const Value& body) {
  return {.id = case_named(body),
          .content = body.text_at("content"),
          .note = body.text_at("note"),
          .officer = officer_in(body)};
}

}  // namespace bashu::core::told
