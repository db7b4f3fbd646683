// The disk under a node's directory. Below a floor the gate is shut, so that writing ends cleanly
// before the disk is full, where a commit would end the process; it opens again by itself.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>

#include "base/error.h"
#include "node/gate.h"

namespace bashu::node {

inline constexpr std::uint64_t kDiskFloor = 512U << 20;

// Bytes that the node may still write.
[[nodiscard]] std::expected<std::uint64_t, Fault> disk_free(const std::filesystem::path& dir);

class DiskFloor {
 public:
  DiskFloor(std::filesystem::path dir, std::uint64_t floor, Gate& gate)
      : dir_{std::move(dir)}, floor_{floor}, gate_{gate} {}
  // Looks once; true if the gate changed. A disk that cannot be asked changes nothing.
  bool look();
  [[nodiscard]] std::uint64_t floor() const { return floor_; }

 private:
  std::filesystem::path dir_;
  std::uint64_t floor_;
  Gate& gate_;
};

}  // namespace bashu::node
