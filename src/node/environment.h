// What the node takes from outside itself, so that a test can give it: time and chance.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/date.h"
#include "base/instant.h"

namespace bashu::node {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  virtual Instant now() = 0;
  // The business day here. Follows now(), except in rehearsals, where it is set by hand so that a
  // year can pass in minutes; evidence always carries now().
  virtual Date today() = 0;
  // Whether the day is that of the machine's time, so that a wrong clock is a wrong day.
  [[nodiscard]] virtual bool follows_time() const { return false; }
  // The business day of another time than now(). Where days are set by hand it is that day.
  virtual Date day_of(Instant /*at*/) { return today(); }
  // Milliseconds that only go on, whatever the clock is set to.
  virtual std::int64_t steady_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

class Chance {
 public:
  Chance() = default;
  Chance(const Chance&) = delete;
  Chance& operator=(const Chance&) = delete;
  virtual ~Chance() = default;
  virtual std::string bytes(std::size_t count) = 0;
};

}  // namespace bashu::node
