// What the node takes from outside itself, so that a test can give it: time and chance.
#pragma once

#include <cstddef>
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
