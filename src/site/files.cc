// Downloads: a figure with its sides, its past and its parts; a register with its public fields.

#include "site/figure_parts.h"
#include "site/pages.h"
#include "site/registry.h"
#include "site/sheet.h"
#include "site/values.h"

namespace bashu::site {

namespace {

Sheet::Cell number(std::optional<std::int64_t> value) {
  return value ? Sheet::Cell{*value} : Sheet::Cell{};
}

}  // namespace

Answered figure_file(Ask& ask, const std::string& id, const std::string& name) {
  const auto what = figure_ask(ask, id);
  if (!what) return std::nullopt;
  const auto found = figure_view(ask, *what);
  if (!found) return std::unexpected{found.error()};
  if (!*found) return std::nullopt;
  const FigureView& view = **found;
  const auto points = history(ask, view);
  if (!points) return std::unexpected{points.error()};
  Sheet sheet{.name = ask.in(view.answer.title),
              .columns = {{ask.say("site.kind_of_row")},
                          {ask.say("site.what")},
                          {ask.say("site.date")},
                          {ask.say("site.value"), view.answer.scale},
                          {ask.say("site.unit")}},
              .rows = {}};
  const auto add = [&](std::string_view kind, const std::string& of, const std::string& day,
                       std::optional<std::int64_t> value) {
    sheet.rows.push_back({ask.say(kind), of, day, number(value), view.answer.unit});
  };
  const std::string day = what->as_of.text();
  add("site.value", id, day, view.value);
  for (const SideView& side : view.sides) add("site.side", ask.party(side.party), day, side.value);
  for (const Point& point : *points) add("site.history", "", point.as_of.text(), point.value);
  for (const SplitView& split : view.splits) {
    for (const SplitView::Row& row : split.rows) {
      sheet.rows.push_back({split_title(ask, *view.pack, split.name), row.title, day,
                            number(row.value), view.answer.unit});
    }
  }
  return as_file(sheet, name);
}

Answered register_file(Ask& ask, const std::string& id, const std::string& name) {
  const auto reg = find_register(ask, id);
  if (!reg) return std::nullopt;
  const auto rows = all_records(ask, *reg, ask.day_of_lists());
  if (!rows) return std::unexpected{rows.error()};
  Sheet sheet{.name = ask.in(reg->reg->title), .columns = {}, .rows = {}};
  for (const packs::Member* member : reg->fields) {
    sheet.columns.push_back({.title = field_title(ask, *member),
                             .scale = is_number(*member->type) ? member->type->scale : -1});
  }
  for (const views::RecordRow& row : *rows) {
    auto& line = sheet.rows.emplace_back();
    for (const packs::Member* member : reg->fields) {
      const Value* value = row.fields.find(member->name);
      const std::int64_t* whole = value && is_number(*member->type) ? value->as_int() : nullptr;
      if (whole) {
        line.emplace_back(*whole);
      } else {
        line.emplace_back(value ? cell_plain(*member->type, *value) : std::string{});
      }
    }
  }
  return as_file(sheet, name);
}

}  // namespace bashu::site
