// DIR/deciding: which message is being decided, so that one that brings the process down is known
// after the restart (docs/formats/evidence.md 8.5). Written in place without a flush: it has to
// survive the process, not the machine.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::node {

class CrashMark {
 public:
  [[nodiscard]] static std::expected<CrashMark, Fault> open(const std::filesystem::path& file);
  CrashMark(CrashMark&& other) noexcept;
  CrashMark& operator=(CrashMark&& other) noexcept;
  ~CrashMark();

  // How many processes in a row ended while they decided this message.
  [[nodiscard]] int crashes(std::string_view from, std::int64_t seq) const;
  void begin(std::string_view from, std::int64_t seq);
  void end();

 private:
  explicit CrashMark(int file) : file_{file} {}
  void write(const std::string& line) const;
  int file_ = -1;
  std::string from_;  // as found at the start
  std::int64_t seq_ = 0;
  int crashes_ = 0;
};

}  // namespace bashu::node
