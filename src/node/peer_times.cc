#include "node/peer_times.h"

#include <algorithm>

namespace bashu::node {

namespace {

constexpr std::int64_t kFreshMs = 6 * 3'600'000;

}  // namespace

void PeerTimes::heard(const std::string& party, Instant theirs, Clock& clock) {
  const std::lock_guard lock{mutex_};
  heard_[party] = {.theirs_ms = theirs.unix_ms, .steady_ms = clock.steady_ms()};
}

void PeerTimes::await(std::int64_t ms, Clock& clock) {
  const std::lock_guard lock{mutex_};
  awaited_ms_ = clock.steady_ms() + ms;
}

std::vector<PeerTimes::Difference> PeerTimes::differences(Clock& clock) const {
  const std::int64_t now = clock.now().unix_ms;
  const std::int64_t steady = clock.steady_ms();
  std::vector<Difference> all;
  const std::lock_guard lock{mutex_};
  for (const auto& [party, one] : heard_) {
    const std::int64_t age = steady - one.steady_ms;
    if (age > kFreshMs) continue;
    all.push_back(
        {.party = party, .seconds = (one.theirs_ms + age - now) / 1'000, .age_s = age / 1'000});
  }
  return all;
}

Date PeerTimes::confirmed(Date day, Clock& clock) const {
  const std::int64_t steady = clock.steady_ms();
  const std::lock_guard lock{mutex_};
  bool any = false;
  Date latest = Date::from_days(0);
  for (const auto& [party, one] : heard_) {
    const std::int64_t age = steady - one.steady_ms;
    if (age > kFreshMs) continue;
    any = true;
    latest = std::max(latest, clock.day_of({one.theirs_ms + age}));
  }
  return any || steady < awaited_ms_ ? std::min(day, latest) : day;
}

}  // namespace bashu::node
