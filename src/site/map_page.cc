// A map of the circle shaded by numbers, and the table that says the same. A layer is a public
// register that names divisions, or a figure broken down by them.

#include <algorithm>
#include <array>
#include <map>

#include "site/figure_parts.h"
#include "site/pages.h"
#include "site/registry.h"
#include "site/values.h"

namespace bashu::site {

namespace {

constexpr std::size_t kShades = 4;
using ByDivision = std::map<std::string, std::int64_t, std::less<>>;

struct Layer {
  std::string id, title;
  std::optional<PublicRegister> reg;
  const packs::Member* place = nullptr;  // of the register
  std::string figure, split;
};

bool splits_by_place(const packs::Pack& pack, const packs::Figure& figure, std::string_view split) {
  const packs::ProgramPtr* program = packs::find(figure.split, split);
  const std::vector<packs::Member>* fields = fields_of(pack, figure);
  if (!program || !fields) return false;
  const std::string& source = (*program)->text();
  const auto dot = source.rfind('.');
  return dot != std::string::npos && std::ranges::any_of(*fields, [&](const packs::Member& member) {
           return member.type->kind == packs::Kind::place && source.substr(dot + 1) == member.name;
         });
}

std::vector<Layer> layers(const Ask& ask) {
  std::vector<Layer> out;
  for (const packs::PackPtr& pack : ask.from.packs) {
    for (const auto& [name, figure] : pack->figures) {
      for (const auto& [split, program] : figure.split) {
        if (!splits_by_place(*pack, figure, split)) continue;
        const std::string id = pack->name + "/" + name;
        out.push_back(
            {.id = id, .title = ask.in(figure.title), .reg = {}, .figure = id, .split = split});
      }
    }
  }
  for (PublicRegister& reg : public_registers(ask)) {
    const auto place = std::ranges::find_if(reg.fields, [](const packs::Member* member) {
      return member->type->kind == packs::Kind::place;
    });
    if (place == reg.fields.end()) continue;
    const packs::Member* member = *place;
    Layer layer{.id = reg.id(),
                .title = ask.in(reg.reg->title),
                .reg = {},
                .place = member,
                .figure = {},
                .split = {}};
    layer.reg = std::move(reg);
    out.push_back(std::move(layer));
  }
  return out;
}

std::expected<ByDivision, Fault> numbers(const Ask& ask, const Layer& layer) {
  ByDivision out;
  if (!layer.reg) {
    const auto what = figure_ask(ask, layer.figure);
    if (!what) return out;
    const auto view = figure_view(ask, *what);
    if (!view) return std::unexpected{view.error()};
    if (!*view) return out;
    for (const SplitView& split : (*view)->splits) {
      if (split.name != layer.split) continue;
      for (const SplitView::Row& row : split.rows) {
        if (row.value && is_division(row.key)) out[row.key] += *row.value;
      }
    }
    return out;
  }
  const auto rows = all_records(ask, *layer.reg, ask.day_of_lists());
  if (!rows) return std::unexpected{rows.error()};
  for (const views::RecordRow& row : *rows) {
    const std::string code = row.fields.text_at(layer.place->name);
    if (is_division(code)) ++out[code];
  }
  return out;
}

// The least number of each shade, so that about as many divisions have each.
std::array<std::int64_t, kShades> bounds(const ByDivision& numbers) {
  std::vector<std::int64_t> sorted;
  for (const auto& [code, number] : numbers) sorted.push_back(number);
  std::ranges::sort(sorted);
  std::array<std::int64_t, kShades> out{};
  for (std::size_t i = 0; i < kShades && !sorted.empty(); ++i) {
    out[i] = sorted[i * sorted.size() / kShades];
  }
  return out;
}

std::size_t shade(const std::array<std::int64_t, kShades>& from, std::int64_t number) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < kShades; ++i) {
    if (number >= from[i]) found = i + 1;
  }
  return found;
}

void fill_map(Ask& ask, const ByDivision& by, Slots slots) {
  const Map& map = *ask.from.map;
  const auto from = bounds(by);
  Slots drawn = slots.add("MAP");
  drawn.set("WIDTH", std::to_string(map.width));
  drawn.set("HEIGHT", std::to_string(map.height));
  for (const Map::Area& area : map.areas) {
    std::optional<std::int64_t> number;
    for (const auto& [code, value] : by) {
      if (lies_in(area.code, code)) number = value;
    }
    Slots shape = drawn.add("AREA");
    shape.set("PATH", area.path);
    shape.set("SHADE", std::to_string(number ? shade(from, *number) : 0));
    if (!number) continue;
    shape.set_if(
        "TEXT",
        ask.say("site.side_value", {{"party", area.name}, {"value", std::to_string(*number)}}),
        "NAMED");
  }
  std::int64_t last = -1;
  for (std::size_t i = 0; i < kShades; ++i) {
    if (from[i] == last || by.empty()) continue;
    last = from[i];
    Slots key = drawn.add("KEY");
    key.set("SHADE", std::to_string(shade(from, from[i])));
    key.set("TEXT", ask.say("site.from_number", {{"n", std::to_string(from[i])}}));
  }
  drawn.set("CREDIT", ask.in(ask.from.article->map_credit));
}

}  // namespace

bool has_map(const Ask& ask) { return !ask.from.map->areas.empty() && !layers(ask).empty(); }

Answered map_page(Ask& ask) {
  if (ask.from.map->areas.empty()) return std::nullopt;
  const std::vector<Layer> all = layers(ask);
  if (all.empty()) return std::nullopt;
  const std::string wanted = ask.parameter("layer");
  auto chosen = std::ranges::find(all, wanted, &Layer::id);
  if (chosen == all.end()) {
    if (!wanted.empty()) return std::nullopt;
    chosen = all.begin();
  }
  const auto by = numbers(ask, *chosen);
  if (!by) return std::unexpected{by.error()};
  return page(ask, {.title = ask.say("site.map"), .tab = "map"}, "map", [&](Slots slots) {
    slots.set("TITLE", chosen->title);
    for (const Layer& layer : all) {
      Slots one = slots.add("LAYER");
      one.set("TITLE", layer.title);
      one.set("HREF", ask.links.to({"map"}, {{"layer", layer.id}}));
      if (layer.id == chosen->id) one.show("CURRENT");
    }
    if (has_network(ask)) {
      Slots one = slots.add("LAYER");
      one.set("TITLE", ask.say("site.lines"));
      one.set("HREF", ask.links.to({"map", "lines"}));
    }
    fill_map(ask, *by, slots);
    slots.set("MORE", chosen->reg ? ask.links.to(register_path(*chosen->reg))
                                  : ask.links.to(figure_path(chosen->figure)));
    for (const auto& [code, number] : *by) {
      const Title* name = ask.from.map->name(code);
      Slots row = slots.add("ROW");
      row.set("CODE", code);
      row.set("NAME", name ? ask.in(*name) : code);
      row.set("NUMBER", std::to_string(number));
    }
  });
}

}  // namespace bashu::site
