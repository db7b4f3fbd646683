// The cheapest journey, as a third choice beside being earlier and changing less. What a ride costs
// is asked of a function; a ride of which no fare is known is no free ride: of two journeys the one
// with fewer of them is the cheaper.
//
//     legs ── one after the other within an area? ─► tickets ── Fares::of ─► cost
//
// Every ticket is priced by itself: what is taken off for a change between two, a card or a month
// is not known before it is paid.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "network/journey.h"

namespace bashu::network {

struct Cost {
  int unknown = 0;       // tickets without a known fare
  std::int64_t fen = 0;  // of all others
  friend auto operator<=>(const Cost&, const Cost&) = default;
};

struct Ride {
  TripIndex trip = 0;
  StationIndex from = 0, to = 0;
  Seconds departs_s = 0, arrives_s = 0;  // at these two, after midnight of the timetable's day
};
inline constexpr std::uint32_t kNoArea = std::numeric_limits<std::uint32_t>::max();
struct Fares {
  // Fen, not negative; nullopt: no tariff is known. Within an area any of its trips gives the same.
  std::function<std::optional<std::int64_t>(const Ride&)> of;
  // Where one pays on leaving: who changes at a station within one area stays inside, and pays from
  // where it was entered. kNoArea: each ride is paid by itself.
  std::function<std::uint32_t(TripIndex)> area;
  // Within an area: one number for all moments of which it does not matter at which one entered,
  // whatever follows. Empty: it never matters.
  std::function<std::uint32_t(TripIndex, Seconds)> entered{};
};

// What is paid as one.
struct Ticket {
  std::size_t first = 0, last = 0;  // legs
  std::optional<std::int64_t> fen{};
  friend bool operator==(const Ticket&, const Ticket&) = default;
};
[[nodiscard]] std::vector<Ticket> tickets(std::span<const Leg> legs, const Fares& fares);
[[nodiscard]] Cost cost_of(std::span<const Ticket> tickets);

struct Bounds {
  Seconds latest_s = kNever;  // of the arrival
  int rides_least = 0;
};
// Of all journeys that arrive by then, of equally cheap ones the earliest; nullopt: there is none.
// Exact, however often one changes.
[[nodiscard]] std::optional<Journey> cheapest(const Timetable& timetable,
                                              std::span<const Start> from, std::span<const End> to,
                                              Bounds bounds, const Fares& fares);

}  // namespace bashu::network
