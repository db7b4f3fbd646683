// A node over a kernel that whoever simulates drives by itself: who decides, and when, is left to
// the simulation.
#pragma once

#include "node/kernel_reads.h"

namespace bashu::sim {

class KernelNode : public node::KernelReads {
 public:
  // The kernel outlives it.
  explicit KernelNode(node::Kernel& kernel) : kernel_{kernel} {}

  std::uint64_t wait_durable(std::uint64_t /*above*/, int /*timeout_ms*/) override {
    return durable();
  }
  std::expected<std::uint64_t, Fault> snapshot() override { return kernel_.snapshot(); }

 private:
  [[nodiscard]] node::Kernel& kernel() const override { return kernel_; }
  node::Kernel& kernel_;
};

}  // namespace bashu::sim
