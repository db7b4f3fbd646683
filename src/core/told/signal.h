// `case.signal`: an effect of another case signals this one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct Signal {
  static constexpr std::string_view kKind = "case.signal";
  CaseId id;
  std::string event;
  Value input{Value::Record{}};
};
[[nodiscard]] Value write(Signal signal);
// nullopt: there is no form in it.
[[nodiscard]] std::optional<Signal> read_signal(const Value& body);

}  // namespace bashu::core::told
