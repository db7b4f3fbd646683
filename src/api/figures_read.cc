// Figures on two axes of time, and the records behind them.

#include <algorithm>
#include <utility>

#include "api/figures_json.h"
#include "api/handlers.h"
#include "api/reading.h"
#include "figures/answer.h"
#include "figures/known_at.h"
#include "figures/tell.h"
#include "views/follower.h"

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

// A figure on both axes of time.
struct Asked {
  figures::Ask ask;
  views::At known_at;
};

std::expected<Asked, Problem> read_ask(Context& context, const Call& call, std::string id) {
  Asked asked;
  asked.ask.id = std::move(id);
  const auto as_of = date_parameter(call, "as_of");
  asked.ask.as_of = as_of.value_or(context.shelves.now()->today);
  auto known = known_at(context, call);
  if (!known) return std::unexpected{known.error()};
  asked.known_at = *known;
  asked.ask.period = figures::parse_period(call.parameter("period"));
  asked.ask.digest = call.parameter("digest") == "true";
  return asked;
}

template <typename T>
Value optional_value(const std::optional<T>& number) {
  return number ? Value{*number} : Value{};
}

}  // namespace

Result list_figures(Context& context, const Call& call) {
  if (call.request.parameter("as_of") || call.parameter("values") == "true") {
    const auto past = read_past(context, call);
    if (!past) return std::unexpected{past.error()};
    const auto asked = read_ask(context, call, {});
    if (!asked) return std::unexpected{asked.error()};
    const auto all = call.views->read(asked->known_at, [&](views::Session& session) {
      return figures::every_figure(session, asked->ask, *context.published);
    });
    if (!all) return std::unexpected{problem_of(all.error())};
    return json_response(figures_json(*all, asked->ask.as_of, context.shelves.now()->today,
                                      call.parameter("party"), call.language));
  }
  Value::List list;
  const auto shelf = context.shelves.now();
  const auto ids =
      call.views->read({}, [](views::Session& session) { return figures::ids(session); });
  if (!ids) return std::unexpected{problem_of(ids.error())};
  for (const std::string& id : *ids) {
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
                                 {"show", list_of(figure->show)}});
  }
  return json_response(Value::Record{{"figures", std::move(list)}});
}

Result show_figure(Context& context, const Call& call) {
  const auto named = find_figure(context, call);
  if (!named) return std::unexpected{named.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto asked = read_ask(context, call, named->held.pack->name + "/" + named->name);
  if (!asked) return std::unexpected{asked.error()};
  const auto figure = call.views->read(asked->known_at, [&](views::Session& session) {
    return figures::figure(session, asked->ask, *context.published);
  });
  if (!figure) return std::unexpected{problem_of(figure.error())};
  if (!*figure) return std::unexpected{not_found()};
  const auto shelf = context.shelves.now();
  auto answer = figure_json(**figure, shelf->today, call.parameter("party"), call.language);
  if (!answer) return std::unexpected{not_found()};
  add_by_party(*answer, shelf->parties);
  return json_response(*answer);
}

Result show_overview(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto as_of = date_parameter(call, "as_of");
  const auto known = known_at(context, call);
  if (!known) return std::unexpected{known.error()};
  const auto overview = call.views->read(*known, [&](views::Session& session) {
    return figures::overview(session, as_of, *context.published);
  });
  if (!overview) return std::unexpected{problem_of(overview.error())};
  return json_response(overview_json(*overview, call.language));
}

// Keys of records may name a firm: for those who see what is internal somewhere, and auditors.
Result list_discrepancies(Context& context, const Call& call) {
  if (!desk::may_everywhere(*call.key, "audit") && !desk::may_everywhere(*call.key, "admin")) {
    return std::unexpected{
        forbidden("This needs `audit` or `admin`.", "须有 audit 或 admin 权限。")};
  }
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto as_of = date_parameter(call, "as_of");
  const auto known = known_at(context, call);
  if (!known) return std::unexpected{known.error()};
  const auto found = call.views->read(
      *known, [&](views::Session& session) { return figures::discrepancies(session, as_of); });
  if (!found) return std::unexpected{problem_of(found.error())};
  return json_response(discrepancies_json(*found, call.language));
}

// What this node counted, to every party that adopted the pack.
Prepared tell_figures(Context& context, const Call& call) {
  if (!desk::may_everywhere(*call.key, "audit") && !desk::may_everywhere(*call.key, "admin")) {
    return std::unexpected{
        forbidden("This needs `audit` or `admin`.", "须有 audit 或 admin 权限。")};
  }
  auto body = json_body(call, {"as_of", "figures"});
  if (!body) return std::unexpected{body.error()};
  const auto text = text_member(*body, "as_of", false);
  if (!text) return std::unexpected{text.error()};
  std::optional<Date> as_of;
  if (!text->empty()) {
    as_of = Date::parse(*text);
    if (!as_of) return std::unexpected{malformed("as_of", "A date is expected.", "应为日期。")};
  }
  std::optional<std::vector<figures::Ask>> asks;  // nullopt: what was published
  if (const Value* figures = body->find("figures")) {
    constexpr std::size_t kAsksMax = 500;
    const auto* list = figures->as_list();
    if (!list || list->empty() || list->size() > kAsksMax ||
        std::ranges::any_of(*list, [](const Value& id) { return !id.as_text(); })) {
      return std::unexpected{malformed("figures", "A list of 1 to 500 `pack/figure` is expected.",
                                       "应为 1 至 500 项 `业务包/指标` 的列表。")};
    }
    const Date day = as_of.value_or(context.shelves.now()->today);
    asks.emplace();
    for (const Value& id : *list) asks->push_back({.id = *id.as_text(), .as_of = day});
  }
  // What is told reaches to the newest entry: the others take it for all there is.
  constexpr int kWaitMs = 60'000;
  const std::uint64_t durable = context.node.durable();
  if (durable > 0 && !context.follower.wait(durable - 1, kWaitMs)) {
    return std::unexpected{behind(std::to_string(call.views->entries()))};
  }
  auto told = call.views->read({}, [&](views::Session& session) {
    return figures::to_tell(session, asks
                                         ? *asks
                                         : figures::asks_to_tell(session, *context.published, as_of,
                                                                 context.shelves.now()->today));
  });
  if (!told) return std::unexpected{problem_of(told.error())};
  if (told->find("items")->as_list()->empty()) {
    return std::unexpected{
        problem_of(reject(RejectCode::not_found, "figures",
                          "None of these figures is in force here", "所列指标在本节点均未生效"))};
  }
  Write write;
  write.request = std::move(*body);
  write.command = core::TellFigures{.by = officer(call), .told = std::move(*told)};
  return write;
}

Result figure_records(Context& context, const Call& call) {
  const auto named = find_figure(context, call);
  if (!named) return std::unexpected{named.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  const auto asked = read_ask(context, call, named->held.pack->name + "/" + named->name);
  if (!asked) return std::unexpected{asked.error()};
  const auto listed = call.views->read(asked->known_at, [&](views::Session& session) {
    return figures::rows(session, asked->ask, *page);
  });
  if (!listed) return std::unexpected{problem_of(listed.error())};
  // What a row is about may name a person or a firm: for offices. Others read what is published.
  const bool internal = desk::sees_sums(*call.key, *named->held.pack);
  Value::List rows;
  for (const figures::Row& row : listed->rows) rows.push_back(record_json(row, internal));
  return json_response(Value::Record{{"figure", asked->ask.id},
                                     {"as_of", asked->ask.as_of.text()},
                                     {"records", std::move(rows)},
                                     {"next", next_page(context, call, listed->next)}});
}

}  // namespace bashu::api
