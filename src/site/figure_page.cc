// A figure: its value, what it means, both sides, its past, its parts, and the way to its records.

#include "figures/words.h"
#include "site/chart.h"
#include "site/figure_parts.h"
#include "site/pages.h"
#include "site/registry.h"
#include "site/values.h"

namespace bashu::site {

namespace {

void fill_definition(Ask& ask, const FigureView& view, Slots page) {
  using Source = packs::Figure::Source;
  using Way = packs::Figure::Way;
  const packs::Figure& figure = *view.figure;
  const auto line = [&](std::string_view key, const std::string& text, bool code) {
    if (text.empty()) return;
    Slots one = page.add("DEFINITION");
    one.set("NAME", ask.say(key));
    Slots held = one.add(code ? "CODE" : "WORDS");
    held.set("TEXT", text);
  };
  std::string of;
  if (figure.source == Source::service) {
    const packs::Service* service = packs::find(view.pack->services, figure.of);
    of = ask.say("site.of_cases", {{"what", service ? ask.in(service->title) : figure.of}});
  } else if (figure.source == Source::reg) {
    const packs::Register* reg = packs::find(view.pack->registers, figure.of);
    of = ask.say("site.of_records", {{"what", reg ? ask.in(reg->title) : figure.of}});
  } else if (figure.source == Source::account) {
    of = ask.say("site.of_accounts", {{"what", figure.of}});
  } else {
    of = ask.say("site.of_figures");
  }
  line("site.counted", of, false);
  if (figure.source != Source::value && figure.source != Source::account) {
    const std::string_view way = figure.way == Way::count      ? "site.way_count"
                                 : figure.way == Way::distinct ? "site.way_distinct"
                                 : figure.way == Way::sum      ? "site.way_sum"
                                                               : "site.way_min";
    line("site.way", ask.say(way), false);
  }
  const auto program = [](const packs::ProgramPtr& one) { return one ? one->text() : ""; };
  line("site.measure", program(figure.measure), true);
  line("site.where", program(figure.where), true);
  line("site.from", program(figure.from), true);
  line("site.until", program(figure.to), true);
  if (figure.yearly) line("site.period", ask.say("site.yearly"), false);
  const char* sides = view.answer.by_pairs                                 ? "site.sides_pairs"
                      : figure.concerns == packs::Figure::Concerns::opener ? "site.sides_opener"
                      : figure.add_sides                                   ? "site.sides_add"
                                                                           : "site.sides_same";
  line("site.sides_rule", ask.say(sides), false);
  line("site.digest", view.answer.definition, true);
}

void fill_sides(Ask& ask, const FigureView& view, Slots page) {
  for (const SideView& side : view.sides) {
    Slots row = page.add("SIDE");
    row.set("PARTY", ask.party(side.party));
    std::string said = side.printed.empty() ? ask.say("site.not_told") : side.printed;
    if (side.ours && view.sides.size() > 2) {
      said = ask.say("site.of_both", {{"theirs", said}, {"ours", printed(ask, view, *side.ours)}});
    }
    row.set("VALUE", said);
  }
  Slots mark = page.add("MARK");
  mark.set("STYLE", mark_style(view.mark));
  mark.set("TEXT", ask.say(mark_key(view.mark)));
}

// Records that two claim to keep: the figure under the rows of each, and where they are.
void fill_contested(Ask& ask, const FigureView& view, Slots page) {
  if (view.answer.contested.empty()) return;
  Slots held = page.add("CONTESTED");
  for (const auto& [party, value] : view.answer.under) {
    Slots row = held.add("UNDER");
    row.set("PARTY", ask.party(party));
    row.set("VALUE", printed(ask, view, value));
  }
  for (const figures::ContestedRow& row : view.answer.contested) {
    const auto reg = find_register(ask, row.reg);
    if (!reg) continue;  // not a public one
    Slots line = held.add("ROW");
    line.set("KEY", row.key);
    line.set("HREF", ask.links.to(register_path(*reg, {"records", row.key})));
  }
}

void fill_history(Ask& ask, const FigureView& view, const std::vector<Point>& points, Slots page) {
  const auto text = [&](std::int64_t value) { return printed(ask, view, value); };
  const Chart chart = drawn(points, text);
  if (chart.line.empty()) return;
  Slots held = page.add("HISTORY");
  held.set("TITLE", ask.in(view.answer.title));
  held.set("LINE", chart.line);
  for (const Chart::Label& one : chart.up) {
    Slots label = held.add("UP");
    label.set("Y", one.y);
    label.set("TEXT", one.text);
  }
  for (const Chart::Label& one : chart.across) {
    Slots label = held.add("ACROSS");
    label.set("X", one.x);
    label.set("TEXT", one.text);
  }
  for (const Chart::Label& one : chart.dots) {
    Slots dot = held.add("DOT");
    dot.set("X", one.x);
    dot.set("Y", one.y);
  }
  const Point* first = nullptr;
  const Point* last = nullptr;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (!point->value) continue;
    if (!last) last = &*point;
    first = &*point;
    Slots row = held.add("POINT");
    row.set("DAY", point->as_of.text());
    row.set("VALUE", text(*point->value));
    row.set("HREF", ask.links.fixed() ? std::string{}
                                      : ask.links.here_with({{"as_of", point->as_of.text()}}));
    row.show(ask.links.fixed() ? "PLAIN" : "LINKED");
  }
  held.set("FINDING", ask.say("site.finding", {{"from", text(*first->value)},
                                               {"on", ask.day(first->as_of)},
                                               {"to", text(*last->value)},
                                               {"then", ask.day(last->as_of)}}));
}

void fill_splits(Ask& ask, const FigureView& view, Slots page) {
  constexpr std::size_t kRowsMax = 60;
  for (const SplitView& split : view.splits) {
    if (split.rows.empty()) continue;
    Slots held = page.add("SPLIT");
    held.set("TITLE", ask.say("site.by", {{"what", split_title(ask, *view.pack, split.name)}}));
    held.set("NAME", split_title(ask, *view.pack, split.name));
    const std::int64_t most = std::max<std::int64_t>(1, split.rows.front().value.value_or(1));
    std::size_t shown = 0;
    for (const SplitView::Row& row : split.rows) {
      if (shown++ == kRowsMax) {
        held.set_if(
            "TEXT",
            ask.say("site.more_rows", {{"n", std::to_string(split.rows.size() - kRowsMax)}}),
            "MORE");
        break;
      }
      Slots line = held.add("ROW");
      line.set("KEY", row.title);
      line.set("VALUE", row.value ? printed(ask, view, *row.value) : "–");
      line.set("WIDTH",
               std::to_string(std::max<std::int64_t>(0, row.value.value_or(0)) * 100 / most));
    }
  }
}

void fill_published(Ask& ask, const FigureView& view, Slots page) {
  for (const figures::PublishedRow& row : ask.from.published->rows) {
    if (row.figure != view.answer.id || !row.value) continue;
    Slots one = page.add("PUBLISHED");
    one.set("TITLE", ask.in(row.title));
    one.set("VALUE", figures::said_words(row.says, *row.value, view.answer.unit, view.answer.scale,
                                         ask.language()));
    one.set("DAY", ask.day(row.as_of));
    one.set("NOTE", ask.in(row.note));
  }
}

}  // namespace

Answered figure_page(Ask& ask, const std::string& id) {
  const auto what = figure_ask(ask, id);
  if (!what) return std::nullopt;
  const auto found = figure_view(ask, *what);
  if (!found) return std::unexpected{found.error()};
  if (!*found) return std::nullopt;
  const FigureView& view = **found;
  const auto points = history(ask, view);
  if (!points) return std::unexpected{points.error()};
  const std::string title = ask.in(view.answer.title);
  return page(ask, {.title = title, .tab = "figures"}, "figure", [&](Slots slots) {
    slots.set("TITLE", title);
    slots.set("PACK", ask.in(view.pack->title));
    slots.set("FIGURES", ask.links.to({"figures"}));
    slots.set("VALUE", view.printed.empty() ? ask.say("site.no_value") : view.printed);
    slots.set("DAY", what->period
                         ? ask.say("site.in_period", {{"from", ask.day(what->period->first)},
                                                      {"to", ask.day(what->period->second)}})
                         : ask.say("site.on_day", {{"day", ask.day(what->as_of)}}));
    slots.set_if("TEXT", ask.in(view.figure->about), "ABOUT");
    if (!ask.links.fixed()) slots.add("ASK").set("AS_OF", what->as_of.text());
    fill_sides(ask, view, slots);
    fill_contested(ask, view, slots);
    fill_definition(ask, view, slots);
    fill_history(ask, view, *points, slots);
    fill_splits(ask, view, slots);
    fill_published(ask, view, slots);
    const bool records = view.figure->source != packs::Figure::Source::value;
    if (records && (view.neutral || !ask.links.fixed())) {
      Slots behind = slots.add("RECORDS");
      behind.set("TEXT", ask.say("site.records_behind", {{"n", std::to_string(view.answer.rows)}}));
      behind.set("HREF", ask.links.to(figure_path(id, {"records"}), ask.query()));
    }
    for (const char* file : {"data.csv", "data.xlsx", "data.json"}) {
      Slots one = slots.add("FILE");
      one.set("HREF", ask.links.to(figure_path(id, {file}), ask.query()));
      one.set("TITLE", std::string_view{file}.substr(5));
    }
  });
}

}  // namespace bashu::site
