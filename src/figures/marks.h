// The rows behind a figure, each by its key and a mark: what the sides compare, and what they tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "figures/ask.h"
#include "views/session.h"

namespace bashu::figures {

inline constexpr std::size_t kRowsNamed = 500;    // of a figure, one by one
inline constexpr std::size_t kDaysNamed = 2'000;  // of accounts: short rows

struct Mark {
  std::string text;  // the digest of a row; of an account's row the amount
  std::vector<std::uint64_t> positions;
};
using Marks = std::map<std::string, Mark, std::less<>>;

// The rows that counted; nullopt: more than `most`. An account's row that holds nothing is none.
[[nodiscard]] std::optional<Marks> marks_of(views::Session& session, const Ask& ask,
                                            bool of_accounts, std::size_t most);

// `key@2021-08-31` of an account's day.
inline constexpr std::size_t kDateSize = 11;
[[nodiscard]] std::optional<Date> day_of(std::string_view key);

}  // namespace bashu::figures
