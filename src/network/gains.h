// What each of several works brings, alone and after the others, exactly: the value of every subset
// is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace bashu::network {

inline constexpr std::size_t kWorksMax = 10;  // 1,024 subsets

struct Gain {
  std::int64_t alone = 0;  // it opens and no other does
  std::int64_t last = 0;   // it opens after all others
  std::int64_t share = 0;  // mean over all orders of opening (Shapley), rounded half up
  friend bool operator==(const Gain&, const Gain&) = default;
};

// `value(subset)` has bit i for work i; called once for each subset, from `threads` threads at
// once.
[[nodiscard]] std::vector<Gain> gains(std::size_t works, unsigned threads,
                                      const std::function<std::int64_t(std::uint32_t)>& value);

}  // namespace bashu::network
