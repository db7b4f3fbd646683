// Rows of cases and records: stored ones by range, the others evaluated now.
#include "views/figure_reader.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "packs/syntax.h"
#include "views/figures.h"

namespace bashu::views {

namespace {

using Source = packs::Figure::Source;
using Way = packs::Figure::Way;

std::unexpected<packs::EvalError> failed(packs::EvalError::Kind kind, std::string text) {
  return std::unexpected{packs::EvalError{.kind = kind, .text = std::move(text)}};
}

Value split_record(const packs::Figure& figure, const Value::List& keys) {
  Value::Record record;
  for (std::size_t i = 0; i < figure.split.size(); ++i) {
    record[figure.split[i].first] = i < keys.size() ? keys[i] : Value{};
  }
  return record;
}

}  // namespace

std::optional<std::pair<Date, Date>> FigureReader::period_of(const packs::Figure& figure) const {
  if (period_ || !figure.yearly) return period_;
  return std::pair{*Date::from_civil(as_of_.year(), 1, 1), as_of_};
}

bool FigureReader::counts(const packs::Figure& figure, const Counted& row) const {
  const std::int64_t day = as_of_.days();
  if (row.from > day || row.to <= day) return false;
  const auto period = period_of(figure);
  if (!period || !figure.from || (!row.error.empty() && row.stated_from == kEver)) return true;
  return row.stated_from >= period->first.days() && row.stated_from <= period->second.days();
}

std::string FigureReader::range_condition(const packs::Figure& figure) const {
  std::string sql{
      "r.figure = ? AND r.pos_from <= ? AND r.pos_to > ? AND r.from_day <= ? AND r.to_day > ?"};
  if (period_of(figure) && figure.from) sql += " AND r.stated_from >= ? AND r.stated_from <= ?";
  return sql;
}

int FigureReader::bind_range(Statement& statement, const FigureDef& def) const {
  statement.bind(0, def.id)
      .bind(1, session_.known)
      .bind(2, session_.known)
      .bind(3, std::int64_t{as_of_.days()})
      .bind(4, std::int64_t{as_of_.days()});
  const auto period = period_of(*def.figure);
  if (!period || !def.figure->from) return 5;
  statement.bind(5, std::int64_t{period->first.days()})
      .bind(6, std::int64_t{period->second.days()});
  return 7;
}

const std::string& FigureReader::text_of(std::int64_t id) {
  const auto known = texts_.find(id);
  if (known != texts_.end()) return known->second;
  Statement& query = session_.db.prepared("SELECT text FROM figure_text WHERE id = ?");
  std::string text{"null"};
  if (query.bind(0, id).step()) {
    text = query.text(0);
    query.reset();
  }
  return texts_.emplace(id, std::move(text)).first->second;
}

void FigureReader::count_stored(const FigureDef& def, Tallies& tallies, bool splits) {
  const packs::Figure& figure = *def.figure;
  // Rows of one break-down key together; sums in two halves, which cannot pass 64 bits.
  struct Group {
    std::int64_t high = 0, low = 0, least = 0, rows = 0;
    std::vector<std::int64_t> things;
  };
  std::unordered_map<std::int64_t, Group> groups;
  std::int64_t failures = 0;
  constexpr std::int64_t kHalf = std::int64_t{1} << 32;
  const std::string from_where = " FROM figure_row r WHERE " + range_condition(figure);
  const bool split = splits && !figure.split.empty();
  if (!split && figure.way != Way::distinct) {
    const std::string columns = figure.way == Way::count ? "0, 0, 0, "
                                : figure.way == Way::min
                                    ? "0, 0, min(CASE WHEN r.error IS NULL THEN r.value END), "
                                    : "sum(r.value / 4294967296), sum(r.value % 4294967296), 0, ";
    Statement& query =
        session_.db.prepared("SELECT " + columns + "count(*), count(r.error)" + from_where);
    bind_range(query, def);
    if (query.step()) {
      failures = query.integer(4);
      groups[0] = {.high = query.integer(0),
                   .low = query.integer(1),
                   .least = query.integer(2),
                   .rows = query.integer(3) - failures,
                   .things = {}};
      query.reset();
    }
  } else {
    Statement& query =
        session_.db.prepared("SELECT r.split, r.value, r.error IS NULL" + from_where);
    bind_range(query, def);
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
  }
  for (const auto& [keys_id, group] : groups) {
    if (group.rows == 0) continue;
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
    if (!split) continue;
    const Value keys = json_value(text_of(keys_id));
    const auto* list = keys.as_list();
    for (std::size_t i = 0; i < figure.split.size(); ++i) {
      add(tallies.split(i, list && i < list->size() ? (*list)[i] : Value{}));
    }
  }
  const auto period = period_of(figure);
  const bool in_period = period && figure.from;
  if (failures == 0 && !in_period) return;
  // Rows whose `where` or `from` failed state no day, and are told in any period.
  Statement& first = session_.db.prepared(
      "SELECT r.subject, r.error FROM figure_row r WHERE r.figure = ? "
      "AND r.pos_from <= ? AND r.pos_to > ? AND r.from_day <= ? AND r.to_day > ? "
      "AND (r.stated_from = ? OR (r.stated_from >= ? AND r.stated_from <= ?)) "
      "AND r.error IS NOT NULL ORDER BY r.subject");
  first.bind(0, def.id)
      .bind(1, session_.known)
      .bind(2, session_.known)
      .bind(3, std::int64_t{as_of_.days()})
      .bind(4, std::int64_t{as_of_.days()})
      .bind(5, kEver)
      .bind(6, in_period ? std::int64_t{period->first.days()} : kEver)
      .bind(7, in_period ? std::int64_t{period->second.days()} : kNever);
  while (first.step()) tallies.fail(std::string{first.text(0)}, std::string{first.text(1)});
}

void FigureReader::each_candidate(
    const FigureDef& def, const std::function<void(const FigureLine&, packs::Scope&)>& visit) {
  const std::string thing = def.pack->name + "/" + def.figure->of;
  if (def.figure->source == Source::service) {
    const auto it = session_.catalogue.services.find(thing);
    if (it == session_.catalogue.services.end()) return;
    const Table& table = *it->second;
    Statement query{session_.db, "SELECT " + select_list(table, def.reads) + " FROM " +
                                     quoted(table.name) + " WHERE " + kValid};
    query.bind(0, session_.known).bind(1, session_.known);
    while (query.step()) {
      const CaseFacts facts = case_of(table, session_.catalogue, query);
      FigureLine line;
      line.subject = facts.id;
      line.version = facts.version;
      line.position = facts.valid_from;
      RowScope scope{*this, *def.pack, &facts};
      visit(line, scope);
    }
    return;
  }
  const Register& reg_here = reg(thing);
  if (!reg_here.table) return;
  const Table& table = *reg_here.table;
  std::string in{"0"};
  for (const EditionInForce& one : reg_here.editions) in += ", " + std::to_string(one.id);
  Statement query{session_.db, "SELECT " + select_list(table, def.reads) + " FROM " +
                                   quoted(table.name) + " WHERE edition IN (" + in +
                                   ") OR (edition IS NULL AND " + kValid +
                                   ") ORDER BY key, edition"};
  query.bind(0, session_.known).bind(1, session_.known);
  while (query.step()) {
    const RecordFacts facts = record_of(table, query);
    FigureLine line;
    line.subject = facts.key;
    line.edition = facts.edition;
    line.edition_name = facts.edition_name;
    line.version = facts.version;
    line.position = facts.valid_from;
    RowScope scope{*this, *def.pack, nullptr, "entry", &facts.fields};
    visit(line, scope);
  }
}

void FigureReader::count_asked(const FigureDef& def, Tallies& tallies) {
  each_candidate(def, [&](const FigureLine& line, packs::Scope& scope) {
    const auto row = evaluate_row(*def.figure, scope, {});
    if (!row || !counts(*def.figure, *row)) return;
    if (row->error.empty()) {
      tallies.add(*row);
    } else {
      tallies.fail(line.subject, row->error);
    }
  });
}

Tallies FigureReader::count(const FigureDef& def, bool splits) {
  Tallies tallies{*def.figure};
  pack_name_ = def.pack->name;
  if (def.figure->source == Source::account) {
    count_accounts(def, tallies);
  } else if (def.stored) {
    count_stored(def, tallies, splits);
  } else {
    count_asked(def, tallies);
  }
  return tallies;
}

packs::Eval<Value> FigureReader::value_of(const FigureDef& def) {
  if (const auto known = figures_.find(def.name); known != figures_.end()) return known->second;
  if (!asking_.insert(def.name).second) {
    return failed(packs::EvalError::Kind::lookup, "a circle of figures: " + def.name);
  }
  packs::Eval<Value> value;
  if (def.figure->source == Source::value) {
    pack_name_ = def.pack->name;
    RowScope scope{*this, *def.pack, nullptr};
    value = packs::evaluate(*def.figure->measure, scope);
    if (value && !value->is_null() && !value->as_int()) {
      value = failed(packs::EvalError::Kind::type, "a number is expected");
    }
  } else {
    Tallies tallies = count(def, false);
    const auto number = tallies.total.value();
    if (tallies.failed > 0) {
      value = failed(packs::EvalError::Kind::lookup, tallies.error);
    } else if (tallies.total.overflow()) {
      value = failed(packs::EvalError::Kind::overflow, "the sum overflows");
    } else {
      value = number ? Value{*number} : Value{};
    }
  }
  asking_.erase(def.name);
  if (value) figures_.emplace(def.name, *value);
  return value;
}

packs::Eval<Value> FigureReader::figure(std::string_view name) {
  const std::string pack = pack_name_;
  const FigureDef* def = find_figure(session_, pack + "/" + std::string{name});
  if (!def) return failed(packs::EvalError::Kind::missing, "no figure " + std::string{name});
  auto value = value_of(*def);
  pack_name_ = pack;
  return value;
}

std::vector<EditionRow> FigureReader::editions_used() const {
  std::vector<EditionRow> list;
  for (const auto& [id, one] : registers_) {
    for (const EditionInForce& edition : one.editions) list.push_back(edition.edition);
  }
  return list;
}

void FigureReader::stored_lines(const FigureDef& def, const std::string& after,
                                std::int64_t after_edition,
                                const std::function<bool(FigureLine)>& visit) {
  const std::string thing = def.pack->name + "/" + def.figure->of;
  const bool of_register = def.figure->source == Source::reg;
  const auto& tables = of_register ? session_.catalogue.registers : session_.catalogue.services;
  const auto table = tables.find(thing);
  if (table == tables.end()) return;
  const std::string name = quoted(table->second->name);
  // Of an entry the version is its edition's number and never changes.
  const std::string version_of =
      of_register ? "SELECT version, valid_from, edition_name FROM " + name +
                        " WHERE key = ? AND valid_from <= ? AND (edition = ? OR (edition IS NULL "
                        "AND ? = 0)) "
                        "ORDER BY valid_from DESC LIMIT 1"
                  : "SELECT t.version, t.valid_from, NULL FROM case_index c JOIN " + name +
                        " t ON t.no = c.no WHERE c.id = ? AND t.valid_from <= ? ORDER BY "
                        "t.valid_from DESC LIMIT 1";
  Statement rows{session_.db,
                 "SELECT r.subject, r.edition, r.split, r.value, r.from_day, r.to_day FROM "
                 "figure_row r WHERE " +
                     range_condition(*def.figure) +
                     " AND r.error IS NULL AND r.subject >= ? AND (r.subject > ? OR r.edition > ?) "
                     "ORDER BY r.subject, r.edition"};
  Statement version{session_.db, version_of};
  const int next = bind_range(rows, def);
  rows.bind(next, std::string_view{after})
      .bind(next + 1, std::string_view{after})
      .bind(next + 2, after_edition);
  while (rows.step()) {
    FigureLine line;
    line.subject = rows.text(0);
    line.edition = rows.integer(1);
    version.reset();
    version.bind(0, std::string_view{line.subject}).bind(1, session_.known);
    if (of_register) version.bind(2, line.edition).bind(3, line.edition);
    if (version.step()) {
      line.version = version.integer(0);
      line.position = version.integer(1);
      line.edition_name = version.text(2);
    }
    if (!def.figure->split.empty()) {
      const Value keys = json_value(text_of(rows.integer(2)));
      line.split = split_record(*def.figure, keys.as_list() ? *keys.as_list() : Value::List{});
    }
    line.value = def.figure->way == Way::distinct ? json_value(text_of(rows.integer(3)))
                                                  : Value{rows.integer(3)};
    line.from = rows.integer(4);
    line.to = rows.integer(5);
    if (!visit(std::move(line))) return;
  }
}

void FigureReader::each_line(const FigureDef& def, const std::string& after,
                             std::int64_t after_edition,
                             const std::function<bool(FigureLine)>& visit) {
  if (def.figure->source == Source::value) return;
  pack_name_ = def.pack->name;
  if (def.stored) {
    stored_lines(def, after, after_edition, visit);
    return;
  }
  std::vector<FigureLine> lines;
  const auto keep = [&](FigureLine line, packs::Scope& scope) {
    const auto row = evaluate_row(*def.figure, scope, {});
    if (!row || !row->error.empty() || !counts(*def.figure, *row)) return;
    line.value = def.figure->way == Way::distinct ? row->distinct : Value{row->value};
    if (!def.figure->split.empty()) line.split = split_record(*def.figure, row->split);
    line.from = row->from;
    line.to = row->to;
    lines.push_back(std::move(line));
  };
  if (def.figure->source == Source::account) {
    bool by_month = false;
    for (const packs::ProgramPtr& program : {def.figure->where, def.figure->measure}) {
      by_month = by_month || (program && reads_month(*program));
    }
    constexpr int kMonth = 7, kDay = 10;
    const int date_size = by_day_ ? kDay : by_month ? kMonth : 0;
    for (const AccountTotal& total : account_totals(def, date_size)) {
      const Value account = account_value(def, total);
      FigureLine line;
      line.subject = total.key;
      if (!total.when.empty()) line.subject += (by_day_ ? "@" : "/") + total.when;
      line.position = total.position;
      line.account = account;
      RowScope scope{*this, *def.pack, nullptr, "account", &account};
      keep(std::move(line), scope);
    }
  } else {
    each_candidate(def, keep);
  }
  std::ranges::sort(lines, [](const FigureLine& a, const FigureLine& b) {
    return std::tie(a.subject, a.edition) < std::tie(b.subject, b.edition);
  });
  for (FigureLine& line : lines) {
    if (std::tie(line.subject, line.edition) <= std::tie(after, after_edition) && !after.empty())
      continue;
    if (!visit(std::move(line))) return;
  }
}

}  // namespace bashu::views
