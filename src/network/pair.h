// From one place to another, door to door: by road to a station, by train, by road on from there;
// and the way by road alone.
//
//     place ── way, ten minutes at the station ─► trains, walks, waits ── way ─► place
//
// Lines without a timetable run as in the first draw of the network's offsets: their times are one
// of many, which `Standing::Train::timed` tells.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "network/cheapest.h"
#include "network/circle.h"
#include "network/journey.h"

namespace bashu::network {

struct Ends {
  std::uint32_t from = 0, to = 0;  // places
};

struct Passage {
  Seconds departs_s = 0, arrives_s = 0;      // of the doors
  Seconds to_train_s = 0, from_train_s = 0;  // on the road before and after the legs
  std::vector<Leg> legs;
  int rides = 0;
  [[nodiscard]] Seconds takes_s() const { return arrives_s - departs_s; }
};
// Those that set out at `departs_s` or later and that no other beats in arrival and number of
// rides, fewest rides first. Each leaves as late as its first train allows.
[[nodiscard]] std::vector<Passage> passages(const Standing& standing, Ends ends, Seconds departs_s);
// The same for those that arrive by `arrives_s` and leave as late as that allows; empty: none that
// sets out at `earliest_s` or later.
[[nodiscard]] std::vector<Passage> passages_by(const Standing& standing, Ends ends,
                                               Seconds arrives_s, Seconds earliest_s);

// All journeys by train worth making that set out in the window, by departure: no other leaves
// later and arrives no later. To the second, whatever the window's step is.
[[nodiscard]] std::vector<Passage> passages_of(const Standing& standing, Ends ends,
                                               const Window& window);

// The cheapest that sets out at `departs_s` or later and arrives by `arrives_s`, or, if that is
// kNever, by the end of the day or with the first that arrives; of equally cheap ones the first to
// arrive, which leaves as late as it can. The ways by road are not priced. nullopt: there is none.
[[nodiscard]] std::optional<Passage> cheapest_passage(const Standing& standing, Ends ends,
                                                      Seconds departs_s, Seconds arrives_s,
                                                      const Fares& fares);

struct Drive {
  Seconds takes_s = kNever;
  std::int64_t length_m = 0;
};
[[nodiscard]] Drive drive(const Standing& standing, Ends ends);

}  // namespace bashu::network
