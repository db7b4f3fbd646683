// `register.shared`: records of shared registers that the sender keeps or speaks for, up to 200
// items of one pack to a message.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

inline constexpr std::string_view kShared = "register.shared";

struct SharedRecord {
  std::string reg;  // its name in the pack
  std::string key;
  PartyId keeper;
  PartyId side;                   // the sender, whose values the sided fields are
  Value fields{Value::Record{}};  // those written
  Date on;
  std::vector<PartyId> sides;
};
struct SharedEdition {
  std::string reg;
  std::string name;
  std::int64_t number = 0;
  Date on;
  Value::List entries;
};
using SharedItem = std::variant<SharedRecord, SharedEdition>;

[[nodiscard]] Value write(const SharedRecord& record);
[[nodiscard]] Value write(const SharedEdition& edition);
[[nodiscard]] std::expected<SharedItem, Reject> read_shared_item(const Value& item);

// The body of a message.
[[nodiscard]] Value write_items(Value::List items);
[[nodiscard]] std::expected<Value::List, Reject> read_items(const Value& body);

}  // namespace bashu::core::told
