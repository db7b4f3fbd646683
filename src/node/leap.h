// A day that no clock alone begins: more than a month after the last one, while nobody else was
// heard of late. So looks a start with a wrong clock, and every deadline of that month would be
// over at once; a node that is alone for days goes on by itself (node/peer_times.h).
#pragma once

#include <algorithm>

#include "base/date.h"
#include "core/store.h"
#include "node/environment.h"
#include "node/peer_times.h"

namespace bashu::node {

[[nodiscard]] inline bool has_peers(const decltype(core::Store::Circle::parties)& parties,
                                    const core::PartyId& own) {
  return std::ranges::any_of(
      parties, [&](const auto& party) { return party.second.member && party.first != own; });
}

[[nodiscard]] inline bool is_leap(Date begun, Date day, const PeerTimes& times, Clock& clock) {
  constexpr int kDaysMax = 31;
  const bool first = begun == Date{};
  return !first && day > begun.plus_days(kDaysMax) && clock.follows_time() &&
         times.differences(clock).empty();
}

}  // namespace bashu::node
