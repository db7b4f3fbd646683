#include "bench/many_events.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "bench/case_load.h"
#include "bench/feed_load.h"

namespace bashu::bench {

namespace {

constexpr std::uint64_t kCases = 2'000;
// Made and queued at once, so that neither takes much memory.
constexpr std::uint64_t kBatchesOfARound = 20;
constexpr std::uint64_t kStepsOfARound = kBatchesOfARound * kLines / 9;

}  // namespace

bool ManyEvents::begin(node::Node& node) const { return open_cases(node, kCases); }

node::Request ManyEvents::next_step() { return step(kCases, steps_++); }

bool ManyEvents::make(node::Node& node, std::uint64_t events) {
  while (events > 0) {
    const std::uint64_t steps = std::min(events, kStepsOfARound);
    if (!submit_all(node, steps, [this](std::uint64_t) { return next_step(); })) return false;
    events -= steps;
    std::vector<core::PostFeed> batches;
    for (; batches.size() < kBatchesOfARound && events > 0; events -= std::min(events, kLines)) {
      batches.push_back(batch_of("transfer", batches_++, transfer));
    }
    if (!batches.empty() && !seconds_of(node, std::move(batches))) return false;
  }
  return true;
}

void ManyEvents::print(std::ostream& out) const {
  out << steps_ << " steps of cases, " << batches_ * kLines << " lines of feeds";
}

}  // namespace bashu::bench
