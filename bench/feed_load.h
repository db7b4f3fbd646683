// Transfers through feeds of the pack `bench`, as the load of benchmarks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "bench/bench.h"

namespace bashu::bench {

inline constexpr std::uint64_t kLines = 8'192;  // of a batch

// The batch of this number, of transfers numbered from kLines times the number on.
[[nodiscard]] core::PostFeed batch_of(const char* feed, std::uint64_t number,
                                      const std::function<Value(std::uint64_t)>& line);
// Seconds until all are durable, the queue kept full; nothing if one was refused.
[[nodiscard]] std::optional<double> seconds_of(node::Node& node,
                                               std::vector<core::PostFeed> batches);

}  // namespace bashu::bench
