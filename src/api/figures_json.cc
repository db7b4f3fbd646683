#include "api/figures_json.h"

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "figures/words.h"

namespace bashu::api {

namespace {

using figures::exact_words;
using figures::number_words;
using figures::said_words;

template <typename T>
Value optional_value(const std::optional<T>& number) {
  return number ? Value{*number} : Value{};
}

const char* says_name(packs::Figure::Says says) {
  switch (says) {
    case packs::Figure::Says::exact:
      return "exact";
    case packs::Figure::Says::more_than:
      return "more_than";
    case packs::Figure::Says::nearly:
      return "nearly";
  }
  return "exact";
}

Value agree_value(figures::Agree agree) {
  if (agree == figures::Agree::unknown) return "unknown";
  return agree == figures::Agree::yes;
}

Value period_value(const std::optional<figures::Period>& period) {
  if (!period) return {};
  return Value::List{period->first.text(), period->second.text()};
}

Value published_value(const figures::PublishedRow& row, const std::string& unit, int scale,
                      const std::string& language) {
  Value::Record record{{"row", row.id}, {"title", in_language(row.title, language)}};
  if (row.value) {
    record["value"] = *row.value;
    record["says"] = says_name(row.says);
    record["printed"] =
        said_words(row.says, *row.value, unit.empty() ? row.unit : unit, scale, language);
    record["as_of"] = row.as_of.text();
  }
  if (row.period) record["period"] = period_value(row.period);
  if (!row.split.empty()) record["split"] = Value::Record{{row.split, row.key}};
  if (!row.note.empty()) record["note"] = in_language(row.note, language);
  return record;
}

Value editions_value(const figures::Answer& answer) {
  Value::List editions;
  for (const views::EditionRow& edition : answer.editions) {
    editions.push_back(Value::Record{{"register", edition.reg},
                                     {"name", edition.name},
                                     {"number", edition.number},
                                     {"keeper", edition.keeper},
                                     {"on", edition.on.text()},
                                     {"digest", edition.digest}});
  }
  return editions;
}

Value splits_json(const std::vector<figures::Split>& all) {
  Value::List splits;
  for (const figures::Split& split : all) {
    Value::List values;
    for (const figures::SplitValue& one : split.values) {
      values.push_back(Value::Record{{"key", one.key}, {"value", optional_value(one.value)}});
    }
    splits.push_back(Value::Record{{"name", split.name}, {"values", std::move(values)}});
  }
  return splits;
}

Value side_value(const figures::Side& side, const std::string& unit, int scale,
                 const std::string& language) {
  Value::Record record{{"party", side.party},
                       {"told", side.told},
                       {"value", optional_value(side.value)},
                       {"agree", agree_value(side.agree)}};
  if (side.value) record["printed"] = number_words(*side.value, unit, scale, language);
  if (side.ours) record["ours"] = *side.ours;
  if (side.told) {
    record["rows"] = side.rows;
    record["definition"] = side.definition;
    record["position"] = side.position;
  }
  if (side.told_on) {
    record["told_on"] = side.told_on->text();
    record["their_position"] = side.at;
    record["on_the_way"] = Value::Record{{"to_them", side.to_them}, {"from_them", side.from_them}};
    if (side.compared_at) record["compared_at"] = *side.compared_at;
  }
  if (side.why != figures::Why::none) record["why"] = figures::why_name(side.why);
  return record;
}

Value sides_value(const figures::Sides& sides, const figures::Answer& answer,
                  const std::string& language) {
  Value::List list;
  for (const figures::Side& side : sides.sides) {
    list.push_back(side_value(side, answer.unit, answer.scale, language));
  }
  return list;
}

// Records that two claim to keep, and the figure under each one's rows.
Value contested_json(const figures::Answer& answer, const std::string& language) {
  Value::List rows;
  for (const figures::ContestedRow& row : answer.contested) {
    Value::List values;
    for (const auto& [party, adds] : row.adds) {
      values.push_back(Value::Record{{"party", party}, {"adds", adds}});
    }
    rows.push_back(Value::Record{{"register", row.reg},
                                 {"key", row.key},
                                 {"keeper", row.keeper},
                                 {"values", std::move(values)}});
  }
  Value::List under;
  for (const auto& [party, value] : answer.under) {
    under.push_back(
        Value::Record{{"party", party},
                      {"value", value},
                      {"printed", number_words(value, answer.unit, answer.scale, language)}});
  }
  return Value::Record{{"rows", std::move(rows)}, {"under", std::move(under)}};
}

// What there is to say of an answer without the other sides.
Value::Record answer_record(const figures::Answer& answer, const std::string& language) {
  Value::Record record{{"figure", answer.id},
                       {"title", in_language(answer.title, language)},
                       {"side", answer.side},
                       {"as_of", answer.as_of.text()},
                       {"known_at", answer.known_at},
                       {"value", optional_value(answer.value)},
                       {"unit", answer.unit},
                       {"scale", answer.scale},
                       {"says", says_name(answer.says)},
                       {"bound", optional_value(answer.bound)},
                       {"target", optional_value(answer.target)},
                       {"sides", answer.add_sides ? "add" : "same"},
                       {"definition", answer.definition},
                       {"pack", answer.pack},
                       {"splits", splits_json(answer.splits)},
                       {"editions", editions_value(answer)},
                       {"rows", answer.rows},
                       {"failed", answer.failed}};
  record["printed"] = figures::printed(answer, language);
  if (const std::string_view whom = figures::concerns_name(answer.concerns); !whom.empty()) {
    record["concerns"] = std::string{whom};
  }
  if (!answer.rows_digest.empty()) record["rows_digest"] = answer.rows_digest;
  if (!answer.error.empty()) record["error"] = answer.error;
  if (!answer.contested.empty()) record["contested"] = contested_json(answer, language);
  return record;
}

void add_published(Value::Record& record, const figures::Figure& figure,
                   const std::string& language) {
  if (figure.published.empty()) return;
  Value::List rows;
  for (const figures::PublishedRow& row : figure.published) {
    rows.push_back(published_value(row, figure.answer.unit, figure.answer.scale, language));
  }
  record["published"] = rows.front();
  if (rows.size() > 1) record["published_rows"] = std::move(rows);
}

// What each side has of the same thing; absent: nothing.
void add_both(Value::Record& record, std::optional<std::int64_t> ours,
              std::optional<std::int64_t> theirs, const figures::Answer& answer,
              const std::string& language) {
  const auto add = [&](const std::string& name, std::optional<std::int64_t> value) {
    if (!value) return;
    record[name] = *value;
    record[name + "_printed"] = exact_words(*value, answer.unit, answer.scale, language);
  };
  add("ours", ours);
  add("theirs", theirs);
}

Value positions_json(const std::vector<std::uint64_t>& positions) {
  Value::List list;
  for (const std::uint64_t position : positions) list.emplace_back(position);
  return list;
}

Value row_difference(const figures::RowDifference& row, const figures::Answer& answer,
                     const std::string& language) {
  using enum figures::RowDifference::What;
  Value::Record named{{"key", row.key},
                      {"what", row.what == only_here    ? "only_here"
                               : row.what == only_there ? "only_there"
                                                        : "differs"},
                      {"on_the_way", row.on_the_way},
                      {"positions", positions_json(row.positions)}};
  if (row.on) named["on"] = row.on->text();
  add_both(named, row.ours, row.theirs, answer, language);
  return named;
}

Value discrepancy_json(const figures::Discrepancy& one, const std::string& language) {
  Value::List rows;
  for (const auto& row : one.rows) rows.push_back(row_difference(row, one.ours, language));
  Value::List splits;
  for (const figures::SplitDifference& split : one.splits) {
    Value::Record named{{"split", split.split}, {"key", split.key}};
    add_both(named, split.ours, split.theirs, one.ours, language);
    splits.push_back(Value{std::move(named)});
  }
  Value::Record record{{"figure", one.ask.id},
                       {"title", in_language(one.ours.title, language)},
                       {"as_of", one.ask.as_of.text()},
                       {"unit", one.ours.unit},
                       {"scale", one.ours.scale},
                       {"definition", one.ours.definition},
                       {"agree", agree_value(one.theirs.agree)},
                       {"ours", Value::Record{{"party", one.ours.side},
                                              {"value", optional_value(one.ours.value)},
                                              {"position", one.ours.known_at}}},
                       {"theirs", side_value(one.theirs, one.ours.unit, one.ours.scale, language)},
                       {"splits", std::move(splits)},
                       {"records", std::move(rows)}};
  const auto print = [&](const char* side, std::optional<std::int64_t> value) {
    if (!value) return;
    record[side].as_record()->insert_or_assign(
        "printed", exact_words(*value, one.ours.unit, one.ours.scale, language));
  };
  print("ours", one.ours.value);
  print("theirs", one.theirs.value);
  if (one.ask.period) record["period"] = period_value(one.ask.period);
  using enum figures::RowsTold;
  if (one.rows_told == too_many) record["records_why"] = "too_many";
  if (one.rows_told == none) record["records_why"] = "not_told";
  return record;
}

Value overview_row(const figures::OverviewRow& row, const std::string& language) {
  const figures::PublishedRow& published = row.published;
  Value::Record record{{"row", published.id}, {"title", in_language(published.title, language)}};
  if (!published.note.empty()) record["note"] = in_language(published.note, language);
  if (!published.split.empty()) record["split"] = Value::Record{{published.split, published.key}};
  Value::List why;
  for (const figures::Remark remark : row.remarks) {
    why.push_back(Value::Record{{"code", figures::remark_name(remark)},
                                {"text", in_language(remark_words(row, remark), language)}});
  }
  record["why"] = std::move(why);
  record["differs"] =
      row.fit == figures::Fit::not_compared ? Value{} : Value{row.fit == figures::Fit::differs};
  if (published.figure.empty()) return record;
  record["figure"] = published.figure;
  record["as_of"] = row.as_of.text();
  if (row.period) record["period"] = period_value(row.period);
  record["value"] = optional_value(row.value);
  record["unit"] = row.unit;
  record["scale"] = row.scale;
  // The number itself, also where the figure is published as `more than`.
  record["printed"] =
      row.value ? number_words(*row.value, row.unit, row.scale, language) : std::string{};
  record["published"] = Value::Record{
      {"as_of", published.as_of.text()},
      {"value", optional_value(published.value)},
      {"says", says_name(published.says)},
      {"printed", said_words(published.says, *published.value, row.unit, row.scale, language)}};
  if (row.answer) {
    record["agree"] = agree_value(row.sides.agree);
    record["by_side"] = sides_value(row.sides, *row.answer, language);
  }
  return record;
}

}  // namespace

Value answer_json(const figures::Answer& answer, const std::string& language) {
  return answer_record(answer, language);
}

void add_by_party(Value& figure, const core::JoinedParties& members) {
  const Value* sides = figure.find("by_side");
  if (!figure.find("total") || !sides || !sides->as_list()) return;
  std::set<std::string> several;
  for (const auto& [id, one] : members) {
    if (!one.of.empty()) several.insert(one.of);
  }
  Value::List parties;
  for (const std::string& party : several) {
    Value::List nodes;
    std::optional<std::int64_t> sum = 0;
    for (const Value& side : *sides->as_list()) {
      const core::PartyId node{side.text_at("party")};
      if (core::party_of(members, node) != party) continue;
      nodes.emplace_back(node);
      const Value* const value = side.find("value");
      const std::int64_t* const number = value ? value->as_int() : nullptr;
      std::int64_t more = 0;
      const bool adds = sum && number && !__builtin_add_overflow(*sum, *number, &more);
      sum = adds ? std::optional{more} : std::nullopt;
    }
    parties.push_back(Value::Record{
        {"party", party}, {"value", optional_value(sum)}, {"nodes", std::move(nodes)}});
  }
  if (!parties.empty()) figure.as_record()->insert_or_assign("by_party", std::move(parties));
}

std::optional<Value> figure_json(const figures::Figure& figure, Date today,
                                 const std::string& party, const std::string& language) {
  const figures::Answer& answer = figure.answer;
  Value::Record record = answer_record(answer, language);
  if (today < figure.ask.as_of) record["ahead"] = true;
  if (figure.ask.period) record["period"] = period_value(figure.ask.period);
  record["by_side"] = sides_value(figure.sides, answer, language);
  record["agree"] = agree_value(figure.sides.agree);
  if (answer.add_sides) record["total"] = optional_value(figure.sides.total);
  add_published(record, figure, language);
  if (party.empty() || party == answer.side) return Value{std::move(record)};
  const figures::Side* side = figures::side_of(figure.sides, party);
  if (!side) return std::nullopt;
  record["side"] = side->party;
  record["value"] = optional_value(side->value);
  record["printed"] =
      side->value ? number_words(*side->value, answer.unit, answer.scale, language) : std::string{};
  record["splits"] = side->splits ? splits_json(*side->splits) : Value{Value::List{}};
  record["definition"] = side->definition;
  record["rows"] = side->rows;
  record["failed"] = side->failed;
  for (const char* ours : {"bound", "editions", "rows_digest", "error"}) record.erase(ours);
  return Value{std::move(record)};
}

Value figures_json(const std::vector<figures::Figure>& all, Date as_of, Date today,
                   const std::string& party, const std::string& language) {
  Value::List list;
  for (const figures::Figure& figure : all) {
    if (auto one = figure_json(figure, today, party, language)) list.push_back(std::move(*one));
  }
  return Value{Value::Record{{"as_of", as_of.text()}, {"figures", std::move(list)}}};
}

Value discrepancies_json(const figures::Discrepancies& found, const std::string& language) {
  Value::List list;
  for (const auto& one : found.list) list.push_back(discrepancy_json(one, language));
  Value::Record answer{{"discrepancies", std::move(list)}};
  // None because all agree, or because nobody has said anything.
  if (found.list.empty()) answer["told"] = found.told;
  return Value{std::move(answer)};
}

Value overview_json(const figures::Overview& overview, const std::string& language) {
  Value::List sections;
  for (const figures::OverviewSection& section : overview.sections) {
    Value::List rows;
    for (const auto& row : section.rows) rows.push_back(overview_row(row, language));
    sections.push_back(Value::Record{{"section", section.id},
                                     {"title", in_language(section.title, language)},
                                     {"rows", std::move(rows)}});
  }
  return Value{Value::Record{{"as_of", overview.as_of.text()},
                             {"side", overview.side},
                             {"position", overview.position},
                             {"numbers", overview.numbers},
                             {"as_published", overview.same},
                             {"differing", overview.differing},
                             {"sections", std::move(sections)}}};
}

Value record_json(const figures::Row& row, bool internal) {
  Value::Record one{{"shown", row.shown}, {"positions", positions_json(row.positions)}};
  if (row.from) one["from"] = row.from->text();
  if (row.to) one["to"] = row.to->text();
  if (internal || row.value.as_int()) one["value"] = row.value;
  if (internal) {
    one["subject"] = row.subject;
    one["version"] = row.version;
    one["edition"] = row.edition;
    one["split"] = row.split;
  }
  return one;
}

}  // namespace bashu::api
