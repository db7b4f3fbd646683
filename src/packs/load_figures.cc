// Feeds and figures.
#include <algorithm>

#include "packs/loader.h"
#include "packs/syntax.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kSplitsMax = 20;
constexpr std::size_t kColumnsMax = 50;
constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;

const Value* get(const Value::Record& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? nullptr : &found->second;
}

}  // namespace

void Loader::feeds() {
  const Value* all = part("feeds");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto* item : reader_.in_order(*map, "feeds")) {
    const auto& [name, value] = *item;
    const std::string path = below("feeds", name);
    reader_.name(name, path);
    const Value::Record* source = reader_.record(&value, path);
    if (!source) continue;
    reader_.keys(*source, path, {"title", "by", "fields", "key", "when", "why", "do"});
    Feed feed;
    feed.title =
        reader_.title(get(*source, "title"), get(*source, "title") ? below(path, "title") : path);
    if (const Value* by = reader_.need(*source, path, "by")) {
      feed.by = reader_.texts(by, below(path, "by"));
      if (feed.by.empty()) reader_.fault(below(path, "by"), "nobody may post");
      for (const std::string& role : feed.by) reader_.name(role, below(path, "by"));
    }
    auto line = std::make_shared<Type>();
    line->kind = Kind::record;
    line->title = feed.title;
    line->members = types_.fields(reader_.need(*source, path, "fields"), below(path, "fields"));
    line->cls = Class::open;
    for (const Member& member : line->members) line->cls = std::max(line->cls, member.type->cls);
    feed.line = line;
    if (const Value* key = reader_.need(*source, path, "key")) {
      feed.key = reader_.texts(key, below(path, "key"));
      if (feed.key.empty()) reader_.fault(below(path, "key"), "a key needs a field");
    }
    for (const std::string& field : feed.key) {
      const Type* type = line->member(field);
      const bool plain = type && type->kind != Kind::list && type->kind != Kind::record &&
                         type->kind != Kind::document && type->kind != Kind::boolean &&
                         !type->optional && type->readable();
      if (!plain) {
        reader_.fault(below(path, "key"),
                      "'" + field +
                          "' cannot be a key: a key is a field of the line that is a text, number "
                          "or date, is always there, and may be read");
      }
    }
    Site site;
    site.line = line.get();
    if (const Value* when = get(*source, "when")) {
      feed.when = expression(when, ShapeKind::boolean, site, below(path, "when"));
      if (!get(*source, "why")) reader_.note(path, "a refusal has no reason (why)");
    }
    if (const Value* why = get(*source, "why")) {
      feed.why = reader_.title(why, below(path, "why"));
      if (!feed.when) reader_.fault(below(path, "why"), "'why' needs a 'when' to explain");
    }
    if (const Value* effects_here = reader_.need(*source, path, "do")) {
      feed.effects = effects(effects_here, nullptr, {}, site, below(path, "do"));
    }
    pack_->feeds.emplace_back(name, std::move(feed));
  }
}

void Loader::figures() {
  const Value* all = part("figures");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  pack_->figures.reserve(map->size());
  for (const auto& [name, value] : *map) checker_.declare_figure(name, below("figures", name));
  for (const auto* item : reader_.in_order(*map, "figures")) {
    const auto& [name, value] = *item;
    const std::string path = below("figures", name);
    reader_.name(name, path);
    Figure& made = pack_->figures.emplace_back(name, Figure{}).second;
    if (const Value::Record* source = reader_.record(&value, path)) {
      figure(name, made, *source, path);
    }
  }
  for (auto& [name, made] : pack_->figures) {
    const Shape shape = checker_.figure_shape(name);
    if (made.unit.empty() && shape.measured) {
      made.unit = shape.unit;
      made.scale = shape.scale;
    }
  }
}

Site Loader::figure_site(const std::string& of, Figure& figure, const std::string& path) {
  Site site;
  site.figure = true;
  for (const auto& [name, service] : pack_->services) {
    if (name != of) continue;
    site.service = &name;
    figure.source = Figure::Source::service;
    return site;
  }
  for (const auto& [name, reg] : pack_->registers) {
    if (name != of) continue;
    site.entry = &reg;
    site.entry_name = &name;
    figure.source = Figure::Source::reg;
    return site;
  }
  figure.source = Figure::Source::account;
  const std::size_t dot = of.find('.');
  const Book* book = dot == std::string::npos ? nullptr : find(pack_->books, of.substr(0, dot));
  const AccountKind* kind = book ? find(book->accounts, of.substr(dot + 1)) : nullptr;
  if (!kind) {
    reader_.fault(path, "there is no service, register or account '" + of + "'");
    return site;
  }
  site.book = book;
  site.account = kind;
  return site;
}

void Loader::figure(const std::string& name, Figure& figure, const Value::Record& source,
                    const std::string& path) {
  reader_.keys(source, path,
               {"title", "of", "where", "from", "to", "count", "distinct", "sum", "min", "value",
                "period", "unit", "split", "sides", "target", "compare", "show", "about"});
  figure.title =
      reader_.title(get(source, "title"), get(source, "title") ? below(path, "title") : path);
  if (const Value* about = get(source, "about")) {
    figure.about = reader_.title(about, below(path, "about"));
  }
  if (const Value* unit = get(source, "unit")) {
    const std::string at = below(path, "unit");
    if (const Value::Record* map = reader_.record(unit, at)) {
      reader_.keys(*map, at, {"name", "scale"});
      figure.unit = reader_.text(reader_.need(*map, at, "name"), below(at, "name"));
      figure.scale = static_cast<int>(
          reader_.integer(reader_.need(*map, at, "scale"), below(at, "scale"), 0, 0, 15));
    }
  }
  figure.add_sides =
      reader_.choice(get(source, "sides"), below(path, "sides"), {"same", "add"}) == "add";
  if (const Value* target = get(source, "target")) {
    figure.target = reader_.integer(target, below(path, "target"), 0, -kIntegerMax, kIntegerMax);
  }
  if (const Value* compare = get(source, "compare")) {
    const std::string at = below(path, "compare");
    if (const Value::Record* map = reader_.record(compare, at)) {
      reader_.keys(*map, at, {"says", "step"});
      const std::string says = reader_.choice(reader_.need(*map, at, "says"), below(at, "says"),
                                              {"exact", "more_than", "nearly"});
      figure.says = says == "more_than" ? Figure::Says::more_than
                    : says == "nearly"  ? Figure::Says::nearly
                                        : Figure::Says::exact;
      if (figure.says != Figure::Says::exact) {
        figure.step =
            reader_.integer(reader_.need(*map, at, "step"), below(at, "step"), 1, 1, kIntegerMax);
      } else if (get(*map, "step")) {
        reader_.fault(below(at, "step"), "an exact figure has no step");
      }
    }
  }

  int ways = 0;
  for (const std::string_view way : {"count", "distinct", "sum", "min", "value"}) {
    if (get(source, way)) ++ways;
  }
  if (ways != 1) {
    reader_.fault(path, "a figure has exactly one of count, distinct, sum, min, value");
  }
  if (const Value* value = get(source, "value")) {
    for (const std::string_view key : {"of", "where", "from", "to", "period", "split", "show"}) {
      if (get(source, key)) {
        reader_.fault(below(path, key), "a figure with 'value' has no '" + std::string{key} + "'");
      }
    }
    Site site;
    site.figure = true;
    site.value_of_figures = true;
    figure.source = Figure::Source::value;
    figure.measure = reader_.program(value, below(path, "value"));
    checker_.set_figure(name, figure.measure, site, false);
    return;
  }
  const Value* of = reader_.need(source, path, "of");
  if (!of) return;
  figure.of = reader_.text(of, below(path, "of"));
  const Site site = figure_site(figure.of, figure, below(path, "of"));

  if (const Value* count = get(source, "count")) {
    if (*count != Value{true}) reader_.fault(below(path, "count"), "is written 'count: true'");
  }
  figure.way = get(source, "distinct") ? Figure::Way::distinct
               : get(source, "sum")    ? Figure::Way::sum
               : get(source, "min")    ? Figure::Way::min
                                       : Figure::Way::count;
  for (const std::string_view way : {"distinct", "sum", "min"}) {
    const Value* measure = get(source, way);
    if (!measure || figure.measure) continue;
    const std::string at = below(path, way);
    std::shared_ptr<Program> program = reader_.program(measure, at);
    if (!program) continue;
    checker_.mark(*program, site);
    const Shape shape = checker_.infer(*program, site, at);
    const bool ordered = shape.kind == ShapeKind::date || shape.kind == ShapeKind::month;
    const bool number = shape.kind == ShapeKind::integer || shape.kind == ShapeKind::any;
    if ((way == "sum" && !number) || (way == "min" && !number && !ordered)) {
      reader_.fault(at, way == "sum" ? "a sum is of integers" : "a least is of integers or dates");
    }
    figure.measure = std::move(program);
  }
  checker_.set_figure(name, figure.measure, site,
                      figure.way == Figure::Way::count || figure.way == Figure::Way::distinct);
  const auto date = [&](std::string_view key) {
    return expression(get(source, key), ShapeKind::date, site, below(path, key));
  };
  figure.where = expression(get(source, "where"), ShapeKind::boolean, site, below(path, "where"));
  figure.from = date("from");
  figure.to = date("to");
  if (get(source, "to") && !get(source, "from")) {
    reader_.fault(below(path, "to"), "'to' needs a 'from'");
  }
  if (const Value* period = get(source, "period")) {
    figure.yearly = reader_.choice(period, below(path, "period"), {"year"}) == "year";
    if (figure.yearly && figure.source != Figure::Source::account) {
      reader_.fault(below(path, "period"), "only postings of an account are taken by the year");
    }
  }
  const std::string split_path = below(path, "split");
  if (const Value::Record* splits = reader_.record(get(source, "split"), split_path)) {
    reader_.count(splits->size(), kSplitsMax, split_path);
    for (const auto* item : reader_.in_order(*splits, split_path)) {
      const auto& [split, text] = *item;
      const std::string at = below(split_path, split);
      reader_.name(split, at);
      std::shared_ptr<Program> program = reader_.program(&text, at);
      if (!program) continue;
      checker_.mark(*program, site);
      const Shape shape = checker_.infer(*program, site, at);
      if (shape.kind == ShapeKind::list || shape.kind == ShapeKind::record ||
          shape.kind == ShapeKind::sides) {
        reader_.fault(at, "a break-down is by a text, number, date or truth");
      }
      figure.split.emplace_back(split, std::move(program));
    }
  }
  show(figure, get(source, "show"), site, below(path, "show"));
}

void Loader::show(Figure& figure, const Value* value, const Site& site, const std::string& path) {
  figure.show = reader_.texts(value, path);
  reader_.count(figure.show.size(), kColumnsMax, path);
  for (const std::string& column : figure.show) {
    const std::shared_ptr<Program> program = reader_.program(column, path);
    if (!program) continue;
    const Node& root = program->root();
    const bool simple =
        root.op == Op::computed || (root.op == Op::member && root.kids[0].op == Op::root);
    if (!simple) {
      reader_.fault(path, "a column is one field, as 'data.name' or 'entry.name'");
      continue;
    }
    checker_.infer(*program, site, path);
  }
}

}  // namespace bashu::packs
