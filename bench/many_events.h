// A long journal, made quickly: nine tenths of its events are lines of feeds, in batches of kLines,
// one tenth are steps of cases, each an entry of its own.
#pragma once

#include <cstdint>
#include <ostream>

#include "bench/bench.h"

namespace bashu::bench {

class ManyEvents {
 public:
  // Of a node that has the pack `bench`; opens the cases, if it has none yet.
  [[nodiscard]] bool begin(node::Node& node) const;
  // That many more events, of a node that holds those made before, durable when it returns; false
  // if one was refused.
  [[nodiscard]] bool make(node::Node& node, std::uint64_t events);
  // A step of one of the cases, which every call numbers anew.
  [[nodiscard]] node::Request next_step();
  // "10000 steps of cases, 90112 lines of feeds"
  void print(std::ostream& out) const;

 private:
  std::uint64_t steps_ = 0, batches_ = 0;
};

}  // namespace bashu::bench
