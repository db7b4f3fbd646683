// Records with two keepers behind a figure: what it is under the row of each.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "figures/count.h"
#include "views/rows.h"

namespace bashu::figures {

namespace {

using Source = packs::Figure::Source;
using Way = packs::Figure::Way;

const Value kNothing{std::int64_t{0}};

// Of a number; where `party` claims nothing, the keeper's row stands.
std::int64_t added(const ContestedRow& row, const core::PartyId& party) {
  const auto claimed = row.adds.find(party);
  const auto& adds = claimed != row.adds.end() ? claimed->second : row.adds.at(row.keeper);
  return adds.as_int() ? *adds.as_int() : 0;
}

// The record as it is if `party` keeps it: its row, and what each side says of the sided fields.
Value under(const packs::Register& reg, const views::RecordFacts& facts, const Value& row) {
  Value fields = facts.fields;
  std::erase_if(*fields.as_record(), [&](const auto& field) {
    const packs::Type* type = reg.record->member(field.first);
    return type && !type->sided;
  });
  for (const auto& [name, value] : *row.as_record()) (*fields.as_record())[name] = value;
  return fields;
}

std::vector<views::RecordFacts> contested_of(Reader& reader, const core::RegisterId& id) {
  std::vector<views::RecordFacts> found;
  const Reader::Register& here = reader.reg(id);
  if (!here.table) return found;
  views::Session& session = reader.session();
  const auto query_scan = session.db.scan(
      "SELECT " + views::select_list(*here.table) + " FROM " + sql::quoted(here.table->name) +
      " WHERE contested IS NOT NULL AND edition IS NULL AND " + views::kValid + " ORDER BY key");
  sql::Statement& query = *query_scan;
  query.bind(0, session.known).bind(1, session.known);
  while (query.step()) found.push_back(views::record_of(*here.table, query));
  return found;
}

}  // namespace

void tell_contested(Reader& reader, const views::FigureDef& def, const Tallies& tallies,
                    Answer& answer) {
  const packs::Figure& figure = *def.figure;
  if (figure.source != Source::reg) return;
  const auto* reg = packs::find(def.pack->registers, figure.of);
  const core::RegisterId id{def.pack->name + "/" + figure.of};
  if (!reg) return;
  const bool adds_up = figure.way == Way::count || figure.way == Way::sum;
  Tally total = tallies.total;
  std::optional<std::int64_t> rest = adds_up ? total.value() : std::nullopt;
  std::int64_t without = 0;  // rows that do not count here because of their two keepers
  for (const views::RecordFacts& facts : contested_of(reader, id)) {
    const bool ours = views::stands(facts, reader.session().own);
    if (!ours) ++without;
    ContestedRow row{.reg = id, .key = facts.key, .keeper = facts.keeper, .adds = {}};
    const auto tell = [&](const core::PartyId& party, const Value& fields) {
      views::RowScope scope{reader, *def.pack, nullptr, "entry", &fields};
      const auto counted = views::evaluate_row(figure, scope, {});
      row.adds[party] = kNothing;
      if (!counted || !counts(reader, figure, *counted)) return;
      if (!counted->error.empty()) return rest.reset();
      row.adds[party] = figure.way == Way::distinct ? counted->distinct : Value{counted->value};
    };
    tell(facts.keeper, facts.fields);
    for (const auto& [party, claim] : facts.contested) {
      if (claim.fields.as_record()) tell(party, under(*reg, facts, claim.fields));
    }
    if (ours && rest && __builtin_sub_overflow(*rest, added(row, facts.keeper), &*rest)) {
      rest.reset();
    }
    if (std::ranges::any_of(row.adds, [](const auto& one) { return one.second != kNothing; })) {
      answer.contested.push_back(std::move(row));
    }
  }
  if (!rest || tallies.failed != without) return;
  for (const ContestedRow& row : answer.contested) {
    for (const auto& [party, adds] : row.adds) answer.under.try_emplace(party, *rest);
  }
  for (auto& [party, value] : answer.under) {
    for (const ContestedRow& row : answer.contested) {
      if (__builtin_add_overflow(value, added(row, party), &value)) return answer.under.clear();
    }
  }
}

}  // namespace bashu::figures
