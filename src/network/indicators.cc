#include "network/indicators.h"

#include <algorithm>
#include <numeric>

namespace bashu::network {

namespace {

__extension__ using Wide = __int128;

std::int64_t half_up(Wide dividend, Wide divisor) {
  return static_cast<std::int64_t>((2 * dividend + divisor) / (2 * divisor));
}

constexpr std::int64_t kHour = 3'600;

}  // namespace

std::int64_t gini(std::span<const Seconds> values, std::span<const std::int64_t> people) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return values[i] == kNever; });
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  // In order, the differences of all pairs are a sum over the places below each.
  Wide below = 0, sum_below = 0, differences = 0;
  for (const std::size_t i : order) {
    differences += people[i] * (values[i] * below - sum_below);
    below += people[i];
    sum_below += Wide{people[i]} * values[i];
  }
  if (below == 0 || sum_below == 0) return 0;
  constexpr Wide kMillion = 1'000'000;
  // Two sums of the same size: rounded once each, the result is exact to a millionth.
  return half_up(differences * kMillion / below, sum_below);
}

Indicators indicators(const Times& times, const People& people, Seconds limit_s) {
  Indicators out;
  Wide means = 0, weighted = 0, all = 0;
  std::int64_t counted = 0;
  for (std::size_t i = 0; i < times.places; ++i) {
    const auto row = times.from(i);
    Wide sum = 0, others = 0;
    std::int64_t daily = 0, potential = 0;
    for (std::size_t j = 0; j < times.places; ++j) {
      if (j == i || row[j] == kNever) continue;
      sum += Wide{people[j]} * row[j];
      others += people[j];
      if (row[j] <= limit_s) daily += people[j];
      potential += half_up(Wide{people[j]} * kHour, std::max<Seconds>(row[j], 1));
    }
    out.mean_s.push_back(others == 0 ? kNever : static_cast<Seconds>(half_up(sum, others)));
    out.daily.push_back(daily);
    out.potential.push_back(potential);
    if (others == 0) continue;
    means += out.mean_s.back();
    ++counted;
    weighted += Wide{people[i]} * out.mean_s.back();
    all += people[i];
  }
  for (const Seconds mean : out.mean_s) {
    out.coefficient.push_back(
        mean == kNever || means == 0 ? 0 : half_up(Wide{mean} * 1'000 * counted, means));
  }
  if (all > 0) out.region_mean_s = static_cast<Seconds>(half_up(weighted, all));
  out.gini = gini(out.mean_s, people);
  return out;
}

Within within(std::span<const Seconds> from_core, std::size_t core, const People& people,
              Seconds limit_s) {
  Within out;
  for (std::size_t i = 0; i < from_core.size(); ++i) {
    if (i != core && from_core[i] > limit_s) continue;
    ++out.places;
    out.people += people[i];
  }
  return out;
}

std::vector<Pair> pairs_beyond(const Times& times, const People& people, Seconds limit_s) {
  std::vector<Pair> out;
  for (std::size_t a = 0; a < times.places; ++a) {
    for (std::size_t b = a + 1; b < times.places; ++b) {
      const Seconds takes = std::max(times.from(a)[b], times.from(b)[a]);
      if (takes > limit_s) {
        out.push_back({.a = a, .b = b, .takes_s = takes, .people = people[a] + people[b]});
      }
    }
  }
  std::ranges::stable_sort(out, std::greater<>{}, &Pair::people);
  return out;
}

}  // namespace bashu::network
