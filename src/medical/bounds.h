// What a bill that is taken may ask for. Bills that were taken before stay as they are: windows
// closed with them must come out the same when they are computed again.
#pragma once

#include <optional>
#include <string>

#include "base/value.h"

namespace bashu::medical {

inline constexpr std::int64_t kPriceMost = 1'000'000'000;      // of a line, fen
inline constexpr std::int64_t kGrossMost = 1'000'000'000'000;  // of a bill, fen

struct Beyond {
  std::string key;   // of the texts, which say what would be right in place of {what}
  std::string what;  // the member, `lines[3].price`, or the bill's id
};
// Of a bill that can be priced (medical/bills.h): the first member that is beyond its bounds, or of
// another type than it has.
[[nodiscard]] std::optional<Beyond> beyond(const Value& bill);

}  // namespace bashu::medical
