#include "api/command_record.h"

#include <utility>
#include <variant>

#include "base/json.h"

namespace bashu::api {

std::string command_record_of(const Call& call, const core::Command& command,
                              std::string_view request) {
  Value::List roles;
  const auto by = std::visit(
      [](const auto& one) -> const core::Asker* {
        if constexpr (requires { one.by; }) {
          return &one.by;
        } else {
          return nullptr;
        }
      },
      command);
  if (by) {
    for (const std::string& role : by->roles) roles.emplace_back(role);
  }
  // The request is written already, and may be long: the members whose names come before it, the
  // request itself, the members that come after it.
  const Value before{Value::Record{{"key", call.key->id},
                                   {"method", call.request.method},
                                   {"path", call.request.path()},
                                   {"principal", call.key->principal()}}};
  Value::Record after;
  after["roles"] = std::move(roles);
  if (by && by->voucher.as_record()) after["voucher"] = by->voucher;
  const std::string head = canonical_json(before), tail = canonical_json(Value{std::move(after)});
  constexpr std::string_view kName = R"(,"request":)";
  std::string record;
  record.reserve(head.size() + kName.size() + request.size() + tail.size());
  record.append(head, 0, head.size() - 1).append(kName).append(request).append(",");
  return record.append(tail, 1);
}

}  // namespace bashu::api
