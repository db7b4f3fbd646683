#include "bench/working_node.h"

#include <sys/resource.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace bashu::bench {

WorkingNode::WorkingNode(const std::filesystem::path& dir, int entries)
    : one_{open_node(dir, "alpha")}, opened_{entries / 3} {
  adopt_bench_pack(*one_.node);
  for (int i = 0; i < opened_; ++i) {
    submit(core::StartCase{.by = clerk(),
                           .pack = "bench",
                           .service = "job",
                           .role = "clerk",
                           .parties = {{"here", "alpha"}, {"there", "alpha"}},
                           .parent = {},
                           .id = {},
                           .with = Value::Record{{"note", "begun"}}});
  }
  wait();
  for (int i = 0; i < entries - opened_; ++i) step(i);
  wait();
}

void WorkingNode::step(int number) {
  submit(core::FireEvent{.by = clerk(),
                         .id = core::CaseId{"alpha-" + std::to_string(1 + number % opened_)},
                         .event = "work",
                         .role = "clerk",
                         .version = {},
                         .with = Value::Record{{"note", "step " + std::to_string(number)}}});
}

void WorkingNode::submit(core::Command command) {
  ++left_;
  while (
      !one_.node->submit({.command = command, .evidence = "{}"}, [&](const node::Outcome& outcome) {
        if (!std::holds_alternative<node::Done>(outcome)) ++failed_;
        --left_;
      })) {
    std::this_thread::sleep_for(std::chrono::microseconds{50});
  }
}

void WorkingNode::wait() {
  while (left_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace bashu::bench
