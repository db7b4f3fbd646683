// A node with a long journal of cases, which goes on working while something is measured beside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "bench/bench.h"

namespace bashu::bench {

class WorkingNode {
 public:
  // A third of the entries open cases, the others are steps of them.
  WorkingNode(const std::filesystem::path& dir, std::uint64_t entries);
  [[nodiscard]] node::Node& node() { return *one_.node; }
  // A step of a case; any number of them at once.
  void step(std::uint64_t number);
  void wait();  // until all is decided
  [[nodiscard]] bool sound() const { return failed_ == 0; }

 private:
  BenchNode one_;
  std::uint64_t opened_;
  std::atomic<int> left_ = 0, failed_ = 0;
};

}  // namespace bashu::bench
