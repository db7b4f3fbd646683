// Bytes that may be more than memory should hold: the first so many stay there, the rest go to a
// file without a name, which is gone when the program ends, however it ends.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::cli {

class Spool {
 public:
  static constexpr std::size_t kHeld = 64u << 10;  // bytes in memory

  Spool() = default;
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  [[nodiscard]] std::expected<void, Fault> add(std::string_view bytes);
  // All that was added, from the first byte on, in pieces.
  [[nodiscard]] std::expected<void, Fault> read(
      const std::function<void(std::string_view)>& take) const;

 private:
  [[nodiscard]] std::expected<void, Fault> flush();

  std::string held_;  // what the file does not have yet
  int file_ = -1;
};

}  // namespace bashu::cli
