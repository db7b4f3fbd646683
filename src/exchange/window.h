// Which message of a channel may be sent now (docs/formats/evidence.md 8.1). Pure: no clock, no
// network, no journal.
//
//     acked          next()             acked + window
//       │ answered │ in flight │ waiting │
//
// Numbers up to `acked` are answered. Beyond, each is answered, in flight, pausing after a failed
// try, or free. How many may be in flight shrinks by half when the peer is busy and grows by one
// with every receipt.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace bashu::exchange {

// 1 s doubling to 60 s, ±20 %. `tries` counts failures so far, from 1; `chance` is a random byte.
[[nodiscard]] std::int64_t backoff_ms(int tries, std::uint8_t chance);

class SendWindow {
 public:
  explicit SendWindow(std::int64_t window) : window_{window}, limit_{window} {}

  // What the journal says; nothing is in flight.
  void begin(std::int64_t acked, const std::set<std::int64_t>& beyond);
  void set_window(std::int64_t window);

  // The lowest number that may be sent at `now_ms`; whether there is such a message is the
  // caller's.
  [[nodiscard]] std::optional<std::int64_t> next(std::int64_t now_ms) const;
  void sent(std::int64_t seq);
  // A receipt came.
  void answered(std::int64_t seq);
  // It must be sent again, not before `at_ms`.
  void again(std::int64_t seq, std::int64_t at_ms);
  // The peer is busy: half as many at once.
  void busy();

  // Whether everything up to `seq` is answered.
  [[nodiscard]] std::int64_t acked() const { return acked_; }
  [[nodiscard]] bool is_answered(std::int64_t seq) const {
    return seq <= acked_ || beyond_.contains(seq);
  }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }
  [[nodiscard]] std::int64_t limit() const { return limit_; }
  // When the first pause ends; nullopt if nothing pauses.
  [[nodiscard]] std::optional<std::int64_t> wake_ms() const;
  // Failures of this message so far.
  [[nodiscard]] int tries(std::int64_t seq) const;

 private:
  struct Pause {
    std::int64_t until_ms = 0;
    int tries = 0;
  };
  std::int64_t window_;
  std::int64_t limit_;
  std::int64_t acked_ = 0;
  std::set<std::int64_t> beyond_;  // answered beyond acked_
  std::set<std::int64_t> in_flight_;
  std::map<std::int64_t, Pause> pauses_;  // of those that failed, also while in flight
};

}  // namespace bashu::exchange
