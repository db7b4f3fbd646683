#include "clearing/exposure.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"

namespace bashu::clearing {

namespace {

__extension__ using Wide = __int128;

}  // namespace

Exposure worst_prefix(std::span<const Money> amounts) {
  Exposure out;
  for (const Money amount : amounts) {
    Money& side = amount > 0 ? out.owes : out.owed;
    const bool over = amount > 0 ? __builtin_add_overflow(side, amount, &side)
                                 : __builtin_sub_overflow(side, amount, &side);
    BASHU_ASSERT(!over);
  }
  return out;
}

std::int64_t percent_of(Money amount, Money cap) {
  BASHU_ASSERT(amount >= 0 && cap > 0);
  const Wide percent = Wide{amount} * 100 / cap;
  return static_cast<std::int64_t>(
      std::min(percent, Wide{std::numeric_limits<std::int64_t>::max()}));
}

}  // namespace bashu::clearing
