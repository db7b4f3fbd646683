// What waits for somebody: open tasks and cases in a state whose events are theirs, the most urgent
// first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "views/session.h"

namespace bashu::views {

struct InboxAsk {
  std::vector<std::pair<std::string, std::string>> roles;  // pack or `*`, and role
  enum class Kind : std::uint8_t { all, tasks, cases } kind{};
  std::optional<Date> due_until;  // only what has to be done by then
  enum class Whose : std::uint8_t { all, mine, nobodys } whose{};
  std::vector<std::string> mine;  // the persons whose work is theirs
  std::string after;              // `next` of the page before
  int limit = 50;                 // at most 1,000
};
struct InboxItem {
  bool task = false;        // otherwise a case
  std::int64_t number = 0;  // of the task
  core::CaseId id;          // of the case, or that of the task; empty: of none
  std::string thing;        // of the case: `pack/service`
  std::optional<Date> due;  // last day of the clock that ends first
  Date since;               // raised, or in this state
};
struct Inbox {
  std::vector<InboxItem> items;
  std::string next;  // empty: that was all
  // Of all that waits, whatever the page and the day asked for.
  std::int64_t tasks = 0, cases = 0;
  std::int64_t overdue = 0;            // cases whose day has passed
  std::int64_t mine = 0, nobodys = 0;  // cases
};

// In an index made by feed.h, on `today`.
[[nodiscard]] Inbox inbox(Database& index, Session& session, const InboxAsk& ask, Date today);

}  // namespace bashu::views
