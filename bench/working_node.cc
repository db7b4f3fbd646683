#include "bench/working_node.h"

#include <thread>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "bench/case_load.h"

namespace bashu::bench {

WorkingNode::WorkingNode(const std::filesystem::path& dir, std::uint64_t entries)
    : one_{open_node(dir, "alpha")}, opened_{entries / 3} {
  adopt_bench_pack(*one_.node);
  BASHU_ASSERT(open_cases(*one_.node, opened_));
  BASHU_ASSERT(submit_all(*one_.node, entries - opened_,
                          [this](std::uint64_t number) { return bench::step(opened_, number); }));
}

void WorkingNode::step(std::uint64_t number) {
  ++left_;
  while (!one_.node->submit(bench::step(opened_, number), [&](const node::Outcome& outcome) {
    if (!std::holds_alternative<node::Done>(outcome)) ++failed_;
    --left_;
  })) {
    std::this_thread::sleep_for(std::chrono::microseconds{50});
  }
}

void WorkingNode::wait() {
  while (left_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

}  // namespace bashu::bench
