// The writer's lock on a directory: DIR/lock, held as long as the object lives. A process that dies
// gives it up by itself.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>

#include "base/error.h"

namespace bashu::journal {

class Lock {
 public:
  [[nodiscard]] static std::expected<Lock, Fault> take(const std::filesystem::path& directory);
  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();

 private:
  explicit Lock(int file) : file_{file} {}
  int file_ = -1;
};

}  // namespace bashu::journal
