#include "core/balance.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "core/draft.h"
#include "core/state.h"

namespace bashu::core {
namespace {

Date day(int n) { return Date::from_days(20'000 + n); }

TEST(Balance, ADayHoldsFromItsPostingOn) {
  Balance balance;
  EXPECT_EQ(balance.lowest(day(0), {}), (Low{day(0), 0}));
  balance.add(day(5), 100);
  EXPECT_EQ(balance.lowest(day(5), {}), (Low{day(5), 100}));
  EXPECT_EQ(balance.lowest(day(4), {}), (Low{day(4), 0})) << "it had not come yet";
  balance.add(day(9), -80);
  EXPECT_EQ(balance.lowest(day(6), {}), (Low{day(9), 20})) << "what is left of it later";
  EXPECT_EQ(balance.lowest(day(6), day(9)), (Low{day(6), 100}));
  balance.add(day(7), 50);
  EXPECT_EQ(balance.lowest(day(6), {}), (Low{day(9), 70}));
  EXPECT_EQ(balance.levels(),
            (std::vector<Balance::Level>{{day(5), 100}, {day(7), 150}, {day(9), 70}}));
}

TEST(Balance, AnEarlierDayStaysAtTheBoundInsteadOfOverflowing) {
  constexpr std::int64_t kMost = 4'611'686'018'427'387'904;  // half of what a sum may be
  Balance balance;
  balance.add(day(1), kMost);
  balance.add(day(2), -kMost);
  balance.add(day(1), kMost - 1);
  balance.add(day(1), kMost);
  EXPECT_EQ(balance.at(day(1)), INT64_MAX);
  EXPECT_EQ(balance.sum(), kMost + (kMost - 1));
}

using Posting = std::pair<std::uint8_t, std::int16_t>;

Low plainly(const std::vector<Posting>& all, int from, std::optional<int> until) {
  const auto at = [&](int n) {
    std::int64_t sum = 0;
    for (const auto& [on, amount] : all) sum += on <= n ? amount : 0;
    return sum;
  };
  Low low{day(from), at(from)};
  for (int n = from + 1; n < until.value_or(300); ++n) {
    if (at(n) < low.sum) low = {day(n), at(n)};
  }
  return low;
}

RC_GTEST_PROP(BalanceProperty, IsTheSumOfEveryDay,
              (const std::vector<Posting>& all, std::uint8_t from, std::uint8_t length)) {
  Balance balance;
  for (const auto& [on, amount] : all) balance.add(day(on), amount);
  const int until = from + 1 + length;
  RC_ASSERT(balance.lowest(day(from), {}) == plainly(all, from, {}));
  RC_ASSERT(balance.lowest(day(from), day(until)) == plainly(all, from, until));
  RC_ASSERT(Balance{balance.levels()}.lowest(day(from), {}) == plainly(all, from, {}));
}

// A draft over a draft over a state knows what one state would.
RC_GTEST_PROP(BalanceProperty, DraftsHoldTheSame,
              (const std::vector<Posting>& durable, const std::vector<Posting>& outer,
               const std::vector<Posting>& inner, std::uint8_t from, std::uint8_t length)) {
  const Account account{.book = "p/b", .kind = "held", .key = "k"};
  State state{"a"};
  Draft first{&state};
  Draft second{&first};
  std::vector<Posting> all;
  const auto add = [&](Store& store, const std::vector<Posting>& some) {
    for (const auto& [on, amount] : some) store.add_to_balance(account, day(on), amount);
    all.insert(all.end(), some.begin(), some.end());
  };
  add(state, durable);
  add(first, outer);
  add(second, inner);
  const int until = from + 1 + length;
  RC_ASSERT(second.lowest(account, day(from), {}) == plainly(all, from, {}));
  RC_ASSERT(second.lowest(account, day(from), day(until)) == plainly(all, from, until));
}

}  // namespace
}  // namespace bashu::core
