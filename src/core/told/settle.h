// `case.settle`: the sender's signature under the step in dispute.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct Settle {
  static constexpr std::string_view kKind = "case.settle";
  static constexpr std::string_view kCorrecting = "case:";  // before the case that puts it right
  static constexpr std::size_t kNoteMax = 2'000;            // bytes
  CaseId id;
  std::string content;  // digest of the step that is to stand, or `case:` and a case
  std::string note;
  std::string officer = {};  // vouched for; read only
};
[[nodiscard]] Value write(const Settle& settle);
[[nodiscard]] std::expected<Settle, Reject> read_settle(const Value& body);

}  // namespace bashu::core::told
