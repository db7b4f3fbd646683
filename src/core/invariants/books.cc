#include <map>
#include <string>

#include "core/invariants/invariants.h"

namespace bashu::core {

std::string books_balance(const State& state) {
  std::string broken;
  std::map<BookId, std::int64_t> sums;
  state.each_balance([&](const Account& account, std::int64_t balance) {
    std::int64_t& sum = sums[account.book];
    if (__builtin_add_overflow(sum, balance, &sum)) {
      broken = "book " + account.book + " overflows";
    }
  });
  for (const auto& [book, sum] : sums) {
    if (broken.empty() && sum != 0) broken = "book " + book + " sums to " + std::to_string(sum);
  }
  return broken;
}

}  // namespace bashu::core
