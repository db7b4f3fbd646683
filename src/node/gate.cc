#include "node/gate.h"

#include <utility>

namespace bashu::node {

void Gate::shut(Why why, Title text) {
  const std::lock_guard lock{mutex_};
  reasons_.insert_or_assign(why, std::move(text));
  open_.store(false, std::memory_order_release);
}

void Gate::open(Why why) {
  const std::lock_guard lock{mutex_};
  reasons_.erase(why);
  open_.store(reasons_.empty(), std::memory_order_release);
}

bool Gate::is_shut(Why why) const {
  const std::lock_guard lock{mutex_};
  return reasons_.contains(why);
}

std::optional<Reject> Gate::refusal() const {
  if (is_open()) return std::nullopt;
  const std::lock_guard lock{mutex_};
  Reject refused{.code = RejectCode::not_ready, .where = {}, .why = {}};
  for (const auto& [why, text] : reasons_) refused.why.push_back(text);
  return refused.why.empty() ? std::nullopt : std::optional{std::move(refused)};
}

}  // namespace bashu::node
