// Rows that were evaluated once, when their case or record changed: asked for by range.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "figures/count.h"
#include "views/rows.h"

namespace bashu::figures {

namespace {

using views::FigureDef;
using views::kEver;
using views::kNever;
using Source = packs::Figure::Source;
using Way = packs::Figure::Way;

// A condition on `r`, of figure_row, and its bindings.
std::string range_condition(Reader& reader, const packs::Figure& figure) {
  std::string sql{
      "r.figure = ? AND r.pos_from <= ? AND r.pos_to > ? AND r.from_day <= ? AND r.to_day > ?"};
  if (reader.period_of(figure) && figure.from)
    sql += " AND r.stated_from >= ? AND r.stated_from <= ?";
  return sql;
}

int bind_range(Reader& reader, sql::Statement& statement, const FigureDef& def) {
  statement.bind(0, def.id)
      .bind(1, reader.session().known)
      .bind(2, reader.session().known)
      .bind(3, std::int64_t{reader.as_of().days()})
      .bind(4, std::int64_t{reader.as_of().days()});
  const auto period = reader.period_of(*def.figure);
  if (!period || !def.figure->from) return 5;
  statement.bind(5, std::int64_t{period->first.days()})
      .bind(6, std::int64_t{period->second.days()});
  return 7;
}

// Rows of one break-down key together; sums in two halves, which cannot pass 64 bits.
struct Group {
  std::int64_t high = 0, low = 0, least = 0, rows = 0;
  std::vector<std::int64_t> things;
};
using Groups = std::unordered_map<std::int64_t, Group>;  // by the number of the keys' text
constexpr std::int64_t kHalf = std::int64_t{1} << 32;

// All rows as one group, added up by the database. Gives the number that failed.
std::int64_t sum_all(Reader& reader, const FigureDef& def, Groups& groups) {
  const packs::Figure& figure = *def.figure;
  const std::string columns = figure.way == Way::count ? "0, 0, 0, "
                              : figure.way == Way::min
                                  ? "0, 0, min(CASE WHEN r.error IS NULL THEN r.value END), "
                                  : "sum(r.value / 4294967296), sum(r.value % 4294967296), 0, ";
  sql::Statement& query =
      reader.session().db.prepared("SELECT " + columns + "count(*), count(r.error)" +
                                   " FROM figure_row r WHERE " + range_condition(reader, figure));
  bind_range(reader, query, def);
  if (!query.step()) return 0;
  const std::int64_t failures = query.integer(4);
  groups[0] = {.high = query.integer(0),
               .low = query.integer(1),
               .least = query.integer(2),
               .rows = query.integer(3) - failures,
               .things = {}};
  query.reset();
  return failures;
}

// Row by row. Gives the number that failed.
std::int64_t sum_by_keys(Reader& reader, const FigureDef& def, Groups& groups) {
  const packs::Figure& figure = *def.figure;
  sql::Statement& query = reader.session().db.prepared(
      "SELECT r.split, r.value, r.error IS NULL FROM figure_row r WHERE " +
      range_condition(reader, figure));
  bind_range(reader, query, def);
  std::int64_t failures = 0;
  std::int64_t last = -1;
  Group* group = nullptr;
  while (query.step()) {
    if (query.integer(2) == 0) {
      ++failures;
      continue;
    }
    const std::int64_t keys_id = query.integer(0), value = query.integer(1);
    if (!group || keys_id != last) {
      group = &groups[keys_id];
      last = keys_id;
    }
    if (figure.way == Way::distinct) group->things.push_back(value);
    group->high += value / kHalf;
    group->low += value % kHalf;
    group->least = group->rows == 0 ? value : std::min(group->least, value);
    ++group->rows;
  }
  return failures;
}

void add_group(Reader& reader, const packs::Figure& figure, std::int64_t keys_id,
               const Group& group, bool split, Tallies& tallies) {
  tallies.rows += group.rows;
  std::int64_t sum = group.rows;
  bool overflow = false;
  if (figure.way == Way::sum) {
    overflow = __builtin_mul_overflow(group.high, kHalf, &sum) ||
               __builtin_add_overflow(sum, group.low, &sum);
  }
  const auto add = [&](Tally& tally) {
    if (overflow) tally.set_overflow();
    if (figure.way == Way::distinct) {
      tally.add_ids(group.things);
    } else {
      tally.add_number(figure.way == Way::min ? group.least : sum);
    }
  };
  add(tallies.total);
  if (!split) return;
  const Value keys = views::json_value(reader.text_of(keys_id));
  const auto* list = keys.as_list();
  for (std::size_t i = 0; i < figure.split.size(); ++i) {
    add(tallies.split(i, list && i < list->size() ? (*list)[i] : Value{}));
  }
}

// Rows whose `where` or `from` failed state no day, and are told in any period.
void tell_failures(Reader& reader, const FigureDef& def, Tallies& tallies) {
  const auto period = reader.period_of(*def.figure);
  const bool in_period = period && def.figure->from;
  const views::Session& session = reader.session();
  const std::int64_t day = reader.as_of().days();
  sql::Statement& query = session.db.prepared(
      "SELECT r.subject, r.error FROM figure_row r WHERE r.figure = ? "
      "AND r.pos_from <= ? AND r.pos_to > ? AND r.from_day <= ? AND r.to_day > ? "
      "AND (r.stated_from = ? OR (r.stated_from >= ? AND r.stated_from <= ?)) "
      "AND r.error IS NOT NULL ORDER BY r.subject");
  query.bind(0, def.id)
      .bind(1, session.known)
      .bind(2, session.known)
      .bind(3, day)
      .bind(4, day)
      .bind(5, kEver)
      .bind(6, in_period ? std::int64_t{period->first.days()} : kEver)
      .bind(7, in_period ? std::int64_t{period->second.days()} : kNever);
  while (query.step()) tallies.fail(std::string{query.text(0)}, std::string{query.text(1)});
}

}  // namespace

void count_stored(Reader& reader, const FigureDef& def, Tallies& tallies, bool splits) {
  const packs::Figure& figure = *def.figure;
  const bool split = splits && !figure.split.empty();
  Groups groups;
  const std::int64_t failures = !split && figure.way != Way::distinct
                                    ? sum_all(reader, def, groups)
                                    : sum_by_keys(reader, def, groups);
  for (const auto& [keys_id, group] : groups) {
    if (group.rows > 0) add_group(reader, figure, keys_id, group, split, tallies);
  }
  const bool in_period = reader.period_of(figure) && figure.from;
  if (failures > 0 || in_period) tell_failures(reader, def, tallies);
}

void each_stored_line(Reader& reader, const FigureDef& def, const After& after,
                      const std::function<bool(Line)>& visit) {
  views::Session& session = reader.session();
  const std::string thing = def.pack->name + "/" + def.figure->of;
  const bool of_register = def.figure->source == Source::reg;
  const auto& tables = of_register ? session.catalogue.registers : session.catalogue.services;
  const auto table = tables.find(thing);
  if (table == tables.end()) return;
  const std::string name = sql::quoted(table->second->name);
  // Of an entry the version is its edition's number and never changes.
  const std::string version_of =
      of_register ? "SELECT version, valid_from, edition_name FROM " + name +
                        " WHERE key = ? AND valid_from <= ? AND (edition = ? OR (edition IS NULL "
                        "AND ? = 0)) "
                        "ORDER BY valid_from DESC LIMIT 1"
                  : "SELECT t.version, t.valid_from, NULL FROM case_index c JOIN " + name +
                        " t ON t.no = c.no WHERE c.id = ? AND t.valid_from <= ? ORDER BY "
                        "t.valid_from DESC LIMIT 1";
  const auto rows_scan = session.db.scan(
      "SELECT r.subject, r.edition, r.split, r.value, r.from_day, r.to_day FROM "
      "figure_row r WHERE " +
      range_condition(reader, *def.figure) +
      " AND r.error IS NULL AND r.subject >= ? AND (r.subject > ? OR r.edition > ?) "
      "ORDER BY r.subject, r.edition");
  sql::Statement& rows = *rows_scan;
  sql::Statement& version = session.db.prepared(version_of);
  const int next = bind_range(reader, rows, def);
  rows.bind(next, std::string_view{after.subject})
      .bind(next + 1, std::string_view{after.subject})
      .bind(next + 2, after.edition);
  while (rows.step()) {
    Line line;
    line.subject = rows.text(0);
    line.edition = rows.integer(1);
    version.reset();
    version.bind(0, std::string_view{line.subject}).bind(1, session.known);
    if (of_register) version.bind(2, line.edition).bind(3, line.edition);
    if (version.step()) {
      line.version = version.integer(0);
      line.position = version.integer(1);
      line.edition_name = version.text(2);
      version.reset();  // what is left open keeps its reader at what it saw
    }
    if (!def.figure->split.empty()) {
      const Value keys = views::json_value(reader.text_of(rows.integer(2)));
      line.split = split_record(*def.figure, keys.as_list() ? *keys.as_list() : Value::List{});
    }
    line.value = def.figure->way == Way::distinct
                     ? views::json_value(reader.text_of(rows.integer(3)))
                     : Value{rows.integer(3)};
    line.from = rows.integer(4);
    line.to = rows.integer(5);
    if (!visit(std::move(line))) return;
  }
}

}  // namespace bashu::figures
