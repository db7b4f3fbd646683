// Virtual time: what is to happen, in order. Of two events at one moment the one planned first
// comes first, so that a run is a function of its seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace bashu::sim {

class Timeline {
 public:
  [[nodiscard]] std::int64_t now() const { return now_; }
  void in(std::int64_t delay_ms, std::function<void()> happen) {
    plan_.emplace(std::pair{now_ + std::max<std::int64_t>(delay_ms, 0), planned_++},
                  std::move(happen));
  }
  // False if nothing is planned.
  bool step() {
    if (plan_.empty()) return false;
    auto first = plan_.begin();
    now_ = first->first.first;
    const std::function<void()> happen = std::move(first->second);
    plan_.erase(first);
    happen();
    return true;
  }

 private:
  std::int64_t now_ = 0;
  std::uint64_t planned_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> plan_;
};

}  // namespace bashu::sim
