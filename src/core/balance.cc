#include "core/balance.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"

namespace bashu::core {

std::int64_t added(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max()
               : std::numeric_limits<std::int64_t>::min();
}

Balance::Balance(std::vector<Level> levels) {
  if (levels.empty()) return;
  sum_ = levels.back().sum;
  last_ = levels.back().day;
  levels.pop_back();
  if (!levels.empty()) earlier_ = std::make_unique<Levels>(std::move(levels));
}

void Balance::add(Date on, std::int64_t amount) {
  if (!last_) last_ = on;
  if (on > *last_) {
    if (!earlier_) earlier_ = std::make_unique<Levels>();
    earlier_->push_back({.day = *last_, .sum = sum_});
    last_ = on;
  } else if (on < *last_) {
    if (!earlier_) earlier_ = std::make_unique<Levels>();
    auto it = std::ranges::lower_bound(*earlier_, on, {}, &Level::day);
    if (it == earlier_->end() || it->day != on) {
      const std::int64_t before = it == earlier_->begin() ? 0 : std::prev(it)->sum;
      it = earlier_->insert(it, {.day = on, .sum = before});
    }
    for (; it != earlier_->end(); ++it) it->sum = added(it->sum, amount);
  }
  BASHU_ASSERT(!__builtin_add_overflow(sum_, amount, &sum_));
}

// The first level of an earlier day than the last that is later than `day`.
Balance::Levels::const_iterator Balance::after(Date day) const {
  return std::ranges::upper_bound(std::as_const(*earlier_), day, {}, &Level::day);
}

std::int64_t Balance::at(Date day) const {
  if (!last_ || day >= *last_) return sum_;
  if (!earlier_) return 0;
  const auto it = after(day);
  return it == earlier_->begin() ? 0 : std::prev(it)->sum;
}

std::optional<Date> Balance::next(Date day) const {
  if (!last_ || day >= *last_) return std::nullopt;
  if (!earlier_) return last_;
  const auto it = after(day);
  return it == earlier_->end() ? *last_ : it->day;
}

Low Balance::lowest(Date from, std::optional<Date> until) const {
  Low low{.on = from, .sum = at(from)};
  if (!last_ || from >= *last_) return low;
  if (earlier_) {
    for (auto it = after(from); it != earlier_->end() && (!until || it->day < *until); ++it) {
      if (it->sum < low.sum) low = {.on = it->day, .sum = it->sum};
    }
  }
  if ((!until || *last_ < *until) && sum_ < low.sum) low = {.on = *last_, .sum = sum_};
  return low;
}

std::vector<Balance::Level> Balance::levels() const {
  if (!last_) return {};
  std::vector<Level> all = earlier_ ? *earlier_ : Levels{};
  all.push_back({.day = *last_, .sum = sum_});
  return all;
}

}  // namespace bashu::core
