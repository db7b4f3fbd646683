#include "core/told/settle_record.h"

#include <string>

#include "core/told/members.h"

namespace bashu::core::told {

Value write(const SettleRecord& settle) {
  Value::Record body{{"register", settle.reg},  {"key", settle.key},
                     {"keeper", settle.keeper}, {"yields", settle.yields},
                     {"round", settle.round},   {"content", settle.content},
                     {"note", settle.note}};
  if (settle.fields.as_record()) body["fields"] = settle.fields;
  return body;
}

std::expected<SettleRecord, Reject> read_settle_record(const Value& body) {
  Members in{body};
  SettleRecord settle{.reg = in.text("register"),
                      .key = in.text("key"),
                      .keeper = PartyId{in.text("keeper")},
                      .yields = PartyId{in.text("yields")},
                      .round = in.number("round"),
                      .content = in.text("content"),
                      .fields = in.has("fields") ? in.record("fields") : Value{},
                      .note = in.text("note")};
  if (!in.whole()) return hold("shape", "a settlement of a record");
  return settle;
}

}  // namespace bashu::core::told
