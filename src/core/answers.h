// What the asker is told when it went well: Decision::answer, as the HTTP API passes it on.
#pragma once

#include <cstdint>
#include <string>

#include "base/value.h"
#include "core/store.h"

namespace bashu::core {

// Of a command on a case: how it stands now.
[[nodiscard]] Value answer_of(const Case& c);
// The same, and who was asked to decide.
[[nodiscard]] Value answer_of(const Case& c, const PartyId& asked);

struct BatchAnswer {  // of a feed or import, in lines
  std::int64_t taken = 0, known = 0, refused = 0;
  std::int64_t otherwise = 0;  // of the known ones, where what was said first counts
};
[[nodiscard]] Value to_value(const BatchAnswer& answer);

struct FiguresAnswer {
  std::int64_t items = 0, messages = 0;
};
[[nodiscard]] Value to_value(const FiguresAnswer& answer);

}  // namespace bashu::core
