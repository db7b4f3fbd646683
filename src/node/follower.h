// Keeps a projection behind a node, on a thread of its own: any number of them follow, and a slow
// one holds nobody up.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.h"
#include "node/node.h"
#include "node/projection.h"

namespace bashu::node {

class Follower {
 public:
  struct Parts {
    Node& node;              // both must outlive it
    Projection& projection;  // used by the follower's thread alone, except in aside()
    // Called now and then while nothing is missing, or at least every two seconds: to do what waits
    // for the entries, a little at a time. `hurry` says that there is more to take.
    std::function<void(const std::function<bool()>& hurry)> idle;
  };
  Follower(Parts parts, const char* thread_name);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Waits until the entry at `position` is taken; false if the time is up or following failed.
  [[nodiscard]] bool wait(std::uint64_t position, int timeout_ms);
  // Empty while all is well; otherwise why it no longer follows. A journal that cannot be read is
  // asked again: the server that keeps it may be away for a while. What the projection did not take
  // stands still until aside() has put it right.
  [[nodiscard]] std::string fault();
  // Runs `change` while nothing is taken; if it succeeds, following goes on as if nothing had
  // failed.
  [[nodiscard]] std::expected<void, Fault> aside(
      const std::function<std::expected<void, Fault>()>& change);
  [[nodiscard]] bool stopping() const { return stop_; }
  // Ends the thread; what is being taken is taken whole.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  void follow();
  [[nodiscard]] std::expected<void, Fault> catch_up();
  void gather();
  void tell();

  Parts parts_;
  std::atomic<bool> stop_ = false;
  std::mutex taking_;  // held while entries go into the projection
  std::mutex mutex_;   // of what follows
  std::condition_variable changed_;
  std::uint64_t next_ = 0, wanted_ = 0;  // taken; somebody waits for
  std::string fault_;
  bool unread_ = false;     // the journal could not be read; the thread's
  Clock::time_point told_;  // when entries were last taken
  Clock::time_point idle_;  // when idle() was last called; the thread's
  std::thread thread_;
};

}  // namespace bashu::node
