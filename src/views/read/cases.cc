#include "views/read/cases.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/json.h"

namespace bashu::views {

namespace {

// For a column in lower(), which changes no letter but those of ASCII.
std::string like(std::string_view text) {
  std::string pattern{"%"};
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return pattern + "%";
}

std::optional<Assignment> assigned(Session& session, std::int64_t no) {
  Statement& query = session.db.prepared(
      "SELECT person, note, by_person, on_day FROM assignment WHERE case_no = ? AND position <= ? "
      "ORDER BY position DESC LIMIT 1");
  std::optional<Assignment> found;
  if (query.bind(0, no).bind(1, session.known).step() && !query.text(0).empty()) {
    found = Assignment{.to = std::string{query.text(0)},
                       .note = std::string{query.text(1)},
                       .by = std::string{query.text(2)},
                       .on = date_of(query.text(3))};
  }
  query.reset();
  return found;
}

CaseRow row_of(CaseFacts facts, Session& session) {
  CaseRow row;
  const auto digest = session.catalogue.digests.find(facts.pack_id);
  if (digest != session.catalogue.digests.end()) row.pack = digest->second;
  row.id = std::move(facts.id);
  row.pack_name = facts.pack ? facts.pack->name : std::string{};
  row.service = std::move(facts.service_name);
  row.state = std::move(facts.state);
  row.parties = std::move(facts.parties);
  row.parent = std::move(facts.parent);
  row.opened_by = std::move(facts.opened_by);
  row.opened = facts.opened;
  row.since = facts.since;
  row.version = facts.version;
  row.data = std::move(facts.data);
  row.reached = std::move(facts.reached);
  row.disputed = facts.disputed;
  row.position = static_cast<std::uint64_t>(facts.valid_from);
  row.assigned = assigned(session, facts.no);
  return row;
}

Cell cell_for(Storage storage, const Value& value) {
  if (storage == Storage::integer && value.as_int()) return *value.as_int();
  if (storage == Storage::flag && value.as_bool()) return std::int64_t{*value.as_bool()};
  if (storage == Storage::text && value.as_text()) return *value.as_text();
  if (storage == Storage::json) return canonical_json(value);
  return std::monostate{};  // equals nothing
}

// False: no row of this table can match.
bool add_filter(const CaseFilter& filter, const Table& table, Where& where) {
  if (!filter.state.empty()) where.add("state = ?", filter.state);
  if (!filter.parent.empty()) where.add("parent = ?", filter.parent);
  if (!filter.opened_by.empty()) where.add("opened_by = ?", filter.opened_by);
  if (!filter.party.empty()) {
    Where any;
    std::string sql;
    for (const Column& column : table.columns) {
      if (!column.field.starts_with("party/")) continue;
      if (!filter.plays.empty() && column.field != "party/" + filter.plays) continue;
      sql += (sql.empty() ? "" : " OR ") + quoted(column.name) + " = ?";
      any.cells.emplace_back(filter.party);
    }
    if (sql.empty()) return false;
    where.add("(" + sql + ")");
    where.cells.insert(where.cells.end(), any.cells.begin(), any.cells.end());
  }
  for (const auto& [field, value] : filter.equal) {
    std::string sql;
    std::vector<Cell> cells;
    for (const Column& column : table.columns) {
      if (column.field != field) continue;
      sql += (sql.empty() ? "" : " OR ") + quoted(column.name) + " = ?";
      cells.push_back(cell_for(column.storage, value));
    }
    if (sql.empty()) return false;
    where.add("(" + sql + ")");
    where.cells.insert(where.cells.end(), cells.begin(), cells.end());
  }
  if (!filter.text.empty()) {
    const std::string pattern = like(filter.text);
    std::string sql{"lower(id) LIKE ? ESCAPE '\\'"};
    where.cells.emplace_back(pattern);
    for (const Column& column : table.columns) {
      if (column.storage != Storage::text || column.field.starts_with("party/")) continue;
      sql += " OR lower(" + quoted(column.name) + ") LIKE ? ESCAPE '\\'";
      where.cells.emplace_back(pattern);
    }
    where.add("(" + sql + ")");
  }
  return true;
}

// Cases, and rows of a table, are numbered as their entries came: the least number whose position
// is above `position`, found by halves. `find` gives the number and position of the first from a
// number on.
std::int64_t first_after(Statement& find, std::int64_t end, std::int64_t position) {
  std::int64_t low = 0, high = end;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const bool there = find.bind(0, middle).step();
    if (there && find.integer(1) <= position) {
      low = find.integer(0) + 1;
    } else {
      high = middle;
    }
    find.reset();
  }
  return low;
}

// Newest case first; with changed_since, longest unchanged first, as a feed is read.
struct CaseOrder {
  bool by_change = false;
  std::int64_t after_change = 0, after_no = 0;
};

void read_cases(Session& session, const Table& table, const CaseFilter& filter,
                const CaseOrder& order, int limit, std::vector<CaseFacts>& into) {
  Where where;
  const std::string name = quoted(table.name);
  if (order.by_change) {
    Statement& find = session.db.prepared("SELECT \"row\", valid_from FROM " + name +
                                          " WHERE \"row\" >= ? ORDER BY \"row\" LIMIT 1");
    const std::int64_t end = next_id(session.db, name, "\"row\"");
    where.add("\"row\" >= ?",
              first_after(find, end, std::max<std::int64_t>(order.after_change, 0) - 1));
    where.add("(valid_from > ? OR (valid_from = ? AND no > ?))", order.after_change);
    where.cells.emplace_back(order.after_change);
    where.cells.emplace_back(order.after_no);
  } else if (order.after_no > 0) {
    where.add("no < ?", order.after_no);
  }
  if (!add_filter(filter, table, where)) return;
  where.add(kValid, session.known);
  where.cells.emplace_back(session.known);
  const auto query_scan =
      session.db.scan("SELECT " + select_list(table) + " FROM " + name + " WHERE " + where.sql +
                      (order.by_change ? " ORDER BY \"row\"" : " ORDER BY no DESC"));
  Statement& query = *query_scan;
  where.bind(query);
  // Rows of one entry are in no order of cases: all of the last one are taken.
  for (int taken = 0; query.step(); ++taken) {
    CaseFacts facts = case_of(table, session.catalogue, query);
    if (taken >= limit && (!order.by_change || into.back().valid_from != facts.valid_from)) break;
    into.push_back(std::move(facts));
  }
}

}  // namespace

std::optional<CasePlace> place_of(Session& session, std::string_view id) {
  Statement& query = session.db.prepared("SELECT no, table_id FROM case_index WHERE id = ?");
  if (!query.bind(0, id).step()) return std::nullopt;
  CasePlace place{.table = session.catalogue.table(query.integer(1)), .no = query.integer(0)};
  query.reset();
  if (!place.table) return std::nullopt;
  return place;
}

std::optional<CaseFacts> case_facts(Session& session, std::string_view id) {
  const auto place = place_of(session, id);
  if (!place) return std::nullopt;
  Statement& query = session.db.prepared(
      "SELECT " + select_list(*place->table) + " FROM " + quoted(place->table->name) +
      " WHERE no = ? AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1");
  if (!query.bind(0, place->no).bind(1, session.known).step()) return std::nullopt;
  CaseFacts facts = case_of(*place->table, session.catalogue, query);
  query.reset();
  return facts;
}

std::optional<CaseRow> case_at(Session& session, std::string_view id) {
  auto facts = case_facts(session, id);
  if (!facts) return std::nullopt;
  return row_of(std::move(*facts), session);
}

Listed<CaseRow> list_cases(Session& session, const CaseFilter& filter) {
  CaseOrder order{.by_change = filter.changed_since.has_value(), .after_change = 0, .after_no = 0};
  if (order.by_change) {
    order.after_change = static_cast<std::int64_t>(*filter.changed_since);
    order.after_no = std::numeric_limits<std::int64_t>::max();
  }
  if (!filter.page.after.empty()) {
    const auto [change, no] = parts(filter.page.after);
    order.after_no = number(no.empty() ? change : no).value_or(0);
    if (order.by_change) order.after_change = number(change).value_or(0);
  } else if (!order.by_change && !session.newest()) {
    // Begin at the newest case there was, not at the newest there is.
    Statement& find = session.db.prepared(
        "SELECT no, position FROM case_index WHERE no >= ? ORDER BY no LIMIT 1");
    order.after_no = first_after(find, next_id(session.db, "case_index", "no"), session.known);
    if (order.after_no == 0) return {};
  }
  const int limit = clamped(filter.page.limit);
  std::vector<CaseFacts> found;
  for (const auto& [thing, table] : session.catalogue.services) {
    if (!filter.pack.empty() && table->pack != filter.pack) continue;
    if (!filter.service.empty() && table->of != filter.service) continue;
    read_cases(session, *table, filter, order, limit + 1, found);
  }
  std::ranges::sort(found, [&](const CaseFacts& a, const CaseFacts& b) {
    if (order.by_change) return std::pair{a.valid_from, a.no} < std::pair{b.valid_from, b.no};
    return a.no > b.no;
  });
  Listed<CaseRow> listed;
  const bool more = found.size() > static_cast<std::size_t>(limit);
  if (more) found.resize(static_cast<std::size_t>(limit));
  if (more) {
    const CaseFacts& last = found.back();
    listed.next = order.by_change
                      ? std::to_string(last.valid_from) + kMark + std::to_string(last.no)
                      : std::to_string(last.no);
  }
  for (CaseFacts& facts : found) listed.rows.push_back(row_of(std::move(facts), session));
  return listed;
}

std::vector<StepRow> history(Session& session, std::string_view id) {
  std::vector<StepRow> steps;
  const auto place = place_of(session, id);
  if (!place) return steps;
  // Every step made a row of its case, which tells the entry.
  Statement& query = session.db.prepared(
      "SELECT s.version, s.event, s.from_state, s.to_state, s.by_party, s.role, s.principal, "
      "s.branch, s.on_day, s.digest, s.input, s.computed, s.position, s.officer FROM " +
      quoted(place->table->name) +
      " t JOIN case_step s ON s.id >= t.valid_from * 1048576 AND "
      "s.id < (t.valid_from + 1) * 1048576 AND s.case_no = t.no "
      "WHERE t.no = ? AND t.valid_from <= ? ORDER BY s.version, s.id");
  query.bind(0, place->no).bind(1, session.known);
  while (query.step()) {
    StepRow step;
    step.version = query.integer(0);
    step.event = query.text(1);
    step.from = query.text(2);
    step.to = query.text(3);
    step.decided_by.assign(query.text(4));
    step.role = query.text(5);
    step.principal = query.text(6);
    step.branch = query.integer(7);
    step.on = date_of(query.text(8));
    step.digest = query.text(9);
    step.input = json_value(query.text(10));
    step.set = json_value(query.text(11));
    step.position = static_cast<std::uint64_t>(query.integer(12));
    step.officer = query.text(13);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<core::CaseId> cases_opened_at(Session& session, std::uint64_t position) {
  std::vector<core::CaseId> list;
  const auto at = static_cast<std::int64_t>(position);
  if (at > session.known) return list;
  Statement& find =
      session.db.prepared("SELECT no, position FROM case_index WHERE no >= ? ORDER BY no LIMIT 1");
  const std::int64_t first = first_after(find, next_id(session.db, "case_index", "no"), at - 1);
  Statement& query =
      session.db.prepared("SELECT id, position FROM case_index WHERE no >= ? ORDER BY no");
  query.bind(0, first);
  while (query.step() && query.integer(1) == at) list.emplace_back(query.text(0));
  query.reset();
  return list;
}

std::vector<std::uint64_t> positions(Session& session, std::string_view id) {
  std::vector<std::uint64_t> list;
  const auto place = place_of(session, id);
  if (!place) return list;
  Statement& query = session.db.prepared("SELECT valid_from FROM " + quoted(place->table->name) +
                                         " WHERE no = ? AND valid_from <= ? ORDER BY valid_from");
  query.bind(0, place->no).bind(1, session.known);
  while (query.step()) list.push_back(static_cast<std::uint64_t>(query.integer(0)));
  return list;
}

}  // namespace bashu::views
