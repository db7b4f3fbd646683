// Steps that come before the one they follow, as they may with three parties. Such a step is
// answered `applied` and waits, so it is not lost: the first of its version stays. What finds no
// place is held, stops nothing, and is tried again when the case has moved.
//
//     early ─► place? ─► parked, `applied` ─┐
//                └─► held ──────────────────┴─► the step between comes ─► taken
#pragma once

#include <cstdint>
#include <string_view>

#include "core/deciding.h"

namespace bashu::core {

// Of one party in one case; of all its cases the bytes count as held ones do.
inline constexpr std::int64_t kParkedSteps = 8;
inline constexpr std::int64_t kParkedBytes = 64 << 10;  // of bodies in canonical JSON

// Counted among the serials, by party.
inline constexpr std::string_view kParkedOf = "#parked";

// Lets a step of a case that is known here wait as its version. An error: it has no place.
Result park(Deciding& d, const TakeMessage& message, std::int64_t version);
// It waits no more.
void take_out(Deciding& d, const CaseId& id, std::int64_t version);
// The case has come to its version: what waited as that one waits no more.
void pass_parked(Deciding& d, const CaseId& id);

// Whether a step was held because it came early and has no place: nobody objects to it.
[[nodiscard]] bool only_waits(const Reject& why);
// What a step that came early is held for if it is no step of its sender's in any order.
inline constexpr const char* kEarly = "early";

// Tries again what is held of a case that has moved.
void take_waiting(Deciding& d, const CaseId& id);

}  // namespace bashu::core
