#include "network/questions.h"

#include <algorithm>
#include <numeric>

namespace bashu::network {

PairDay pair_day(const Standing& standing, Ends ends, const Window& window) {
  PairDay out{.all = passages_of(standing, ends, window)};
  if (out.all.empty()) return out;
  std::vector<Seconds> takes;
  for (const Passage& one : out.all) takes.push_back(one.takes_s());
  std::ranges::sort(takes);
  out.best_s = takes.front();
  out.median_s = takes[(takes.size() - 1) / 2];
  out.worst_s = takes.back();
  out.quickest = std::ranges::count(takes, takes.front());
  return out;
}

Region region(const Times& times, const People& people, Seconds limit_s) {
  const Indicators all = indicators(times, people, limit_s);
  return {.mean_s = all.region_mean_s,
          .daily = std::accumulate(all.daily.begin(), all.daily.end(), std::int64_t{0}),
          .potential = std::accumulate(all.potential.begin(), all.potential.end(), std::int64_t{0}),
          .gini = all.gini,
          .beyond = pairs_beyond(times, people, limit_s)};
}

std::vector<Gain> explain(const Looked& looked, const std::vector<std::string>& works,
                          const std::vector<std::uint32_t>& from, Seconds limit_s,
                          unsigned threads) {
  constexpr Window kHalfHours{.first_s = 6 * 3'600, .last_s = 22 * 3'600, .step_s = 1'800};
  const People people = looked.circle.people();
  const auto reached = [&](std::uint32_t subset) {
    Openings openings = looked.openings;
    for (std::size_t i = 0; i < works.size(); ++i) {
      openings[works[i]] = subset >> i & 1 ? Opening{.since = looked.day, .plan = {}} : Opening{};
    }
    const Standing standing = standing_on(looked.circle, openings, looked.day);
    std::vector<bool> there(people.size());
    for (const std::uint32_t place : from) {
      const auto spreads = minutes_from(standing, place, kHalfHours);
      for (std::size_t p = 0; p < there.size(); ++p) {
        if (spreads[p].median_s <= limit_s) there[p] = true;
      }
    }
    std::int64_t sum = 0;
    for (std::size_t p = 0; p < there.size(); ++p) sum += there[p] ? people[p] : 0;
    return sum;
  };
  return gains(works.size(), threads, reached);
}

}  // namespace bashu::network
