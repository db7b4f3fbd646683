// What travel times say of a region, as the literature of Chengdu and Chongqing defines it (Zong
// and Huang 2019, for counties): weighted average travel time, daily accessibility, economic
// potential, accessibility coefficient; and the Gini coefficient of travel time.
//
// All in integers, every sum exact; a quotient is rounded half up. A pair without a way is left out
// of averages, and counts as more than any limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "network/timetable.h"

namespace bashu::network {

// Seconds between places, row by row; kNever where there is no way. A place is no destination of
// its own.
struct Times {
  std::size_t places = 0;
  std::vector<Seconds> seconds;
  [[nodiscard]] std::span<const Seconds> from(std::size_t place) const {
    return {seconds.data() + place * places, places};
  }
};
using People = std::vector<std::int64_t>;  // by place

struct Indicators {
  std::vector<Seconds> mean_s;            // to all others, weighted by their people
  std::vector<std::int64_t> daily;        // people reached within the limit
  std::vector<std::int64_t> potential;    // people per hour of travel: sum of M / T
  std::vector<std::int64_t> coefficient;  // mean_s over the mean of all places, in thousandths
  Seconds region_mean_s = 0;              // of mean_s, weighted by people
  std::int64_t gini = 0;                  // of mean_s among people, in millionths
};
[[nodiscard]] Indicators indicators(const Times& times, const People& people, Seconds limit_s);

// In millionths, of `values` that belong to `people` each; 0 if all have the same or nobody is
// there.
[[nodiscard]] std::int64_t gini(std::span<const Seconds> values,
                                std::span<const std::int64_t> people);

// Places from which, and people who, have one of the cores within the limit. Those of a core itself
// count. A row for each core.
struct Within {
  std::int64_t places = 0, people = 0;
  friend bool operator==(const Within&, const Within&) = default;
};
[[nodiscard]] Within within(std::span<const Seconds> from_core, std::size_t core,
                            const People& people, Seconds limit_s);

// Pairs that take longer than the limit in the slower direction, by the people of both ends, most
// first; a pair is told once.
struct Pair {
  std::size_t a = 0, b = 0;
  Seconds takes_s = 0;
  std::int64_t people = 0;
};
[[nodiscard]] std::vector<Pair> pairs_beyond(const Times& times, const People& people,
                                             Seconds limit_s);

}  // namespace bashu::network
