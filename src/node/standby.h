// What a node does that stands by (docs/guide/standby.md): it takes what the writer of the journal
// makes durable, looks whether the writer lives, and takes its place when that one is silent or
// when somebody says so.
//
//     every 50 ms    what is new in the journal  ──► take       on the core's thread
//     every 500 ms   the writer's beat           ──► silent for too long: raise the epoch, take the
//                                                    rest, begin
//
// A writer that only seemed dead finds the epoch raised at its next commit or beat, and ends.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "core/command.h"
#include "journal/followed.h"

namespace bashu::node {

struct StandbyStatus {
  std::string writer;  // as it calls itself
  std::uint64_t epoch = 0;
  std::uint64_t behind = 0;    // entries that are not taken yet
  std::int64_t behind_ms = 0;  // for how long there have been any
  std::int64_t silent_ms = 0;  // since the writer's last beat
  std::string trouble;         // why it does not follow or could not take over; empty: nothing
};

class Standby {
 public:
  struct Parts {
    journal::Followed& journal;  // outlives it
    std::int64_t after_ms = -1;  // of silence it takes over; -1: only when it is asked
    // Whether this machine may write the journal; asked before it takes it over.
    std::function<std::expected<void, Fault>()> may_write;
    // What comes next in the journal; returns when it is applied. After a Fault the process ends.
    std::function<std::expected<void, Fault>(const std::vector<journal::Commit>&)> take;
    // The journal is this node's and ends with `last`; returns when the entry that says so is
    // durable.
    std::function<std::expected<void, Fault>(const journal::Commit& last, const core::TakeOver&)>
        begin;
    std::function<void(const Fault&)> end;  // the process
  };
  explicit Standby(Parts parts);
  ~Standby();
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  // False once this node is the writer.
  [[nodiscard]] bool stands() const { return stands_.load(std::memory_order_acquire); }
  [[nodiscard]] StandbyStatus status();
  // Takes over now, by the word of a principal; a Fault: it could not, and goes on standing by.
  [[nodiscard]] std::expected<void, Fault> take_over(const std::string& by);
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  void run();
  // Takes one piece of what is new; false: there is none.
  [[nodiscard]] std::expected<bool, Fault> follow();
  void look();
  [[nodiscard]] bool silent() const;
  [[nodiscard]] std::expected<void, Fault> become_writer(const std::string& by);

  Parts parts_;
  std::atomic<bool> stands_ = true;

  // The thread's own.
  journal::Seat seat_;
  Clock::time_point changed_at_, looked_at_;
  std::optional<Clock::time_point> answers_since_;

  std::mutex mutex_;  // of what follows
  std::condition_variable woken_, answered_;
  StandbyStatus status_;
  std::optional<Clock::time_point> behind_since_;
  bool stop_ = false;
  std::string asked_by_;
  std::optional<std::expected<void, Fault>> outcome_;
  std::thread thread_;
};

}  // namespace bashu::node
