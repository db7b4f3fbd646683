#include "views/read.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace bashu::views {

namespace {

constexpr char kMark = '\x1f';  // between the parts of a page token

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::pair<std::string, std::string> parts(std::string_view token) {
  const auto mark = token.rfind(kMark);
  if (mark == std::string_view::npos) return {std::string{token}, {}};
  return {std::string{token.substr(0, mark)}, std::string{token.substr(mark + 1)}};
}

At at_of(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<std::uint64_t>(row.integer(column));
}

std::string like(std::string_view text) {
  std::string pattern{"%"};
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

Title title_of(std::string_view json) {
  Title title;
  const Value value = json_value(json);
  if (const auto* texts = value.as_record()) {
    for (const auto& [language, text] : *texts)
      title[language] = text.as_text() ? *text.as_text() : "";
  }
  return title;
}

std::vector<std::string> texts_of(std::string_view json) {
  std::vector<std::string> texts;
  const Value value = json_value(json);
  if (const auto* list = value.as_list()) {
    for (const Value& item : *list) {
      if (item.as_text()) texts.push_back(*item.as_text());
    }
  }
  return texts;
}

CaseRow row_of(CaseFacts facts, const Catalogue& catalogue) {
  CaseRow row;
  const auto digest = catalogue.digests.find(facts.pack_id);
  if (digest != catalogue.digests.end()) row.pack = digest->second;
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
  return row;
}

// A condition and what it binds, built up in step.
struct Where {
  std::string sql;
  std::vector<Cell> cells;
  void add(const std::string& condition) { sql += (sql.empty() ? "" : " AND ") + condition; }
  void add(const std::string& condition, Cell cell) {
    add(condition);
    cells.push_back(std::move(cell));
  }
  int bind(Statement& statement) const {
    int index = 0;
    for (const Cell& cell : cells) statement.bind(index++, cell);
    return index;
  }
};

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
    std::string sql{"id LIKE ? ESCAPE '\\'"};
    where.cells.emplace_back(pattern);
    for (const Column& column : table.columns) {
      if (column.storage != Storage::text || column.field.starts_with("party/")) continue;
      sql += " OR " + quoted(column.name) + " LIKE ? ESCAPE '\\'";
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
  Statement query{session.db, "SELECT " + select_list(table) + " FROM " + name + " WHERE " +
                                  where.sql +
                                  (order.by_change ? " ORDER BY \"row\"" : " ORDER BY no DESC")};
  where.bind(query);
  // Rows of one entry are in no order of cases: all of the last one are taken.
  for (int taken = 0; query.step(); ++taken) {
    CaseFacts facts = case_of(table, session.catalogue, query);
    if (taken >= limit && (!order.by_change || into.back().valid_from != facts.valid_from)) break;
    into.push_back(std::move(facts));
  }
}

TablePtr find_register(const Session& session, std::string_view reg) {
  const auto it = session.catalogue.registers.find(reg);
  return it == session.catalogue.registers.end() ? nullptr : it->second;
}

std::string in_list(const std::vector<EditionInForce>& editions) {
  std::string list;
  for (const EditionInForce& one : editions)
    list += (list.empty() ? "" : ", ") + std::to_string(one.id);
  return list;
}

// Entries of editions in force, and records that stand by themselves.
std::string current_records(const std::vector<EditionInForce>& editions) {
  const std::string plain = std::string{"edition IS NULL AND "} + kValid;
  if (editions.empty()) return "(" + plain + ")";
  return "(edition IN (" + in_list(editions) + ") OR (" + plain + "))";
}

EditionRow edition_row(const Session& session, const Statement& row) {
  EditionRow edition;
  const TablePtr table = session.catalogue.table(row.integer(1));
  if (table) edition.reg = table->thing();
  edition.keeper = row.text(2);
  edition.name = row.text(3);
  edition.number = row.integer(4);
  edition.on = date_of(row.text(5));
  edition.id = row.text(6);
  edition.entries = row.integer(7);
  edition.digest = row.text(8);
  edition.position = static_cast<std::uint64_t>(row.integer(9));
  return edition;
}

constexpr const char* kEditionColumns =
    "id, table_id, keeper, name, number, on_day, case_id, entries, digest, position";

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

int clamped(int limit) { return std::clamp(limit, 1, 1'000); }

std::string above(std::string_view prefix) { return std::string{prefix} + "\xF4\x8F\xBF\xBF"; }

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
  return row_of(std::move(*facts), session.catalogue);
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
  for (CaseFacts& facts : found) listed.rows.push_back(row_of(std::move(facts), session.catalogue));
  return listed;
}

std::vector<StepRow> history(Session& session, std::string_view id) {
  std::vector<StepRow> steps;
  const auto place = place_of(session, id);
  if (!place) return steps;
  // Every step made a row of its case, which tells the entry.
  Statement& query = session.db.prepared(
      "SELECT s.version, s.event, s.from_state, s.to_state, s.by_party, s.role, s.principal, "
      "s.branch, s.on_day, s.digest, s.input, s.computed, s.position FROM " +
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
    step.decided_by = query.text(4);
    step.role = query.text(5);
    step.principal = query.text(6);
    step.branch = query.integer(7);
    step.on = date_of(query.text(8));
    step.digest = query.text(9);
    step.input = json_value(query.text(10));
    step.set = json_value(query.text(11));
    step.position = static_cast<std::uint64_t>(query.integer(12));
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<EditionInForce> editions_in_force(Session& session, const Table& table, Date as_of) {
  std::map<std::pair<std::string, std::string>, EditionInForce> newest;
  if (!table.editions) return {};
  Statement& query = session.db.prepared(std::string{"SELECT "} + kEditionColumns +
                                         " FROM edition WHERE table_id = ? AND position <= ? "
                                         "AND on_day <= ? ORDER BY number");
  query.bind(0, table.id).bind(1, session.known).bind(2, std::string_view{as_of.text()});
  while (query.step()) {
    EditionInForce one{.id = query.integer(0), .edition = edition_row(session, query)};
    auto key = std::pair{one.edition.keeper, one.edition.name};
    newest.insert_or_assign(std::move(key), std::move(one));
  }
  std::vector<EditionInForce> list;
  for (auto& [key, one] : newest) list.push_back(std::move(one));
  return list;
}

std::vector<RecordFacts> records_of_key(Session& session, const Table& table,
                                        const std::vector<EditionInForce>& editions,
                                        std::optional<std::string_view> key) {
  std::vector<RecordFacts> found;
  Statement query{session.db, "SELECT " + select_list(table) + " FROM " + quoted(table.name) +
                                  " WHERE " + current_records(editions) +
                                  (key ? " AND key = ?" : "")};
  query.bind(0, session.known).bind(1, session.known);
  if (key) query.bind(2, *key);
  while (query.step()) found.push_back(record_of(table, query));
  return found;
}

Listed<RecordRow> records(Session& session, const RecordFilter& filter) {
  Listed<RecordRow> listed;
  const TablePtr table = find_register(session, filter.reg);
  if (!table) return listed;
  const Date newest = *Date::from_civil(9999, 12, 31);
  const auto editions = editions_in_force(session, *table, filter.as_of.value_or(newest));
  const int limit = clamped(filter.page.limit);
  Where where;
  if (!filter.key.empty()) where.add("key = ?", filter.key);
  if (!filter.prefix.empty()) {
    where.add("key >= ?", filter.prefix);
    where.add("key < ?", above(filter.prefix));
  }
  if (!filter.page.after.empty()) {
    const auto [key, row] = parts(filter.page.after);
    where.add("key >= ?", key);
    where.add("(key > ? OR \"row\" > ?)", key);
    where.cells.emplace_back(number(row).value_or(0));
  }
  where.add(current_records(editions));
  where.cells.emplace_back(session.known);
  where.cells.emplace_back(session.known);
  Statement query{session.db, "SELECT " + select_list(*table) + " FROM " + quoted(table->name) +
                                  " WHERE " + where.sql + " ORDER BY key, \"row\" LIMIT ?"};
  query.bind(where.bind(query), std::int64_t{limit} + 1);
  std::string last;
  while (query.step()) {
    if (listed.rows.size() == static_cast<std::size_t>(limit)) {
      listed.next = last;
      query.reset();
      break;
    }
    last = std::string{query.text(1)} + kMark + std::to_string(query.integer(0));
    RecordFacts facts = record_of(*table, query);
    RecordRow row;
    row.key = std::move(facts.key);
    row.keeper = std::move(facts.keeper);
    row.version = facts.version;
    row.on = facts.on;
    row.id = std::move(facts.case_id);
    row.edition = std::move(facts.edition_name);
    row.number = facts.edition > 0 ? facts.version : 0;
    row.contested.assign(facts.contested.begin(), facts.contested.end());
    row.fields = std::move(facts.fields);
    row.position = static_cast<std::uint64_t>(facts.valid_from);
    listed.rows.push_back(std::move(row));
  }
  return listed;
}

std::vector<EditionRow> editions(Session& session, std::string_view reg) {
  std::vector<EditionRow> list;
  const TablePtr table = find_register(session, reg);
  if (!table) return list;
  Statement& query =
      session.db.prepared(std::string{"SELECT "} + kEditionColumns +
                          " FROM edition WHERE table_id = ? AND position <= ? ORDER BY id");
  query.bind(0, table->id).bind(1, session.known);
  while (query.step()) list.push_back(edition_row(session, query));
  return list;
}

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

Listed<PostingRow> postings(Session& session, const core::Account& account, const Page& page) {
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
      "ORDER BY p.on_day, p.position, p.no LIMIT ?");
  query.bind(0, kinds[0].id)
      .bind(1, std::string_view{account.key})
      .bind(2, session.known)
      .bind(3, std::string_view{day})
      .bind(4, std::string_view{day})
      .bind(5, number(position).value_or(-1))
      .bind(6, number(position).value_or(-1))
      .bind(7, number(no).value_or(-1))
      .bind(8, limit + 1);
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
                           .id = std::string{query.text(6)},
                           .position = static_cast<std::uint64_t>(query.integer(1))});
  }
  return listed;
}

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
    row.id = query.text(2);
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

Listed<MessageRow> messages(Session& session, const MessageFilter& filter) {
  Listed<MessageRow> listed;
  Where where;
  where.add("position <= ?", session.known);
  if (filter.sent) where.add("sent = ?", std::int64_t{*filter.sent});
  if (!filter.peer.empty()) where.add("peer = ?", filter.peer);
  if (!filter.stream.empty()) where.add("stream = ?", filter.stream);
  if (filter.above > 0) where.add("seq > ?", filter.above);
  if (filter.open) {
    where.add(
        "(answered IS NULL OR answered > ? OR (outcome = 'held' AND (resolved IS NULL OR resolved "
        "> ?)))",
        session.known);
    where.cells.emplace_back(session.known);
  }
  if (!filter.page.after.empty()) {
    const auto [head, seq] = parts(filter.page.after);
    const auto [sent, peer] = parts(head);
    where.add("(sent > ? OR (sent = ? AND (peer > ? OR (peer = ? AND seq > ?))))",
              number(sent).value_or(0));
    where.cells.emplace_back(number(sent).value_or(0));
    where.cells.emplace_back(peer);
    where.cells.emplace_back(peer);
    where.cells.emplace_back(number(seq).value_or(0));
  }
  const int limit = clamped(filter.page.limit);
  Statement& query = session.db.prepared(
      "SELECT sent, peer, seq, kind, stream, message_id, position, outcome, reason, answered, "
      "resolved_outcome, resolved_reason, resolved FROM message WHERE " +
      where.sql + " ORDER BY sent, peer, seq LIMIT ?");
  query.bind(where.bind(query), std::int64_t{limit} + 1);
  while (query.step()) {
    if (listed.rows.size() == static_cast<std::size_t>(limit)) {
      const MessageRow& last = listed.rows.back();
      listed.next =
          std::to_string(last.sent) + kMark + last.peer + kMark + std::to_string(last.seq);
      query.reset();
      break;
    }
    MessageRow row;
    row.sent = query.integer(0) != 0;
    row.peer = query.text(1);
    row.seq = query.integer(2);
    row.kind = query.text(3);
    row.stream = query.text(4);
    row.message_id = query.text(5);
    row.position = static_cast<std::uint64_t>(query.integer(6));
    const auto by_then = [&](int column) {
      return !query.is_null(column) && query.integer(column) <= session.known;
    };
    if (by_then(12)) {
      row.outcome = query.text(10);
      row.reason = query.text(11);
      row.answered = at_of(query, 12);
    } else if (by_then(9)) {
      row.outcome = query.text(7);
      row.reason = query.text(8);
      row.answered = at_of(query, 9);
    }
    listed.rows.push_back(std::move(row));
  }
  return listed;
}

std::vector<DisputeRow> disputes(Session& session, std::string_view id) {
  std::vector<DisputeRow> list;
  const auto place = place_of(session, id);
  if (!place) return list;
  Statement& query = session.db.prepared(
      "SELECT by_party, reason, detail, content, raised, ended FROM dispute "
      "WHERE case_no = ? AND raised <= ? ORDER BY no");
  query.bind(0, place->no).bind(1, session.known);
  while (query.step()) {
    DisputeRow row;
    row.id = id;
    row.by = query.text(0);
    row.reason = query.text(1);
    row.detail = query.text(2);
    row.content = query.text(3);
    row.raised = static_cast<std::uint64_t>(query.integer(4));
    row.ended = at_of(query, 5);
    if (row.ended && static_cast<std::int64_t>(*row.ended) > session.known) row.ended.reset();
    list.push_back(std::move(row));
  }
  Statement& settlements = session.db.prepared(
      "SELECT by_party, content, note, position FROM settlement "
      "WHERE case_no = ? AND position <= ? ORDER BY position");
  settlements.bind(0, place->no).bind(1, session.known);
  while (settlements.step()) {
    const auto position = static_cast<std::uint64_t>(settlements.integer(3));
    for (DisputeRow& row : list) {
      if (position < row.raised || (row.ended && position > *row.ended)) continue;
      row.signatures.push_back({.by = std::string{settlements.text(0)},
                                .content = std::string{settlements.text(1)},
                                .note = std::string{settlements.text(2)},
                                .position = position});
    }
  }
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

std::vector<ToldRow> told(Session& session, std::string_view id, std::optional<Date> as_of) {
  std::vector<ToldRow> list;
  Statement& query = session.db.prepared(
      "SELECT from_party, pack, figure, item, their_position, sent, taken, on_day, position "
      "FROM figure_told WHERE (figure = ? OR ? = '') AND (as_of = ? OR ? = '') AND position <= ? "
      "ORDER BY position DESC, no");
  const std::string day = as_of ? as_of->text() : std::string{};
  query.bind(0, id).bind(1, id).bind_kept(2, day).bind_kept(3, day).bind(4, session.known);
  while (query.step()) {
    ToldRow row;
    row.from = query.text(0);
    row.pack = query.text(1);
    row.figure = query.text(2);
    const Value item = json_value(query.text(3));
    row.definition = item.text_at("definition");
    row.as_of = date_of(item.text_at("as_of"));
    const Value* period = item.find("period");
    if (const auto* days = period ? period->as_list() : nullptr; days && days->size() == 2) {
      const auto day_at = [&](std::size_t i) {
        const std::string* text = (*days)[i].as_text();
        return date_of(text ? std::string_view{*text} : std::string_view{});
      };
      row.period = std::pair{day_at(0), day_at(1)};
    }
    if (const Value* value = item.find("value"); value && value->as_int())
      row.value = *value->as_int();
    row.rows = item.int_at("rows");
    row.failed = item.int_at("failed");
    row.rows_digest = item.text_at("rows_digest");
    if (const Value* rows = item.find("row_digests")) row.row_digests = *rows;
    if (const Value* splits = item.find("splits")) row.splits = *splits;
    row.known_at = query.integer(4);
    row.sent = query.integer(5);
    row.taken = query.integer(6);
    row.on = date_of(query.text(7));
    row.position = static_cast<std::uint64_t>(query.integer(8));
    list.push_back(std::move(row));
  }
  return list;
}

std::vector<ChannelRow> channels(Session& session) {
  std::map<core::PartyId, ChannelRow> peers;
  Statement& query = session.db.prepared(
      "SELECT sent, peer, max(seq) FROM message WHERE position <= ? GROUP BY sent, peer");
  query.bind(0, session.known);
  while (query.step()) {
    const core::PartyId peer{query.text(1)};
    ChannelRow& row = peers[peer];
    row.peer = peer;
    (query.integer(0) != 0 ? row.sent : row.taken) = query.integer(2);
  }
  std::vector<ChannelRow> list;
  for (auto& [peer, row] : peers) list.push_back(std::move(row));
  return list;
}

std::vector<core::PartyId> members(Session& session) {
  std::map<core::PartyId, bool> joined;
  Statement& query = session.db.prepared(
      "SELECT party, member FROM circle_party WHERE position <= ? ORDER BY position, rowid");
  query.bind(0, session.known);
  while (query.step()) joined[core::PartyId{query.text(0)}] = query.integer(1) != 0;
  joined.emplace(session.own, true);
  std::vector<core::PartyId> list;
  for (const auto& [party, member] : joined) {
    if (member) list.push_back(party);
  }
  return list;
}

}  // namespace bashu::views
