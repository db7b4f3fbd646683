#include "views/read/records.h"

#include <map>
#include <utility>

namespace bashu::views {

namespace {

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
  std::string plain{"edition IS NULL AND "};
  plain += kValid;
  if (editions.empty()) return "(" + plain + ")";
  return "(edition IN (" + in_list(editions) + ") OR (" + plain + "))";
}

EditionRow edition_row(const Session& session, const Statement& row) {
  EditionRow edition;
  const TablePtr table = session.catalogue.table(row.integer(1));
  if (table) edition.reg.assign(table->thing());
  edition.keeper.assign(row.text(2));
  edition.name = row.text(3);
  edition.number = row.integer(4);
  edition.on = date_of(row.text(5));
  edition.id.assign(row.text(6));
  edition.entries = row.integer(7);
  edition.digest = row.text(8);
  edition.position = static_cast<std::uint64_t>(row.integer(9));
  return edition;
}

std::string editions_where(std::string_view condition) {
  std::string sql{
      "SELECT id, table_id, keeper, name, number, on_day, case_id, entries, digest, position "
      "FROM edition WHERE "};
  sql += condition;
  return sql;
}

}  // namespace

std::vector<EditionInForce> editions_in_force(Session& session, const Table& table, Date as_of) {
  std::map<std::pair<std::string, std::string>, EditionInForce> newest;
  if (!table.editions) return {};
  Statement& query = session.db.prepared(
      editions_where("table_id = ? AND position <= ? AND on_day <= ? ORDER BY number"));
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
  const auto query_scan =
      session.db.scan("SELECT " + select_list(table) + " FROM " + quoted(table.name) + " WHERE " +
                      current_records(editions) + (key ? " AND key = ?" : ""));
  Statement& query = *query_scan;
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
  if (filter.contested) where.add("contested IS NOT NULL");
  if (!filter.page.after.empty()) {
    const auto [key, row] = parts(filter.page.after);
    where.add("key >= ?", key);
    where.add("(key > ? OR \"row\" > ?)", key);
    where.cells.emplace_back(number(row).value_or(0));
  }
  where.add(current_records(editions));
  where.cells.emplace_back(session.known);
  where.cells.emplace_back(session.known);
  const auto query_scan =
      session.db.scan("SELECT " + select_list(*table) + " FROM " + quoted(table->name) + " WHERE " +
                      where.sql + " ORDER BY key, \"row\" LIMIT ?");
  Statement& query = *query_scan;
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
    row.contested = std::move(facts.contested);
    row.fields = std::move(facts.fields);
    row.position = static_cast<std::uint64_t>(facts.valid_from);
    listed.rows.push_back(std::move(row));
  }
  return listed;
}

std::int64_t last_change(Session& session, std::string_view reg) {
  const TablePtr table = find_register(session, reg);
  if (!table) return -1;
  const auto query_scan = session.db.scan(
      "SELECT COALESCE(MAX(CASE WHEN valid_to <= ? THEN valid_to ELSE valid_from END), "
      "-1) FROM " +
      quoted(table->name) + " WHERE valid_from <= ?");
  Statement& query = *query_scan;
  query.bind(0, session.known).bind(1, session.known);
  return query.step() ? query.integer(0) : -1;
}

std::vector<EditionRow> editions(Session& session, std::string_view reg) {
  std::vector<EditionRow> list;
  const TablePtr table = find_register(session, reg);
  if (!table) return list;
  Statement& query =
      session.db.prepared(editions_where("table_id = ? AND position <= ? ORDER BY id"));
  query.bind(0, table->id).bind(1, session.known);
  while (query.step()) list.push_back(edition_row(session, query));
  return list;
}

}  // namespace bashu::views
