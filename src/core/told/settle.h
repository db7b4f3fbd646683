// `case.settle`: the sender's signature under the step in dispute.
#pragma once

#include <string>
#include <string_view>

#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct Settle {
  static constexpr std::string_view kKind = "case.settle";
  CaseId id;
  std::string content;  // digest of the step that is to stand
  std::string note;
  std::string officer = {};  // vouched for; read only
};
[[nodiscard]] Value write(const Settle& settle);
// What is absent is empty.
[[nodiscard]] Settle read_settle(const Value& body);

}  // namespace bashu::core::told
