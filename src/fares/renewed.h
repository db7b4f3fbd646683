// Another edition for a tariff that is in use: what two sides may agree to without touching what
// they have closed.
#pragma once

#include <optional>
#include <string>

#include "base/date.h"
#include "base/value.h"

namespace bashu::fares {

// Why `next` may not follow `now`, as a key of the texts with the place of what is wrong; nullopt:
// it may. Both are what read_tariff() reads. `next` must say all that `now` says, and further
// editions behind, each from `closed` on or later: the first day that no closed window has. The
// sides and the operators of a group stay.
struct NotRenewed {
  std::string key, where;
};
[[nodiscard]] std::optional<NotRenewed> not_renewed(const Value& now, const Value& next,
                                                    const std::optional<Date>& closed);

}  // namespace bashu::fares
