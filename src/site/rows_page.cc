// The records behind a figure. What a row is about may name a person or a firm: only the public
// fields the figure says it shows are given, and where the evidence is.

#include "site/figure_parts.h"
#include "site/pages.h"
#include "site/values.h"

namespace bashu::site {

namespace {

// A column of `show` is an expression, `entry.name`: the field gives its title and its form.
const packs::Member* column_field(const FigureView& view, const std::string& shown) {
  const std::vector<packs::Member>* fields = fields_of(*view.pack, *view.figure);
  const auto dot = shown.rfind('.');
  if (!fields || dot == std::string::npos) return nullptr;
  for (const packs::Member& member : *fields) {
    if (member.name == std::string_view{shown}.substr(dot + 1)) return &member;
  }
  return nullptr;
}

std::string shown_text(const Ask& ask, const packs::Member* field, const Value& value) {
  if (field) return cell_text(ask, *field->type, value);
  static const packs::Type kOpen = [] {
    packs::Type type;
    type.cls = packs::Class::open;
    return type;
  }();
  return cell_text(ask, kOpen, value);
}

void fill_row(Ask& ask, const FigureView& view, const figures::Row& row, Slots line) {
  const Value::List* shown = row.shown.as_list();
  std::size_t column = 0;
  for (const std::string& name : view.figure->show) {
    std::string text;
    if (shown && column < shown->size()) {
      const Value::List* pair = (*shown)[column].as_list();
      if (pair && pair->size() == 2) {
        text = shown_text(ask, column_field(view, name), (*pair)[1]);
      }
    }
    ++column;
    line.add("CELL").set("TEXT", text);
  }
  const std::int64_t* value = row.value.as_int();
  line.set("VALUE", value ? printed(ask, view, *value) : "1");
  line.set("FROM", row.from ? row.from->text() : "");
  line.set("UNTIL", row.to ? row.to->text() : "");
  if (ask.links.fixed()) return;
  for (const std::uint64_t position : row.positions) {
    Slots entry = line.add("ENTRY");
    entry.set("HREF", ask.links.to({"journal", std::to_string(position)}));
    entry.set("POSITION", std::to_string(position));
  }
}

}  // namespace

Answered rows_page(Ask& ask, const std::string& id) {
  const auto what = figure_ask(ask, id);
  if (!what) return std::nullopt;
  const auto found = figure_view(ask, *what);
  if (!found) return std::unexpected{found.error()};
  if (!*found || (*found)->figure->source == packs::Figure::Source::value) return std::nullopt;
  const FigureView& view = **found;
  constexpr int kRows = 100;
  const auto rows = ask.from.views->read(ask.from.at, [&](views::Session& session) {
    return figures::rows(session, *what, {.after = ask.parameter("after"), .limit = kRows});
  });
  if (!rows) return std::unexpected{rows.error()};
  const std::string title = ask.in(view.answer.title);
  return page(ask, {.title = title, .tab = "figures"}, "rows", [&](Slots slots) {
    slots.set("TITLE", title);
    slots.set("FIGURE", ask.links.to(figure_path(id), {{"as_of", what->as_of.text()}}));
    slots.set("TEXT", ask.say("site.rows_text", {{"value", view.printed},
                                                 {"day", ask.day(what->as_of)},
                                                 {"n", std::to_string(view.answer.rows)}}));
    for (const std::string& name : view.figure->show) {
      const packs::Member* field = column_field(view, name);
      slots.add("COLUMN").set("TEXT", field ? field_title(ask, *field) : name);
    }
    if (!ask.links.fixed()) slots.show("EVIDENCE");
    for (const figures::Row& row : rows->rows) fill_row(ask, view, row, slots.add("ROW"));
    if (!rows->next.empty() && !ask.links.fixed()) {
      Query query = ask.query();
      query["after"] = rows->next;
      slots.set_if("HREF", ask.links.here_with(std::move(query)), "NEXT");
    }
  });
}

}  // namespace bashu::site
