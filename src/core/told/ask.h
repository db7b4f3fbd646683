// `case.ask`: a person of the sender's asks the owner of a case for an event.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct Ask {
  static constexpr std::string_view kKind = "case.ask";
  CaseId id;
  std::string event;
  std::string party;  // of the case, as which the person asks
  std::string role;   // of that party
  Value input{Value::Record{}};
};
[[nodiscard]] Value write(Ask ask);
// nullopt: there is no form in it. Other members are looked up by their value.
[[nodiscard]] std::optional<Ask> read_ask(const Value& body);

}  // namespace bashu::core::told
