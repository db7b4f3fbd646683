// Time and chance of the machine.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "base/error.h"
#include "node/environment.h"

namespace bashu::node {

class SystemClock final : public Clock {
 public:
  explicit SystemClock(int offset_minutes) : offset_minutes_{offset_minutes} {}
  Instant now() override;
  Date today() override;
  [[nodiscard]] bool follows_time() const override { return true; }
  Date day_of(Instant at) override { return Date::at(at, offset_minutes_); }

 private:
  int offset_minutes_;
};

// The day is set by hand and kept in DIR/rehearsal-day; now() stays the machine's. Thread-safe.
class RehearsalClock final : public Clock {
 public:
  // For open().
  RehearsalClock(std::filesystem::path file, Date today) : file_{std::move(file)}, today_{today} {}
  // Begins with the day kept there, or with today's by the offset.
  [[nodiscard]] static std::expected<std::unique_ptr<RehearsalClock>, Fault> open(
      const std::filesystem::path& dir, int offset_minutes);
  // Durable when it returns. A day never goes back: an earlier one changes nothing.
  [[nodiscard]] std::expected<void, Fault> set_today(Date day);
  Instant now() override;
  Date today() override;

 private:
  std::filesystem::path file_;
  std::mutex guard_;
  Date today_;
};

class SystemChance final : public Chance {
 public:
  SystemChance();
  std::string bytes(std::size_t count) override;
};

}  // namespace bashu::node
