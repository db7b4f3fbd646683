// Accounts of the books, and what was posted to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "core/event.h"
#include "views/read/page.h"
#include "views/session.h"

namespace bashu::views {

struct AccountRow {
  core::Account account;
  std::int64_t balance = 0;
};
struct AccountFilter {
  core::BookId book;
  std::string kind;           // empty: every kind of the book
  std::string prefix;         // of the key
  std::optional<Date> as_of;  // postings dated up to here
  Page page;
};
struct PostingRow {
  Date on;
  std::int64_t amount = 0;  // negative: out of the account
  core::Account counter;
  core::CaseId id;
  std::uint64_t position = 0;
};

// One month of an account, as a statement says it.
struct MonthRow {
  std::string month;                                            // 2026-03
  std::int64_t opening = 0, into = 0, out_of = 0, closing = 0;  // `out_of` is not positive
  std::int64_t postings = 0;
};

[[nodiscard]] Listed<AccountRow> accounts(Session& session, const AccountFilter& filter);
// `month` (2026-03): only those; empty: all.
[[nodiscard]] Listed<PostingRow> postings(Session& session, const core::Account& account,
                                          std::string_view month, const Page& page);
// The months in which something was posted to the account, oldest first.
[[nodiscard]] std::vector<MonthRow> months(Session& session, const core::Account& account);

}  // namespace bashu::views
