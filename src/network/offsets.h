// A line that runs every so often without saying when: what every offset within its headway gives.
#pragma once

#include "network/scan.h"

namespace bashu::network {

inline constexpr std::size_t kOffsetsMax = 1'440;

// How long one takes from `from` at `departs_s` over all offsets, `step_s` apart: best, lower
// median and worst. Trips of one line share their offset. Exact with one unphased line; with
// several, offsets run through a fixed sequence that spreads evenly, no more than kOffsetsMax of
// them. Without any there is one answer.
[[nodiscard]] Spread over_offsets(const Schedule& schedule, Date day, StationIndex from,
                                  StationIndex to, Seconds departs_s, Seconds step_s = 60);

}  // namespace bashu::network
