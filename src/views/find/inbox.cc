#include "views/find/inbox.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <tuple>

#include "base/json.h"
#include "views/find/feed.h"
#include "views/read/page.h"
#include "views/rows.h"

namespace bashu::views {

namespace {

// A place in the order of the inbox: its own key.
struct Spot {
  std::string due, since;
  std::int64_t kind = 0, no = 0;
  friend auto operator<=>(const Spot&, const Spot&) = default;
};

std::string token_of(const Spot& spot) {
  return spot.due + '\x1f' + spot.since + '\x1f' + std::to_string(spot.kind) + '\x1f' +
         std::to_string(spot.no);
}

Spot spot_of(std::string_view token) {
  Spot spot;
  std::vector<std::string_view> parts;
  while (!token.empty()) {
    const auto mark = token.find('\x1f');
    parts.push_back(token.substr(0, mark));
    token = mark == std::string_view::npos ? std::string_view{} : token.substr(mark + 1);
  }
  if (parts.size() != 4) return spot;
  spot.due = parts[0];
  spot.since = parts[1];
  std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), spot.kind);
  std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), spot.no);
  return spot;
}

// As the index has them: `pack/role`, for a task without a case `/role`; those for which nothing
// waits are left out.
std::set<std::string> roles_of(Database& index, const Session& session, const InboxAsk& ask) {
  std::set<std::string> packs;
  for (const auto& [thing, table] : session.catalogue.services) packs.insert(table->pack);
  std::set<std::string> roles;
  for (const auto& [pack, role] : ask.roles) {
    roles.insert("/" + role);
    if (pack != "*") roles.insert(pack + "/" + role);
    if (pack != "*") continue;
    for (const std::string& name : packs) roles.insert(name + "/" + role);
  }
  std::erase_if(roles, [&](const std::string& role) {
    Statement& any = index.prepared("SELECT 1 FROM waiting WHERE role = ? LIMIT 1");
    const bool waits = any.bind(0, std::string_view{role}).step();
    any.reset();
    return !waits;
  });
  return roles;
}

// For `person IN (SELECT value FROM json_each(?))`.
std::string persons(const std::vector<std::string>& names) {
  return canonical_json(Value{list_of(names)});
}

std::vector<Spot> spots_of(Database& index, const std::string& role, const InboxAsk& ask,
                           std::int64_t limit) {
  const Spot after = spot_of(ask.after);
  const bool any = ask.kind == InboxAsk::Kind::all;
  Statement& query = index.prepared(
      "SELECT due, since, kind, no FROM waiting WHERE role = ? AND "
      "(due, since, kind, no) > (?, ?, ?, ?) AND due <= ? AND (? OR kind = ?) AND "
      "(? OR person IN (SELECT value FROM json_each(?))) "
      "ORDER BY due, since, kind, no LIMIT ?");
  query.bind(0, std::string_view{role})
      .bind(1, std::string_view{after.due})
      .bind(2, std::string_view{after.since})
      .bind(3, after.kind)
      .bind(4, after.no)
      .bind(5, ask.due_until ? std::string_view{ask.due_until->text()} : kNoDay)
      .bind(6, std::int64_t{any})
      .bind(7, std::int64_t{ask.kind == InboxAsk::Kind::cases})
      .bind(8, std::int64_t{ask.whose == InboxAsk::Whose::all})
      .bind(9, std::string_view{ask.whose == InboxAsk::Whose::mine ? persons(ask.mine)
                                                                   : persons({std::string{}})})
      .bind(10, limit);
  std::vector<Spot> spots;
  while (query.step()) {
    spots.push_back({.due = std::string{query.text(0)},
                     .since = std::string{query.text(1)},
                     .kind = query.integer(2),
                     .no = query.integer(3)});
  }
  return spots;
}

// What waits for two roles counts once.
void count(Database& index, const std::set<std::string>& roles, const InboxAsk& ask, Date today,
           Inbox& inbox) {
  std::string in;
  for (std::size_t i = 0; i < roles.size(); ++i) in += i == 0 ? "?" : ", ?";
  const std::string from =
      roles.size() == 1
          ? "waiting WHERE role = ?"
          : "(SELECT DISTINCT kind, no, due, person FROM waiting WHERE role IN (" + in + "))";
  Statement& query = index.prepared(
      "SELECT kind, count(*), sum(due < ?), sum(person IN (SELECT value FROM json_each(?))), "
      "sum(person = '') FROM " +
      from + " GROUP BY kind");
  const std::string day = today.text(), mine = persons(ask.mine);
  int at = 0;
  query.bind_kept(at++, day);
  query.bind_kept(at++, mine);
  for (const std::string& role : roles) query.bind_kept(at++, role);
  while (query.step()) {
    const bool cases = query.integer(0) != 0;
    (cases ? inbox.cases : inbox.tasks) = query.integer(1);
    if (!cases) continue;
    inbox.overdue = query.integer(2);
    inbox.mine = query.integer(3);
    inbox.nobodys = query.integer(4);
  }
}

InboxItem item_of(Session& session, const Spot& spot) {
  InboxItem item{.task = spot.kind == 0, .since = date_of(spot.since)};
  if (spot.due != kNoDay) item.due = date_of(spot.due);
  if (item.task) {
    item.number = spot.no;
    Statement& task = session.db.prepared("SELECT case_id FROM task WHERE number = ?");
    if (task.bind(0, spot.no).step()) item.id = core::CaseId{task.text(0)};
    task.reset();
    return item;
  }
  Statement& named = session.db.prepared("SELECT id, table_id FROM case_index WHERE no = ?");
  if (named.bind(0, spot.no).step()) {
    item.id = core::CaseId{named.text(0)};
    if (const TablePtr table = session.catalogue.table(named.integer(1))) {
      item.thing = table->thing();
    }
  }
  named.reset();
  return item;
}

}  // namespace

Inbox inbox(Database& index, Session& session, const InboxAsk& ask, Date today) {
  Inbox inbox;
  const std::set<std::string> roles = roles_of(index, session, ask);
  if (roles.empty()) return inbox;
  const auto limit = static_cast<std::size_t>(clamped(ask.limit));
  std::vector<Spot> spots;
  for (const std::string& role : roles) {
    for (Spot& spot : spots_of(index, role, ask, static_cast<std::int64_t>(limit) + 1)) {
      spots.push_back(std::move(spot));
    }
  }
  std::ranges::sort(spots);
  const auto same = std::ranges::unique(spots);
  spots.erase(same.begin(), same.end());
  if (spots.size() > limit) {
    spots.resize(limit);
    inbox.next = token_of(spots.back());
  }
  for (const Spot& spot : spots) inbox.items.push_back(item_of(session, spot));
  count(index, roles, ask, today, inbox);
  return inbox;
}

}  // namespace bashu::views
