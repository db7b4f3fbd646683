#include "http/turned_away.h"

#include <utility>

namespace bashu::http {

void TurnedAway::note(const std::string& address, std::string_view why) {
  const std::lock_guard lock{mutex_};
  const bool named = counts_.contains(address) || counts_.size() < kAddresses;
  Count& count = counts_[named ? address : std::string{}];
  if (named) count.address = address;
  count.why = why;
  ++count.times;
}

std::vector<TurnedAway::Count> TurnedAway::take() {
  const std::lock_guard lock{mutex_};
  std::vector<Count> all;
  for (auto& [address, count] : std::exchange(counts_, {})) all.push_back(std::move(count));
  return all;
}

}  // namespace bashu::http
