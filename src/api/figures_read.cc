// Figures on two axes of time, and the records behind them.

#include <algorithm>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"

namespace bashu::api {

namespace {

struct Named {
  HeldPack held;
  const packs::Figure* figure = nullptr;
  std::string name;
};

std::expected<Named, Problem> find_figure(Context& context, const Call& call) {
  auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Figure* figure = packs::find(held->pack->figures, call.part("figure"));
  if (!figure) return std::unexpected{not_found()};
  return Named{.held = std::move(*held), .figure = figure, .name = call.part("figure")};
}

// `known_at` is a position or a day, whose last entry is meant.
std::expected<views::At, Problem> known_at(Context& context, const Call& call) {
  const auto text = call.request.parameter("known_at");
  if (!text) return views::At{};
  if (const auto day = Date::parse(*text)) {
    constexpr std::int64_t kDayMs = 86'400'000;
    const std::int64_t end = (day->days() + std::int64_t{1}) * kDayMs -
                             context.node.identity().offset_minutes * std::int64_t{60'000} - 1;
    const auto position = call.views->at_position(end);
    if (!position) return std::unexpected{problem_of(position.error())};
    if (!*position) return std::unexpected{not_found()};
    return *position;
  }
  const auto number = number_parameter(call, "known_at");
  if (!number) return std::unexpected{number.error()};
  return views::At{*number};
}

std::expected<views::FigureAsk, Problem> read_ask(Context& context, const Call& call,
                                                  std::string id) {
  views::FigureAsk ask;
  ask.id = std::move(id);
  const auto as_of = date_parameter(call, "as_of");
  if (!as_of) return std::unexpected{as_of.error()};
  ask.as_of = as_of->value_or(context.shelves.now()->today);
  auto known = known_at(context, call);
  if (!known) return std::unexpected{known.error()};
  ask.known_at = *known;
  if (const auto text = call.request.parameter("period")) {
    const std::size_t dots = text->find("..");
    const auto first = Date::parse(std::string_view{*text}.substr(0, dots));
    const auto last = dots == std::string::npos
                          ? std::nullopt
                          : Date::parse(std::string_view{*text}.substr(dots + 2));
    if (!first || !last || *last < *first) {
      return std::unexpected{malformed("period", "Two dates are expected: 2026-01-01..2026-03-31.",
                                       "应为两个日期：2026-01-01..2026-03-31。")};
    }
    ask.period = {*first, *last};
  }
  ask.digest = call.parameter("digest") == "true";
  return ask;
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

template <typename T>
Value optional_value(const std::optional<T>& number) {
  return number ? Value{*number} : Value{};
}

Value answer_value(const views::FigureAnswer& answer, const std::string& language) {
  Value::List splits;
  for (const views::Split& split : answer.splits) {
    Value::List values;
    for (const views::SplitValue& one : split.values) {
      values.push_back(Value::Record{{"key", one.key}, {"value", optional_value(one.value)}});
    }
    splits.push_back(Value::Record{{"name", split.name}, {"values", std::move(values)}});
  }
  Value::List editions;
  for (const views::EditionRow& edition : answer.editions) {
    editions.push_back(Value::Record{{"register", edition.reg},
                                     {"name", edition.name},
                                     {"number", edition.number},
                                     {"keeper", edition.keeper},
                                     {"on", edition.on.text()},
                                     {"digest", edition.digest}});
  }
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
                       {"printed", in_language(answer.printed, language)},
                       {"target", optional_value(answer.target)},
                       {"sides", answer.add_sides ? "add" : "same"},
                       {"definition", answer.definition},
                       {"pack", answer.pack},
                       {"splits", std::move(splits)},
                       {"editions", std::move(editions)},
                       {"rows", answer.rows},
                       {"failed", answer.failed}};
  if (!answer.rows_digest.empty()) record["rows_digest"] = answer.rows_digest;
  if (!answer.error.empty()) record["error"] = answer.error;
  return record;
}

}  // namespace

Result list_figures(Context& context, const Call& call) {
  Value::List list;
  const auto shelf = context.shelves.now();
  for (const std::string& id : call.views->figure_ids()) {
    const std::size_t slash = id.find('/');
    const HeldPack* held = shelf->find(std::string_view{id}.substr(0, slash));
    const packs::Figure* figure =
        held ? packs::find(held->pack->figures, std::string_view{id}.substr(slash + 1)) : nullptr;
    if (!figure) continue;
    Value::List splits;
    for (const auto& [name, program] : figure->split) splits.emplace_back(name);
    list.push_back(Value::Record{{"figure", id},
                                 {"title", in_language(figure->title, call.language)},
                                 {"unit", figure->unit},
                                 {"scale", figure->scale},
                                 {"sides", figure->add_sides ? "add" : "same"},
                                 {"target", optional_value(figure->target)},
                                 {"takes_period", figure->from && !figure->to},
                                 {"split", std::move(splits)},
                                 {"show", list_value(figure->show)}});
  }
  return json_response(Value::Record{{"figures", std::move(list)}});
}

Result show_figure(Context& context, const Call& call) {
  const auto named = find_figure(context, call);
  if (!named) return std::unexpected{named.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto ask = read_ask(context, call, named->held.pack->name + "/" + named->name);
  if (!ask) return std::unexpected{ask.error()};
  const auto answer = call.views->figure(*ask);
  if (!answer) return std::unexpected{problem_of(answer.error())};
  if (!*answer) return std::unexpected{not_found()};
  return json_response(answer_value(**answer, call.language));
}

Result figure_records(Context& context, const Call& call) {
  const auto named = find_figure(context, call);
  if (!named) return std::unexpected{named.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(call);
  if (!page) return std::unexpected{page.error()};
  const auto ask = read_ask(context, call, named->held.pack->name + "/" + named->name);
  if (!ask) return std::unexpected{ask.error()};
  const auto listed = call.views->figure_rows(*ask, *page);
  if (!listed) return std::unexpected{problem_of(listed.error())};
  // What a row is about may name a person or a firm: for offices. Others read what is published.
  const bool internal = sees_internal(*call.key, *named->held.pack);
  Value::List rows;
  for (const views::FigureRow& row : listed->rows) {
    Value::List positions;
    for (const std::uint64_t position : row.positions) positions.emplace_back(position);
    Value::Record one{{"shown", row.shown}, {"positions", std::move(positions)}};
    if (row.from) one["from"] = row.from->text();
    if (row.to) one["to"] = row.to->text();
    if (internal || row.value.as_int()) one["value"] = row.value;
    if (internal) {
      one["subject"] = row.subject;
      one["version"] = row.version;
      one["edition"] = row.edition;
      one["split"] = row.split;
    }
    rows.push_back(std::move(one));
  }
  return json_response(Value::Record{{"figure", ask->id},
                                     {"as_of", ask->as_of.text()},
                                     {"records", std::move(rows)},
                                     {"next", listed->next}});
}

}  // namespace bashu::api
