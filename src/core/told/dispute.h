// `case.dispute`: the sender holds a step that does not verify, or an invariant of its own broke.
#pragma once

#include <string>
#include <string_view>

#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct Dispute {
  static constexpr std::string_view kKind = "case.dispute";
  CaseId id;
  std::string reason;   // token
  std::string content;  // digest of the step in dispute
};
[[nodiscard]] Value write(const Dispute& dispute);
// What is absent is empty.
[[nodiscard]] Dispute read_dispute(const Value& body);

}  // namespace bashu::core::told
