// How much of a peer waits at this node: messages that are held, and steps that came early
// (core/peers/parked.h). Beyond a bound nothing more is taken of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "core/state.h"

namespace bashu::exchange {

class HeldBytes {
 public:
  // As it is now; a body is measured once.
  void measure(const core::State& state, std::string_view party);
  [[nodiscard]] std::size_t messages() const { return held_.size(); }
  // Of bodies, in canonical JSON.
  [[nodiscard]] std::size_t bytes() const { return held_bytes_ + parked_bytes_; }

 private:
  std::map<std::int64_t, std::size_t> held_;  // by number
  std::size_t held_bytes_ = 0, parked_bytes_ = 0;
};

}  // namespace bashu::exchange
