#include "people/brake.h"

#include <algorithm>

namespace bashu::people {

std::int64_t Brake::wait_ms(std::string_view whom, std::int64_t now_ms) {
  const std::lock_guard lock{mutex_};
  const auto it = tries_.find(whom);
  return it == tries_.end() ? 0 : std::max<std::int64_t>(0, it->second.until_ms - now_ms);
}

void Brake::wrong(std::string_view whom, std::int64_t now_ms) {
  constexpr std::size_t kManyNames = 10'000;
  constexpr int kDoublingsMax = 20;
  const std::lock_guard lock{mutex_};
  if (tries_.size() > kManyNames) {
    std::erase_if(tries_,
                  [&](const auto& one) { return now_ms - one.second.last_ms > limits_.forget_ms; });
  }
  Tries& tries = tries_[std::string{whom}];
  if (now_ms - tries.last_ms > limits_.forget_ms) tries = {};
  ++tries.wrong;
  tries.last_ms = now_ms;
  const int beyond = std::min(tries.wrong - limits_.free, kDoublingsMax);
  if (beyond >= 0) {
    tries.until_ms = now_ms + std::min(limits_.longest_ms, limits_.first_ms << beyond);
  }
}

void Brake::right(std::string_view whom) {
  const std::lock_guard lock{mutex_};
  if (const auto it = tries_.find(whom); it != tries_.end()) tries_.erase(it);
}

}  // namespace bashu::people
