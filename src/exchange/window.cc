#include "exchange/window.h"

#include <algorithm>

#include "base/assert.h"

namespace bashu::exchange {

std::int64_t backoff_ms(int tries, std::uint8_t chance) {
  const int doublings = std::clamp(tries - 1, 0, 6);
  const std::int64_t whole = std::min<std::int64_t>(60'000, std::int64_t{1'000} << doublings);
  // 80 % to 120 % in 255 steps.
  return whole * 8 / 10 + whole * 4 / 10 * chance / 255;
}

void SendWindow::begin(std::int64_t acked, const std::set<std::int64_t>& beyond) {
  acked_ = acked;
  beyond_ = beyond;
  in_flight_.clear();
  pauses_.clear();
  limit_ = window_;
}

void SendWindow::set_window(std::int64_t window) {
  window_ = window;
  limit_ = std::min(limit_, window);
}

std::optional<std::int64_t> SendWindow::next(std::int64_t now_ms) const {
  if (static_cast<std::int64_t>(in_flight_.size()) >= limit_) return std::nullopt;
  for (std::int64_t seq = acked_ + 1; seq <= acked_ + window_; ++seq) {
    if (beyond_.contains(seq) || in_flight_.contains(seq)) continue;
    const auto pause = pauses_.find(seq);
    if (pause == pauses_.end() || pause->second.until_ms <= now_ms) return seq;
  }
  return std::nullopt;
}

void SendWindow::sent(std::int64_t seq) {
  BASHU_ASSERT(!is_answered(seq));
  in_flight_.insert(seq);
}

void SendWindow::answered(std::int64_t seq) {
  in_flight_.erase(seq);
  pauses_.erase(seq);
  if (is_answered(seq)) return;
  beyond_.insert(seq);
  while (!beyond_.empty() && *beyond_.begin() == acked_ + 1) {
    ++acked_;
    beyond_.erase(beyond_.begin());
  }
  limit_ = std::min(limit_ + 1, window_);
}

void SendWindow::again(std::int64_t seq, std::int64_t at_ms) {
  in_flight_.erase(seq);
  if (is_answered(seq)) return;
  Pause& pause = pauses_[seq];
  pause.until_ms = at_ms;
  ++pause.tries;
}

void SendWindow::busy() { limit_ = std::max<std::int64_t>(1, limit_ / 2); }

std::optional<std::int64_t> SendWindow::wake_ms() const {
  std::optional<std::int64_t> first;
  for (const auto& [seq, pause] : pauses_) {
    if (in_flight_.contains(seq)) continue;
    if (!first || pause.until_ms < *first) first = pause.until_ms;
  }
  return first;
}

int SendWindow::tries(std::int64_t seq) const {
  const auto pause = pauses_.find(seq);
  return pause == pauses_.end() ? 0 : pause->second.tries;
}

}  // namespace bashu::exchange
