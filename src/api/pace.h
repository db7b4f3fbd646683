// How fast one principal may read: so many at once as in a minute, and then as many as the minute
// gives back. Whoever may see much can still read all of it, but not as fast as the node answers.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace bashu::api {

class Pace {
 public:
  // `per_minute` 0: any number.
  explicit Pace(std::int64_t per_minute) : per_minute_{per_minute} {}

  // Counts one; 0: it may be. Else the seconds until the next may be, and nothing is counted.
  [[nodiscard]] int take(std::string_view principal, std::int64_t now_ms);

 private:
  struct Left {
    std::int64_t parts = 0;  // 60,000 make one
    std::int64_t at_ms = 0;
  };
  [[nodiscard]] std::int64_t left(const Left& one, std::int64_t now_ms) const;
  void forget_rested(std::int64_t now_ms);

  std::int64_t per_minute_;
  std::mutex mutex_;
  std::map<std::string, Left, std::less<>> left_;  // of those who have read in the last minute
  std::int64_t looked_ms_ = 0;                     // for those who rest
};

}  // namespace bashu::api
