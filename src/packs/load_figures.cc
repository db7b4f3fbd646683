// Feeds and figures.
#include <algorithm>

#include "packs/loader.h"
#include "packs/syntax.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kSplitsMax = 20;
constexpr std::size_t kColumnsMax = 50;
constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;

Site figure_site(Load& load, const std::string& of, Figure& figure, const std::string& path) {
  Site site;
  site.figure = true;
  for (const auto& [name, service] : load.pack->services) {
    if (name != of) continue;
    site.service = &name;
    figure.source = Figure::Source::service;
    return site;
  }
  for (const auto& [name, reg] : load.pack->registers) {
    if (name != of) continue;
    site.entry = &reg;
    site.entry_name = &name;
    figure.source = Figure::Source::reg;
    return site;
  }
  figure.source = Figure::Source::account;
  const std::size_t dot = of.find('.');
  const Book* book = dot == std::string::npos ? nullptr : find(load.pack->books, of.substr(0, dot));
  const AccountKind* kind = book ? find(book->accounts, of.substr(dot + 1)) : nullptr;
  if (!kind) {
    load.reader.fault(path, "there is no service, register or account '" + of + "'");
    return site;
  }
  site.book = book;
  site.account = kind;
  return site;
}

void load_columns(Load& load, Figure& figure, const Value* value, const Site& site,
                  const std::string& path) {
  figure.show = load.reader.texts(value, path);
  load.reader.count(figure.show.size(), kColumnsMax, path);
  for (const std::string& column : figure.show) {
    const std::shared_ptr<Program> program = load.reader.program(column, path);
    if (!program) continue;
    const Node& root = program->root();
    const bool simple =
        root.op == Op::computed || (root.op == Op::member && root.kids[0].op == Op::root);
    if (!simple) {
      load.reader.fault(path, "a column is one field, as 'data.name' or 'entry.name'");
      continue;
    }
    load.checker.infer(*program, site, path);
  }
}

// How the number is shown and compared.
void figure_look(Load& load, Figure& figure, const Value::Record& source, const std::string& path) {
  if (const Value* unit = get(source, "unit")) {
    const std::string at = below(path, "unit");
    if (const Value::Record* map = load.reader.record(unit, at)) {
      load.reader.keys(*map, at, {"name", "scale"});
      figure.unit = load.reader.text(load.reader.need(*map, at, "name"), below(at, "name"));
      figure.scale = static_cast<int>(
          load.reader.integer(load.reader.need(*map, at, "scale"), below(at, "scale"), 0, 0, 15));
    }
  }
  figure.add_sides =
      load.reader.choice(get(source, "sides"), below(path, "sides"), {"same", "add"}) == "add";
  if (const Value* target = get(source, "target")) {
    figure.target =
        load.reader.integer(target, below(path, "target"), 0, -kIntegerMax, kIntegerMax);
  }
  if (const Value* compare = get(source, "compare")) {
    const std::string at = below(path, "compare");
    if (const Value::Record* map = load.reader.record(compare, at)) {
      load.reader.keys(*map, at, {"says", "step"});
      const std::string says = load.reader.choice(
          load.reader.need(*map, at, "says"), below(at, "says"), {"exact", "more_than", "nearly"});
      figure.says = says == "more_than" ? Figure::Says::more_than
                    : says == "nearly"  ? Figure::Says::nearly
                                        : Figure::Says::exact;
      if (figure.says != Figure::Says::exact) {
        figure.step = load.reader.integer(load.reader.need(*map, at, "step"), below(at, "step"), 1,
                                          1, kIntegerMax);
      } else if (get(*map, "step")) {
        load.reader.fault(below(at, "step"), "an exact figure has no step");
      }
    }
  }
}

// Whom the rows concern: a name, or of records and accounts the expressions that give the parties.
void figure_concerns(Load& load, Figure& figure, const Value::Record& source, const Site& site,
                     const std::string& path) {
  const Value* concerns = get(source, "concerns");
  if (!concerns) return;
  const std::string at = below(path, "concerns");
  const bool of_cases = figure.source == Figure::Source::service;
  if (get(source, "sides")) {
    load.reader.fault(below(path, "sides"), "'concerns' says it; leave 'sides' out");
  }
  const Value::List* between = concerns->as_list();
  const Value::Record* by_case = concerns->as_record();
  if (between || by_case) {
    const bool mirrored = site.entry && site.entry->kept == Kept::parties && !site.entry->editions;
    if (!(site.account || mirrored)) {
      load.reader.fault(at,
                        "parties are given by expressions only of an account or of a register "
                        "'kept: parties' without editions");
    }
  }
  if (by_case) {
    figure.concerns = Figure::Concerns::parties;
    load.reader.keys(*by_case, at, {"case"});
    const Value* id = load.reader.need(*by_case, at, "case");
    figure.between_case = load_expression(load, id, ShapeKind::text, site, below(at, "case"));
    return;
  }
  if (between) {
    if (between->empty()) load.reader.fault(at, "names no party");
    figure.concerns = Figure::Concerns::parties;
    for (std::size_t i = 0; i < between->size(); ++i) {
      const ProgramPtr who =
          load_expression(load, &(*between)[i], ShapeKind::text, site, below(at, i));
      if (who) figure.between.push_back(who);
    }
    return;
  }
  const std::string whom = load.reader.choice(concerns, at, {"everybody", "opener", "parties"});
  if (of_cases && whom == "everybody") {
    load.reader.fault(at, "a case is held by its parties only: opener or parties");
  } else if (!of_cases && whom != "everybody") {
    load.reader.fault(at, "'" + whom +
                              "' is of cases; of an account or a register that its parties "
                              "hold, list the expressions that give the parties");
  } else if (site.entry && site.entry->kept != Kept::shared) {
    load.reader.fault(at, "'" + figure.of + "' is not held by everybody");
  }
  figure.concerns = whom == "opener"    ? Figure::Concerns::opener
                    : whom == "parties" ? Figure::Concerns::parties
                                        : Figure::Concerns::everybody;
  if (whom == "opener") figure.add_sides = true;
}

// An expression over other figures.
void figure_of_figures(Load& load, const std::string& name, Figure& figure,
                       const Value::Record& source, const std::string& path) {
  const Value* value = get(source, "value");
  for (const std::string_view key :
       {"of", "where", "from", "to", "period", "split", "show", "concerns"}) {
    if (get(source, key)) {
      load.reader.fault(below(path, key),
                        "a figure with 'value' has no '" + std::string{key} + "'");
    }
  }
  Site site;
  site.figure = true;
  site.value_of_figures = true;
  figure.source = Figure::Source::value;
  figure.measure = load.reader.program(value, below(path, "value"));
  load.checker.set_figure(name, figure.measure, site, false);
}

// A number over figures of which each side has its own part is one of the totals; what two parties
// hold between them has no total.
void check_parts(Load& load, const std::string& name, const Figure& figure) {
  if (figure.source != Figure::Source::value || !figure.measure) return;
  bool of_openers = false, of_parties = false;
  each_node(figure.measure->root(), [&](const Node& node) {
    if (node.op != Op::computed || node.of != "figure") return;
    const Figure* part = find(load.pack->figures, node.name);
    if (!part) return;
    of_openers = of_openers || part->concerns == Figure::Concerns::opener;
    of_parties = of_parties || part->concerns == Figure::Concerns::parties;
  });
  const std::string path = below("figures", name);
  if (of_openers && of_parties) {
    load.reader.fault(path, "reads a figure of the opener's cases and one of the parties'");
  } else if (of_openers && !figure.add_sides) {
    load.reader.fault(path, "reads a figure that each side counts for itself: 'sides: add'");
  } else if (of_parties && figure.add_sides) {
    load.reader.fault(below(path, "sides"), "what two parties hold between them does not add up");
  }
}

// What is counted, and how.
void figure_measure(Load& load, const std::string& name, Figure& figure,
                    const Value::Record& source, const Site& site, const std::string& path) {
  if (const Value* count = get(source, "count")) {
    if (*count != Value{true}) load.reader.fault(below(path, "count"), "is written 'count: true'");
  }
  figure.way = get(source, "distinct") ? Figure::Way::distinct
               : get(source, "sum")    ? Figure::Way::sum
               : get(source, "min")    ? Figure::Way::min
                                       : Figure::Way::count;
  for (const std::string_view way : {"distinct", "sum", "min"}) {
    const Value* measure = get(source, way);
    if (!measure || figure.measure) continue;
    const std::string at = below(path, way);
    std::shared_ptr<Program> program = load.reader.program(measure, at);
    if (!program) continue;
    load.checker.mark(*program, site);
    const Shape shape = load.checker.infer(*program, site, at);
    const bool ordered = shape.kind == ShapeKind::date || shape.kind == ShapeKind::month;
    const bool number = shape.kind == ShapeKind::integer || shape.kind == ShapeKind::any;
    if ((way == "sum" && !number) || (way == "min" && !number && !ordered)) {
      load.reader.fault(at,
                        way == "sum" ? "a sum is of integers" : "a least is of integers or dates");
    }
    figure.measure = std::move(program);
  }
  load.checker.set_figure(name, figure.measure, site,
                          figure.way == Figure::Way::count || figure.way == Figure::Way::distinct);
}

void figure_split(Load& load, Figure& figure, const Value::Record& source, const Site& site,
                  const std::string& path) {
  const std::string split_path = below(path, "split");
  if (const Value::Record* splits = load.reader.record(get(source, "split"), split_path)) {
    load.reader.count(splits->size(), kSplitsMax, split_path);
    for (const auto* item : load.reader.in_order(*splits, split_path)) {
      const auto& [split, text] = *item;
      const std::string at = below(split_path, split);
      load.reader.name(split, at);
      std::shared_ptr<Program> program = load.reader.program(&text, at);
      if (!program) continue;
      load.checker.mark(*program, site);
      const Shape shape = load.checker.infer(*program, site, at);
      if (shape.kind == ShapeKind::list || shape.kind == ShapeKind::record ||
          shape.kind == ShapeKind::sides) {
        load.reader.fault(at, "a break-down is by a text, number, date or truth");
      }
      figure.split.emplace_back(split, std::move(program));
    }
  }
}

void load_figure(Load& load, const std::string& name, Figure& figure, const Value::Record& source,
                 const std::string& path) {
  load.reader.keys(
      source, path,
      {"title", "of", "where", "from", "to", "count", "distinct", "sum", "min", "value", "period",
       "unit", "split", "sides", "concerns", "target", "compare", "show", "about"});
  figure.title = load_title(load, source, path);
  if (const Value* about = get(source, "about")) {
    figure.about = load.reader.title(about, below(path, "about"));
  }
  figure_look(load, figure, source, path);
  int ways = 0;
  for (const std::string_view way : {"count", "distinct", "sum", "min", "value"}) {
    if (get(source, way)) ++ways;
  }
  if (ways != 1) {
    load.reader.fault(path, "a figure has exactly one of count, distinct, sum, min, value");
  }
  if (get(source, "value")) {
    figure_of_figures(load, name, figure, source, path);
    return;
  }
  const Value* of = load.reader.need(source, path, "of");
  if (!of) return;
  figure.of = load.reader.text(of, below(path, "of"));
  const Site site = figure_site(load, figure.of, figure, below(path, "of"));
  figure_concerns(load, figure, source, site, path);

  figure_measure(load, name, figure, source, site, path);
  const auto date = [&](std::string_view key) {
    return load_expression(load, get(source, key), ShapeKind::date, site, below(path, key));
  };
  figure.where =
      load_expression(load, get(source, "where"), ShapeKind::boolean, site, below(path, "where"));
  figure.from = date("from");
  figure.to = date("to");
  if (get(source, "to") && !get(source, "from")) {
    load.reader.fault(below(path, "to"), "'to' needs a 'from'");
  }
  if (const Value* period = get(source, "period")) {
    figure.yearly = load.reader.choice(period, below(path, "period"), {"year"}) == "year";
    if (figure.yearly && figure.source != Figure::Source::account) {
      load.reader.fault(below(path, "period"), "only postings of an account are taken by the year");
    }
  }
  figure_split(load, figure, source, site, path);
  load_columns(load, figure, get(source, "show"), site, below(path, "show"));
}

}  // namespace

void load_feeds(Load& load) {
  const Value* all = get(load.root, "feeds");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto* item : load.reader.in_order(*map, "feeds")) {
    const auto& [name, value] = *item;
    const std::string path = below("feeds", name);
    load.reader.name(name, path);
    const Value::Record* source = load.reader.record(&value, path);
    if (!source) continue;
    load.reader.keys(*source, path,
                     {"title", "by", "fields", "key", "first_counts", "when", "why", "run", "do"});
    Feed feed;
    feed.title = load_title(load, *source, path);
    if (const Value* first = get(*source, "first_counts")) {
      feed.first_counts = load.reader.flag(first, below(path, "first_counts"));
    }
    if (const Value* by = load.reader.need(*source, path, "by")) {
      feed.by = load.reader.texts(by, below(path, "by"));
      if (feed.by.empty()) load.reader.fault(below(path, "by"), "nobody may post");
      for (const std::string& role : feed.by) load.reader.name(role, below(path, "by"));
    }
    auto line = std::make_shared<Type>();
    line->kind = Kind::record;
    line->title = feed.title;
    line->members =
        load.types.fields(load.reader.need(*source, path, "fields"), below(path, "fields"));
    line->cls = Class::open;
    for (const Member& member : line->members) line->cls = std::max(line->cls, member.type->cls);
    feed.line = line;
    if (const Value* key = load.reader.need(*source, path, "key")) {
      feed.key = load.reader.texts(key, below(path, "key"));
      if (feed.key.empty()) load.reader.fault(below(path, "key"), "a key needs a field");
    }
    for (const std::string& field : feed.key) {
      const Type* type = line->member(field);
      const bool plain = type && type->kind != Kind::list && type->kind != Kind::record &&
                         type->kind != Kind::document && type->kind != Kind::boolean &&
                         !type->optional && type->readable();
      if (!plain) {
        load.reader.fault(
            below(path, "key"),
            "'" + field +
                "' cannot be a key: a key is a field of the line that is a text, number "
                "or date, is always there, and may be read");
      }
    }
    Site site;
    site.line = line.get();
    if (const Value* when = get(*source, "when")) {
      feed.when = load_expression(load, when, ShapeKind::boolean, site, below(path, "when"));
      if (!get(*source, "why")) load.reader.note(path, "a refusal has no reason (why)");
    }
    if (const Value* why = get(*source, "why")) {
      feed.why = load.reader.title(why, below(path, "why"));
      if (!feed.when) load.reader.fault(below(path, "why"), "'why' needs a 'when' to explain");
    }
    feed.run = load_run(load, get(*source, "run"), site, below(path, "run"));
    if (feed.run) site.result = find(load.pack->calculators, feed.run->calculator);
    if (const Value* effects_here = load.reader.need(*source, path, "do")) {
      feed.effects = load_effects(
          load, effects_here, {.service = nullptr, .owner = {}, .site = site}, below(path, "do"));
    }
    load.pack->feeds.emplace_back(name, std::move(feed));
  }
}

void load_figures(Load& load) {
  const Value* all = get(load.root, "figures");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  load.pack->figures.reserve(map->size());
  for (const auto& [name, value] : *map) load.checker.declare_figure(name, below("figures", name));
  for (const auto* item : load.reader.in_order(*map, "figures")) {
    const auto& [name, value] = *item;
    const std::string path = below("figures", name);
    load.reader.name(name, path);
    Figure& made = load.pack->figures.emplace_back(name, Figure{}).second;
    if (const Value::Record* source = load.reader.record(&value, path)) {
      load_figure(load, name, made, *source, path);
    }
  }
  for (const auto& [name, made] : load.pack->figures) check_parts(load, name, made);
  for (auto& [name, made] : load.pack->figures) {
    const Shape shape = load.checker.figure_shape(name);
    if (made.unit.empty() && shape.measured) {
      made.unit = shape.unit;
      made.scale = shape.scale;
    }
  }
}

}  // namespace bashu::packs
