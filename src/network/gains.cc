#include "network/gains.h"

#include <atomic>
#include <bit>
#include <thread>

#include "base/assert.h"

namespace bashu::network {

namespace {

std::int64_t factorial(std::size_t n) {
  return n < 2 ? 1 : factorial(n - 1) * static_cast<std::int64_t>(n);
}

std::int64_t half_up(std::int64_t dividend, std::int64_t divisor) {
  const std::int64_t twice = 2 * dividend + divisor;
  return twice / (2 * divisor) - (twice % (2 * divisor) < 0 ? 1 : 0);
}

std::vector<std::int64_t> values_of(std::size_t works, unsigned threads,
                                    const std::function<std::int64_t(std::uint32_t)>& value) {
  std::vector<std::int64_t> out(std::size_t{1} << works);
  std::atomic<std::uint32_t> next = 0;
  const auto run = [&] {
    for (std::uint32_t subset = next++; subset < out.size(); subset = next++) {
      out[subset] = value(subset);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(run);
  run();
  return out;
}

}  // namespace

std::vector<Gain> gains(std::size_t works, unsigned threads,
                        const std::function<std::int64_t(std::uint32_t)>& value) {
  BASHU_ASSERT(works <= kWorksMax);
  const auto values = values_of(works, threads, value);
  const auto all = static_cast<std::uint32_t>(values.size() - 1);
  std::vector<Gain> out;
  for (std::size_t work = 0; work < works; ++work) {
    const std::uint32_t own = 1U << work;
    Gain gain{.alone = values[own] - values[0], .last = values[all] - values[all & ~own]};
    std::int64_t sum = 0;
    for (std::uint32_t subset = 0; subset <= all; ++subset) {
      if (subset & own) continue;
      const auto before = static_cast<std::size_t>(std::popcount(subset));
      sum += factorial(before) * factorial(works - 1 - before) *
             (values[subset | own] - values[subset]);
    }
    gain.share = half_up(sum, factorial(works));
    out.push_back(gain);
  }
  return out;
}

}  // namespace bashu::network
