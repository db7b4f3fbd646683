#include "clearing/money.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "base/assert.h"

namespace bashu::clearing {

namespace {

__extension__ using Wide = __int128;

// The quotient away from zero by one, if `rounding` says so of the remainder.
Wide rounded(Wide value, Wide by, Rounding rounding) {
  const Wide magnitude = value < 0 ? -value : value;
  Wide whole = magnitude / by;
  const Wide rest = magnitude % by;
  switch (rounding) {
    case Rounding::down:
      break;
    case Rounding::up:
      whole += rest != 0;
      break;
    case Rounding::half_up:
      whole += 2 * rest >= by;
      break;
    case Rounding::half_even:
      whole += 2 * rest > by || (2 * rest == by && whole % 2 != 0);
      break;
  }
  return value < 0 ? -whole : whole;
}

}  // namespace

Money part_of(Money amount, std::int64_t ppm, Rounding rounding) {
  BASHU_ASSERT(ppm >= 0 && ppm <= kMillion);
  return static_cast<Money>(rounded(Wide{amount} * ppm, kMillion, rounding));
}

std::vector<Money> split(Money total, std::span<const std::int64_t> weights) {
  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  BASHU_ASSERT(sum > 0 && std::ranges::all_of(weights, [](auto w) { return w >= 0; }));
  std::vector<Money> parts;
  std::vector<std::pair<Wide, std::size_t>> rests;
  const Wide magnitude = total < 0 ? -Wide{total} : Wide{total};
  Wide given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide product = magnitude * weights[i];
    parts.push_back(static_cast<Money>(product / sum));
    given += product / sum;
    rests.emplace_back(product % sum, i);
  }
  std::ranges::stable_sort(rests, [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; given < magnitude; ++i, ++given) ++parts[rests[i].second];
  if (total < 0) std::ranges::transform(parts, parts.begin(), std::negate<>{});
  return parts;
}

std::string yuan(Money fen) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%s%lld.%02lld", fen < 0 ? "-" : "",
                static_cast<long long>(std::abs(fen) / 100),
                static_cast<long long>(std::abs(fen) % 100));
  return text.data();
}

}  // namespace bashu::clearing
