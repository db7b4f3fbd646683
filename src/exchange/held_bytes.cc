#include "exchange/held_bytes.h"

#include <algorithm>

#include "base/json.h"
#include "core/peers/parked.h"

namespace bashu::exchange {

void HeldBytes::measure(const core::State& state, std::string_view party) {
  parked_bytes_ =
      static_cast<std::size_t>(std::max<std::int64_t>(state.serial(core::kParkedOf, party), 0));
  const auto& held = state.inbox(party).held;
  // Numbers only grow: as many as before with the same last one are the same.
  const bool same = held.size() == held_.size() &&
                    (held.empty() || held.rbegin()->first == held_.rbegin()->first);
  if (same) return;
  std::erase_if(held_, [&](const auto& one) {
    if (held.contains(one.first)) return false;
    held_bytes_ -= one.second;
    return true;
  });
  for (auto it = held.rbegin(); it != held.rend() && !held_.contains(it->first); ++it) {
    const std::size_t size = canonical_json(it->second.body).size();
    held_.emplace(it->first, size);
    held_bytes_ += size;
  }
}

}  // namespace bashu::exchange
