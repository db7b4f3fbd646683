// Journey times as GeoJSON (RFC 7946): a point for each place, a line for each line of the circle.
#pragma once

#include <string>
#include <vector>

#include "network/circle.h"
#include "network/pair.h"

namespace bashu::network {

// `spreads` by place; times in minutes, rounded up; null where there is no way.
[[nodiscard]] std::string geojson(const Circle& circle, const std::vector<Spread>& spreads,
                                  const Openings& openings, Date day);

// Journeys between two places: a line for each, through the stations where one boards and alights.
[[nodiscard]] std::string geojson(const Circle& circle, const Standing& standing, Ends ends,
                                  const std::vector<Passage>& passages);

// Whole minutes that a journey stays within; -1: there is none.
[[nodiscard]] std::int64_t minutes_up(Seconds takes);

}  // namespace bashu::network
