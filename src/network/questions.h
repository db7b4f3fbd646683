// Questions to a circle's network that its command, its API and its pages ask alike.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "network/circle.h"
#include "network/gains.h"
#include "network/pair.h"

namespace bashu::network {

inline constexpr std::array kLimitsMin{30, 60, 90, 120};

// A network as it is, or as somebody plans it, on a day.
struct Looked {
  const Circle& circle;
  const Openings& openings;
  Date day;
};

// What `bashu network day` says of two stations, of two places: all journeys of a day worth making,
// and what they take.
struct PairDay {
  std::vector<Passage> all;
  Seconds best_s = kNever, median_s = kNever, worst_s = kNever;
  std::int64_t quickest = 0;  // how many are as quick as the best
};
[[nodiscard]] PairDay pair_day(const Standing& standing, Ends ends, const Window& window);

// What the literature asks of a whole region. `beyond`: pairs of places beyond the limit, most
// people first.
struct Region {
  Seconds mean_s = 0;
  std::int64_t daily = 0, potential = 0, gini = 0;
  std::vector<Pair> beyond;
};
[[nodiscard]] Region region(const Times& times, const People& people, Seconds limit_s);

// People who have one of the places `from` within the limit on that day (a median over departures
// every half hour), and what each of `works`, at most kWorksMax, brings of them.
[[nodiscard]] std::vector<Gain> explain(const Looked& looked, const std::vector<std::string>& works,
                                        const std::vector<std::uint32_t>& from, Seconds limit_s,
                                        unsigned threads);

}  // namespace bashu::network
