#include "api/pace.h"

#include <algorithm>

namespace bashu::api {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kLookMs = 1'000;
constexpr std::size_t kRememberedMax = 4'096;  // before those who rest are forgotten

}  // namespace

// In a millisecond a minute's number of parts comes back.
std::int64_t Pace::left(const Left& one, std::int64_t now_ms) const {
  const std::int64_t rested = std::clamp<std::int64_t>(now_ms - one.at_ms, 0, kMinuteMs);
  return std::min(one.parts + rested * per_minute_, per_minute_ * kMinuteMs);
}

int Pace::take(std::string_view principal, std::int64_t now_ms) {
  if (per_minute_ == 0) return 0;
  const std::lock_guard lock{mutex_};
  if (left_.size() > kRememberedMax && now_ms - looked_ms_ >= kLookMs) {
    looked_ms_ = now_ms;
    forget_rested(now_ms);
  }
  auto it = left_.find(principal);
  if (it == left_.end()) {
    const Left all{.parts = per_minute_ * kMinuteMs, .at_ms = now_ms};
    it = left_.emplace(std::string{principal}, all).first;
  }
  Left& one = it->second;
  one = {.parts = left(one, now_ms), .at_ms = now_ms};
  if (one.parts < kMinuteMs) {
    const std::int64_t wait_ms = (kMinuteMs - one.parts + per_minute_ - 1) / per_minute_;
    return static_cast<int>((wait_ms + 999) / 1'000);
  }
  one.parts -= kMinuteMs;
  return 0;
}

void Pace::forget_rested(std::int64_t now_ms) {
  std::erase_if(
      left_, [&](const auto& one) { return left(one.second, now_ms) == per_minute_ * kMinuteMs; });
}

}  // namespace bashu::api
