#include "bench/case_load.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace bashu::bench {

bool submit_all(node::Node& node, std::uint64_t count,
                const std::function<node::Request(std::uint64_t)>& request) {
  std::atomic<std::uint64_t> left = count, refused = 0;
  const auto done = [&](const node::Outcome& outcome) {
    if (!std::holds_alternative<node::Done>(outcome)) ++refused;
    --left;
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    while (!node.submit(request(i), done)) {
      std::this_thread::sleep_for(std::chrono::microseconds{50});
    }
  }
  while (left > 0) std::this_thread::sleep_for(std::chrono::microseconds{100});
  return refused == 0;
}

node::Request open_case(std::string evidence) {
  return {.command = core::StartCase{.by = clerk(),
                                     .pack = "bench",
                                     .service = "job",
                                     .role = "clerk",
                                     .parties = {{"here", "alpha"}, {"there", "alpha"}},
                                     .parent = {},
                                     .id = {},
                                     .with = Value::Record{{"note", "begun"}}},
          .evidence = std::move(evidence)};
}

bool open_cases(node::Node& node, std::uint64_t count) {
  return submit_all(node, count, [](std::uint64_t) { return open_case("{}"); });
}

node::Request step(std::uint64_t cases, std::uint64_t number) {
  const std::uint64_t which = 1 + number % cases;
  return {
      .command = core::FireEvent{.by = clerk(),
                                 .id = core::CaseId{"alpha-" + std::to_string(which)},
                                 .event = "work",
                                 .role = "clerk",
                                 .version = {},
                                 .with = Value::Record{{"note", "step " + std::to_string(number)}}},
      .evidence = "{}"};
}

double step_rate(node::Node& node, std::uint64_t cases, std::uint64_t& number,
                 std::uint64_t apart) {
  const auto start = Steady::now();
  const std::uint64_t from = number;
  number += kStepsOfARun;
  const bool good = submit_all(node, kStepsOfARun,
                               [&](std::uint64_t i) { return step(cases, apart * (from + i)); });
  return good ? static_cast<double>(kStepsOfARun) / seconds_since(start) : 0;
}

std::vector<double> step_latencies(node::Node& node, std::uint64_t cases, int pace,
                                   std::uint64_t& number) {
  return latencies(node, [&] { return step(cases, number++); }, pace, 4 * pace, true);
}

}  // namespace bashu::bench
