// The slot `deciding`: which message is being decided, so that one that brings the process down is
// known after the restart (docs/formats/evidence.md 8.5).
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "node/storage/storage.h"

namespace bashu::node {

class CrashMark {
 public:
  [[nodiscard]] static std::expected<CrashMark, Fault> open(Storage& storage);

  // How many processes in a row ended while they decided this message.
  [[nodiscard]] int crashes(std::string_view from, std::int64_t seq) const;
  void begin(std::string_view from, std::int64_t seq);
  void end();

 private:
  explicit CrashMark(std::unique_ptr<Slot> slot);
  void write(const std::string& line);
  std::unique_ptr<Slot> slot_;
  std::string from_;  // as found at the start
  std::int64_t seq_ = 0;
  int crashes_ = 0;
};

}  // namespace bashu::node
