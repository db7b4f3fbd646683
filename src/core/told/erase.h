// `bashu.erase`: the sender orders the keys of personal values destroyed, and wants them destroyed
// here. `bashu.erased`: the receipt.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct Erase {
  static constexpr std::string_view kKind = "bashu.erase";
  std::int64_t number = 0;  // of the sender's order
  std::string subject, reason;
  std::vector<CaseId> cases;
  std::vector<std::string> records;
  std::vector<std::string> keys;
  Date deadline;
};
[[nodiscard]] Value write(const Erase& erase);
[[nodiscard]] std::expected<Erase, Reject> read_erase(const Value& body);

struct Erased {
  static constexpr std::string_view kKind = "bashu.erased";
  std::int64_t number = 0;  // of the receiver's order
  Date on;
  std::vector<std::string> kept;  // keys not destroyed at the sender's
  std::string reason;             // a token: why they are kept; empty: none is
};
[[nodiscard]] Value write(const Erased& erased);
[[nodiscard]] std::expected<Erased, Reject> read_erased(const Value& body);

}  // namespace bashu::core::told
