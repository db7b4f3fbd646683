// Secrets whose bytes lie on in a file after they were erased, until it is written anew. That takes
// as long as the file is large, so nobody waits for it, and nobody is told before that they are
// gone.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/error.h"

namespace bashu::node {

class LateEraser {
 public:
  LateEraser() = default;
  LateEraser(const LateEraser&) = delete;
  LateEraser& operator=(const LateEraser&) = delete;
  virtual ~LateEraser() = default;

  // Any thread; returns at once. Until erase_now() has returned they may still be found.
  virtual void erase_later(const std::vector<std::string>& ids) = 0;
  // Whether erase_now() has anything to do; also after a start that the end of a process before it
  // left something to.
  [[nodiscard]] virtual bool waits() = 0;
  // Those given before it was called, and those that erase_keys() of Secrets took before: no trace
  // of their bytes is left in the table when it returns. For one thread at a time, beside the one
  // of Secrets. After a Fault all of them still wait.
  [[nodiscard]] virtual std::expected<void, Fault> erase_now() = 0;
};

}  // namespace bashu::node
