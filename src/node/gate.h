// Whether a node takes writes. It is shut for a reason that can end: a directory brought back from
// a backup whose journal nobody has confirmed yet, a disk that is nearly full, a journal that
// another machine writes, or one that too few servers would have. Meanwhile it decides nothing and
// no day begins; reads go on. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "base/error.h"

namespace bashu::node {

class Gate {
 public:
  enum class Why : std::uint8_t { restored, disk, standby, quorum };

  void shut(Why why, Title text);
  void open(Why why);
  // One atomic load while it is open.
  [[nodiscard]] bool is_open() const { return open_.load(std::memory_order_acquire); }
  [[nodiscard]] bool is_shut(Why why) const;
  // What whoever wants to write is told; nothing while it is open.
  [[nodiscard]] std::optional<Reject> refusal() const;

 private:
  mutable std::mutex mutex_;
  std::map<Why, Title> reasons_;
  std::atomic<bool> open_ = true;
};

}  // namespace bashu::node
