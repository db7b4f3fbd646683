// Whose a case's name may be. Every party numbers its own cases; nobody takes a number that another
// one is going to give.
//
//     sichuan-7                        opened by sichuan, which counts them
//     sichuan-7/trip-chongqing-2       a sub-case that chongqing opened under it
//     sichuan-7/trip2                  one that a step of the case above has started
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "core/deciding.h"
#include "core/told/step.h"

namespace bashu::core {

// That steps start under one case, of a service.
inline constexpr std::int64_t kChildrenMax = 10'000;

// Of a sub-case that a step started: the number in its name, 1 to kChildrenMax, written without
// zeros before it; nullopt: that is no such name.
[[nodiscard]] std::optional<std::int64_t> child_number(std::string_view id, std::string_view parent,
                                                       std::string_view service);
// Whether `from` may open a case under the name of its step, in the answer of a told step.
[[nodiscard]] Result may_be_named(const Deciding& d, const packs::Pack& pack, const PartyId& from,
                                  const told::Step& step);

}  // namespace bashu::core
