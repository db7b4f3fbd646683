// Which rows a figure counts: stored ones, or cases, records and accounts evaluated now.
#include "views/rows.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "figures/count.h"

namespace bashu::figures {

namespace {

using views::FigureDef;
using Source = packs::Figure::Source;
using Way = packs::Figure::Way;

}  // namespace

Value split_record(const packs::Figure& figure, const Value::List& keys) {
  Value::Record record;
  for (std::size_t i = 0; i < figure.split.size(); ++i) {
    record[figure.split[i].first] = i < keys.size() ? keys[i] : Value{};
  }
  return record;
}

bool counts(Reader& reader, const packs::Figure& figure, const views::Counted& row) {
  const std::int64_t day = reader.as_of().days();
  if (row.from > day || row.to <= day) return false;
  const auto period = reader.period_of(figure);
  if (!period || !figure.from || (!row.error.empty() && row.stated_from == views::kEver))
    return true;
  return row.stated_from >= period->first.days() && row.stated_from <= period->second.days();
}

void each_candidate(Reader& reader, const FigureDef& def, const Candidate& visit) {
  views::Session& session = reader.session();
  const std::string thing = def.pack->name + "/" + def.figure->of;
  const bool partial = reader.is_partial(*def.figure);
  if (def.figure->source == Source::service) {
    const auto it = session.catalogue.services.find(thing);
    if (it == session.catalogue.services.end()) return;
    const views::Table& table = *it->second;
    const auto query_scan =
        session.db.scan("SELECT " + views::select_list(table, def.reads) + " FROM " +
                        sql::quoted(table.name) + " WHERE " + views::kValid);
    sql::Statement& query = *query_scan;
    query.bind(0, session.known).bind(1, session.known);
    while (query.step()) {
      const views::CaseFacts facts = views::case_of(table, session.catalogue, query);
      if (!views::is_counted_here(*def.figure, facts, session.own)) continue;
      if (partial && !reader.is_theirs(facts)) continue;
      Line line;
      line.subject = facts.id;
      line.version = facts.version;
      line.position = facts.valid_from;
      views::RowScope scope{reader, *def.pack, &facts};
      visit(std::move(line), scope);
    }
    return;
  }
  const Reader::Register& reg_here = reader.reg(thing);
  if (!reg_here.table) return;
  const views::Table& table = *reg_here.table;
  std::string in{"0"};
  for (const views::EditionInForce& one : reg_here.editions) in += ", " + std::to_string(one.id);
  const auto query_scan = session.db.scan(
      "SELECT " + views::select_list(table, def.reads) + " FROM " + sql::quoted(table.name) +
      " WHERE edition IN (" + in + ") OR (edition IS NULL AND " + views::kValid +
      ") ORDER BY key, coalesce(edition, 0)");
  sql::Statement& query = *query_scan;
  query.bind(0, session.known).bind(1, session.known);
  while (query.step()) {
    const views::RecordFacts facts = views::record_of(table, query);
    Line line;
    line.subject = facts.key;
    line.edition = facts.edition;
    line.edition_name = facts.edition_name;
    line.version = facts.version;
    line.position = facts.valid_from;
    line.stands = views::stands(facts, session.own);
    views::RowScope scope{reader, *def.pack, nullptr, "entry", &facts.fields};
    if (partial && !reader.is_theirs(*def.figure, scope)) continue;
    visit(std::move(line), scope);
  }
}

Tallies count(Reader& reader, const FigureDef& def, bool splits) {
  Tallies tallies{*def.figure};
  if (def.figure->source == Source::account) {
    count_accounts(reader, def, tallies);
  } else if (def.stored && !reader.is_partial(*def.figure)) {
    count_stored(reader, def, tallies, splits);
  } else {
    each_candidate(reader, def, [&](const Line& line, packs::Scope& scope) {
      if (!line.stands) return tallies.fail(line.subject, "two keepers");
      const auto row = views::evaluate_row(*def.figure, scope, {});
      if (!row || !counts(reader, *def.figure, *row)) return;
      if (row->error.empty()) {
        tallies.add(*row);
      } else {
        tallies.fail(line.subject, row->error);
      }
    });
  }
  return tallies;
}

void each_line(Reader& reader, const FigureDef& def, const After& after, bool by_day,
               const std::function<bool(Line)>& visit) {
  if (def.figure->source == Source::value) return;
  if (def.stored && !reader.is_partial(*def.figure)) {
    each_stored_line(reader, def, after, visit);
    return;
  }
  std::vector<Line> lines;
  const auto keep = [&](Line line, packs::Scope& scope) {
    if (!line.stands) return;
    const auto row = views::evaluate_row(*def.figure, scope, {});
    if (!row || !row->error.empty() || !counts(reader, *def.figure, *row)) return;
    line.value = def.figure->way == Way::distinct ? row->distinct : Value{row->value};
    if (!def.figure->split.empty()) line.split = split_record(*def.figure, row->split);
    line.from = row->from;
    line.to = row->to;
    lines.push_back(std::move(line));
  };
  if (def.figure->source == Source::account) {
    each_account(reader, def, by_day, keep);
  } else {
    each_candidate(reader, def, keep);
  }
  std::ranges::sort(lines, [](const Line& a, const Line& b) {
    return std::tie(a.subject, a.edition) < std::tie(b.subject, b.edition);
  });
  for (Line& line : lines) {
    if (!after.subject.empty() &&
        std::tie(line.subject, line.edition) <= std::tie(after.subject, after.edition)) {
      continue;
    }
    if (!visit(std::move(line))) return;
  }
}

}  // namespace bashu::figures
