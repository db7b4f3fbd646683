#include "views/read/accounts.h"

#include <utility>
#include <vector>

#include "views/rows.h"

namespace bashu::views {

namespace {

struct Kind {
  std::int64_t id = 0;
  std::string name;
};
std::vector<Kind> kinds_of(Session& session, const core::BookId& book, const std::string& kind) {
  std::vector<Kind> kinds;
  Statement& query = session.db.prepared(
      "SELECT id, kind FROM account_kind WHERE book = ? AND (kind = ? OR ? = '') ORDER BY kind");
  query.bind(0, std::string_view{book})
      .bind(1, std::string_view{kind})
      .bind(2, std::string_view{kind});
  while (query.step())
    kinds.push_back({.id = query.integer(0), .name = std::string{query.text(1)}});
  return kinds;
}

}  // namespace

Listed<AccountRow> accounts(Session& session, const AccountFilter& filter) {
  Listed<AccountRow> listed;
  const auto limit = static_cast<std::size_t>(clamped(filter.page.limit));
  const auto [after_kind, after_key] = parts(filter.page.after);
  for (const Kind& kind : kinds_of(session, filter.book, filter.kind)) {
    if (!filter.page.after.empty() && kind.name < after_kind) continue;
    const bool begun = !filter.page.after.empty() && kind.name == after_kind;
    Where where;
    if (filter.as_of || !session.newest()) {
      where.cells.emplace_back(session.known);
      where.cells.emplace_back(filter.as_of ? filter.as_of->text() : std::string{"9999-12-31"});
    }
    where.add("a.kind = ?", kind.id);
    where.add("a.position <= ?", session.known);
    if (!filter.prefix.empty()) {
      where.add("a.key >= ?", filter.prefix);
      where.add("a.key < ?", above(filter.prefix));
    }
    if (begun) where.add("a.key > ?", after_key);
    const std::string balance =
        filter.as_of || !session.newest()
            ? "(SELECT coalesce(sum(p.amount), 0) FROM posting p WHERE p.kind = a.kind AND "
              "p.account = a.id AND p.position <= ? AND p.on_day <= ?)"
            : "a.balance";
    Statement& query = session.db.prepared("SELECT a.key, " + balance + " FROM account a WHERE " +
                                           where.sql + " ORDER BY a.key LIMIT ?");
    query.bind(where.bind(query), static_cast<std::int64_t>(limit - listed.rows.size()) + 1);
    while (query.step()) {
      if (listed.rows.size() == limit) {
        const core::Account& last = listed.rows.back().account;
        listed.next = last.kind + kMark + last.key;
        query.reset();
        return listed;
      }
      listed.rows.push_back(
          {.account = {.book = filter.book, .kind = kind.name, .key = std::string{query.text(0)}},
           .balance = query.integer(1)});
    }
  }
  return listed;
}

Listed<PostingRow> postings(Session& session, const core::Account& account, std::string_view month,
                            const Page& page) {
  Listed<PostingRow> listed;
  const auto kinds = kinds_of(session, account.book, account.kind);
  if (kinds.empty() || account.kind.empty()) return listed;
  const std::int64_t limit = clamped(page.limit);
  // Token: day, position, number within the entry.
  const auto [head, no] = parts(page.after);
  const auto [day, position] = parts(head);
  Statement& query = session.db.prepared(
      "SELECT p.on_day, p.position, p.no, p.amount, k.kind, c.key, p.case_id FROM account a "
      "JOIN posting p ON p.kind = a.kind AND p.account = a.id JOIN account c ON c.id = p.counter "
      "JOIN account_kind k ON k.id = c.kind WHERE a.kind = ? AND a.key = ? AND p.position <= ? "
      "AND (p.on_day > ? OR (p.on_day = ? AND (p.position > ? OR (p.position = ? AND p.no > ?)))) "
      "AND p.on_day >= ? AND p.on_day < ? ORDER BY p.on_day, p.position, p.no LIMIT ?");
  // Days of a month stand between its name and what is above every text that begins so.
  const std::string end = month.empty() ? "9999-99" : above(month);
  query.bind(0, kinds[0].id)
      .bind(1, std::string_view{account.key})
      .bind(2, session.known)
      .bind(3, std::string_view{day})
      .bind(4, std::string_view{day})
      .bind(5, number(position).value_or(-1))
      .bind(6, number(position).value_or(-1))
      .bind(7, number(no).value_or(-1))
      .bind(8, month)
      .bind(9, std::string_view{end})
      .bind(10, limit + 1);
  std::string last;
  while (query.step()) {
    if (listed.rows.size() == static_cast<std::size_t>(limit)) {
      listed.next = last;
      query.reset();
      break;
    }
    last = std::string{query.text(0)} + kMark + std::to_string(query.integer(1)) + kMark +
           std::to_string(query.integer(2));
    listed.rows.push_back({.on = date_of(query.text(0)),
                           .amount = query.integer(3),
                           .counter = {.book = account.book,
                                       .kind = std::string{query.text(4)},
                                       .key = std::string{query.text(5)}},
                           .id = core::CaseId{query.text(6)},
                           .position = static_cast<std::uint64_t>(query.integer(1))});
  }
  return listed;
}

std::vector<MonthRow> months(Session& session, const core::Account& account) {
  std::vector<MonthRow> rows;
  const auto kinds = kinds_of(session, account.book, account.kind);
  if (kinds.empty() || account.kind.empty()) return rows;
  Statement& query = session.db.prepared(
      "SELECT substr(p.on_day, 1, 7), sum(CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END), "
      "sum(CASE WHEN p.amount < 0 THEN p.amount ELSE 0 END), count(*) "
      "FROM account a JOIN posting p ON p.kind = a.kind AND p.account = a.id "
      "WHERE a.kind = ? AND a.key = ? AND p.position <= ? GROUP BY 1 ORDER BY 1");
  query.bind(0, kinds[0].id).bind(1, std::string_view{account.key}).bind(2, session.known);
  std::int64_t balance = 0;
  while (query.step()) {
    MonthRow row{.month = std::string{query.text(0)},
                 .opening = balance,
                 .into = query.integer(1),
                 .out_of = query.integer(2),
                 .closing = balance + query.integer(1) + query.integer(2),
                 .postings = query.integer(3)};
    balance = row.closing;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace bashu::views
