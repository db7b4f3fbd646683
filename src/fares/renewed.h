// Another edition for a tariff that is in use: what two sides may agree to without touching what
// they have closed.
#pragma once

#include <optional>
#include <string>

#include "base/date.h"
#include "base/value.h"
#include "fares/tariff.h"

namespace bashu::fares {

struct SaidTariff {
  Value said;
  Tariff read;  // what read_tariff() reads of it
};
// Why `next` may not follow `now`, as a key of the texts with the place of what is wrong; nullopt:
// it may. `next` must say all that `now` says, and further editions behind, each from `closed` on
// or later: the first day that no closed window has. The sides and the operators of a group stay.
struct NotRenewed {
  std::string key, where;
};
[[nodiscard]] std::optional<NotRenewed> not_renewed(const SaidTariff& now, const SaidTariff& next,
                                                    const std::optional<Date>& closed);

}  // namespace bashu::fares
