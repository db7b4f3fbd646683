// What time it is at the peers, by what their servers say over TLS with each answer. A node whose
// clock is ahead would begin days that no peer confirms, and every deadline with them; it asks here
// before it begins one. Without a peer heard of late it goes by its own clock. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/instant.h"
#include "node/environment.h"

namespace bashu::node {

class PeerTimes {
 public:
  // `theirs` is what its node says just now. Times run on without our clock, which may be set.
  void heard(const std::string& party, Instant theirs, Clock& clock);

  struct Difference {
    std::string party;
    std::int64_t seconds = 0;  // their clock before ours: positive, they are ahead
    std::int64_t age_s = 0;    // since it was heard
  };
  // Of peers heard in the last hours.
  [[nodiscard]] std::vector<Difference> differences(Clock& clock) const;

  // For so long no day is confirmed before a peer was heard: at a start after days of rest, where a
  // wrong clock looks like the time that went by.
  void await(std::int64_t ms, Clock& clock);

  // The last day up to `day` that is not contradicted: `day` itself if a peer says so, or if none
  // was heard; else the latest that one of them says.
  [[nodiscard]] Date confirmed(Date day, Clock& clock) const;

 private:
  struct Heard {
    std::int64_t theirs_ms = 0, steady_ms = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Heard> heard_;
  std::int64_t awaited_ms_ = 0;  // until then, steady; 0: not
};

}  // namespace bashu::node
