#include "core/told/shared.h"

#include <expected>
#include <string>
#include <utility>

#include "core/told/members.h"

namespace bashu::core::told {

Value write(const SharedRecord& record) {
  Value::List sides;
  for (const PartyId& side : record.sides) sides.emplace_back(side);
  return Value::Record{{"register", record.reg},   {"key", record.key},
                       {"keeper", record.keeper},  {"side", record.side},
                       {"fields", record.fields},  {"on", record.on.text()},
                       {"sides", std::move(sides)}};
}

Value write(const SharedEdition& edition) {
  return Value::Record{{"register", edition.reg},
                       {"edition", edition.name},
                       {"number", edition.number},
                       {"on", edition.on.text()},
                       {"entries", edition.entries}};
}

std::expected<SharedItem, Reject> read_shared_item(const Value& item) {
  const std::string reg = item.text_at("register");
  const auto on = day_at(item, "on");
  if (!on) return hold("shape", "register " + reg);
  if (item.find("edition")) {
    const Value* entries = item.find("entries");
    if (!entries || !entries->as_list()) return hold("shape", "edition of " + reg);
    return SharedEdition{.reg = reg,
                         .name = item.text_at("edition"),
                         .number = item.int_at("number"),
                         .on = *on,
                         .entries = *entries->as_list()};
  }
  const Value* fields = item.find("fields");
  SharedRecord record{.reg = reg,
                      .key = item.text_at("key"),
                      .keeper = PartyId{item.text_at("keeper")},
                      .side = PartyId{item.text_at("side")},
                      .fields = fields ? *fields : Value{},
                      .on = *on,
                      .sides = {}};
  if (!record.fields.as_record() || record.key.empty()) {
    return hold("shape", "record of " + reg);
  }
  if (const Value* sides = item.find("sides"); sides && sides->as_list()) {
    for (const Value& side : *sides->as_list()) {
      if (side.as_text()) record.sides.emplace_back(*side.as_text());
    }
  }
  return record;
}

Value write_items(Value::List items) { return Value::Record{{"items", std::move(items)}}; }

std::expected<Value::List, Reject> read_items(const Value& body) {
  const Value* items = body.find("items");
  if (!items || !items->as_list()) return hold("shape", "items are missing");
  return *items->as_list();
}

}  // namespace bashu::core::told
