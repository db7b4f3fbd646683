// What an account holds at the end of each day. A floor is asked of every day from a posting's on,
// so that nothing is spent before it came, or against what comes later.
//
// Most postings come in the order of their days and touch the last day only; one dated back moves
// the days after it. An account costs 24 bytes, and 16 for each further day it has postings of.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/date.h"

namespace bashu::core {

// The lowest an account stands, and the first day it does.
struct Low {
  Date on;
  std::int64_t sum = 0;
  friend bool operator==(const Low&, const Low&) = default;
};

class Balance {
 public:
  struct Level {  // at the end of `day`, and of those after it until the next
    Date day;
    std::int64_t sum = 0;
    friend bool operator==(const Level&, const Level&) = default;
  };

  Balance() = default;
  // In the order of their days; the last is the balance.
  explicit Balance(std::vector<Level> levels);

  [[nodiscard]] std::int64_t sum() const { return sum_; }
  // A sum that overflows is a programming error; the level of an earlier day stays at the bound.
  void add(Date on, std::int64_t amount);

  [[nodiscard]] std::int64_t at(Date day) const;
  // The first day after `day` with postings.
  [[nodiscard]] std::optional<Date> next(Date day) const;
  // Of the days from `from` on, before `until` if it is given.
  [[nodiscard]] Low lowest(Date from, std::optional<Date> until) const;
  [[nodiscard]] std::vector<Level> levels() const;

 private:
  using Levels = std::vector<Level>;
  [[nodiscard]] Levels::const_iterator after(Date day) const;

  std::int64_t sum_ = 0;
  std::optional<Date> last_;         // none: nothing was ever posted
  std::unique_ptr<Levels> earlier_;  // than the last
};

// The sum, or the bound it would pass.
[[nodiscard]] std::int64_t added(std::int64_t a, std::int64_t b);

}  // namespace bashu::core
