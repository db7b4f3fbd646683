// A node with a long journal of cases, which goes on working while something is measured beside it.
#pragma once

#include <atomic>
#include <filesystem>

#include "bench/bench.h"

namespace bashu::bench {

class WorkingNode {
 public:
  // A third of the entries open cases, the others are steps of them.
  WorkingNode(const std::filesystem::path& dir, int entries);
  [[nodiscard]] node::Node& node() { return *one_.node; }
  // A step of a case; any number of them at once.
  void step(int number);
  void wait();  // until all is decided
  [[nodiscard]] bool sound() const { return failed_ == 0; }

 private:
  void submit(core::Command command);

  BenchNode one_;
  int opened_;
  std::atomic<int> left_ = 0, failed_ = 0;
};

// Of the whole process: what a busy machine does not lengthen.
[[nodiscard]] double cpu_seconds();

}  // namespace bashu::bench
