// Cases of the pack `bench` and steps of them, as the load of benchmarks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/bench.h"

namespace bashu::bench {

// Submits `count` requests, the queue kept full, and waits; false if one was refused.
[[nodiscard]] bool submit_all(node::Node& node, std::uint64_t count,
                              const std::function<node::Request(std::uint64_t)>& request);
[[nodiscard]] node::Request open_case(std::string evidence);
// Opens `count` cases of alpha: alpha-1 and so on, if it has none yet.
[[nodiscard]] bool open_cases(node::Node& node, std::uint64_t count);
// Step `number`, of one of the first `cases` of alpha.
[[nodiscard]] node::Request step(std::uint64_t cases, std::uint64_t number);

inline constexpr std::uint64_t kStepsOfARun = 20'000;
// Durable steps a second of a run, of cases so far apart; `number` is counted on. 0: one was
// refused.
[[nodiscard]] double step_rate(node::Node& node, std::uint64_t cases, std::uint64_t& number,
                               std::uint64_t apart = 1);
// Milliseconds of each of `pace` steps a second for 4 s.
[[nodiscard]] std::vector<double> step_latencies(node::Node& node, std::uint64_t cases, int pace,
                                                 std::uint64_t& number);

}  // namespace bashu::bench
