#include "views/read/tasks.h"

#include <algorithm>
#include <utility>

#include "views/rows.h"

namespace bashu::views {

Listed<TaskRow> tasks(Session& session, const TaskFilter& filter) {
  Listed<TaskRow> listed;
  Where where;
  where.add("raised <= ?", session.known);
  if (filter.open) where.add("(closed IS NULL OR closed > ?)", session.known);
  if (!filter.id.empty()) where.add("case_id = ?", filter.id);
  if (filter.number > 0) where.add("number = ?", filter.number);
  if (!filter.page.after.empty()) where.add("number > ?", number(filter.page.after).value_or(0));
  Statement& query = session.db.prepared(
      "SELECT number, kind, case_id, roles, title, detail, raised_on, raised, closed FROM task "
      "WHERE " +
      where.sql + " ORDER BY number");
  where.bind(query);
  while (query.step()) {
    std::vector<std::string> roles = texts_of(query.text(3));
    if (!filter.roles.empty() && std::ranges::find_first_of(roles, filter.roles) == roles.end())
      continue;
    if (listed.rows.size() == static_cast<std::size_t>(clamped(filter.page.limit))) {
      listed.next = std::to_string(listed.rows.back().number);
      query.reset();
      break;
    }
    TaskRow row;
    row.number = query.integer(0);
    row.kind = static_cast<core::TaskKind>(query.integer(1));
    row.id.assign(query.text(2));
    row.roles = std::move(roles);
    row.title = title_of(query.text(4));
    row.detail = query.text(5);
    row.on = date_of(query.text(6));
    row.raised = static_cast<std::uint64_t>(query.integer(7));
    row.closed = at_of(query, 8);
    if (row.closed && static_cast<std::int64_t>(*row.closed) > session.known) row.closed.reset();
    listed.rows.push_back(std::move(row));
  }
  return listed;
}

}  // namespace bashu::views
