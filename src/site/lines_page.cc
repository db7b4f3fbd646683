// Lines and roads on the map by what they are on a day, and the table that says the same: those
// that carry traffic, and those that do not yet, as the registers tell it.

#include <algorithm>
#include <utility>

#include "site/network_asked.h"
#include "site/pages.h"
#include "site/sheet.h"
#include "travel/network.h"

namespace bashu::site {

namespace {

using namespace network;

constexpr int kFirstYear = 2015, kLastYear = 2035;

// From the middle of a county to that of another, or of several in a row: schematic, as the map is.
std::string drawn(const Ask& ask, const std::vector<std::string>& counties) {
  std::string points;
  std::string last;
  for (const std::string& code : counties) {
    const auto& areas = ask.from.map->areas;
    const auto area = std::ranges::find(areas, code, &Map::Area::code);
    if (area == areas.end() || code == last) continue;
    last = code;
    points += (points.empty() ? "" : " ") + std::to_string(area->x) + "," + std::to_string(area->y);
  }
  return points.find(' ') == std::string::npos ? "" : points;
}

std::vector<std::pair<std::string, std::string>> ways(const Ask& ask, const Circle& circle) {
  std::vector<std::pair<std::string, std::string>> out;  // code of a line or road, its points
  for (const Line& line : circle.lines) {
    std::vector<std::string> counties;
    for (const Line::Stop& stop : line.stops) counties.push_back(circle.divisions[stop.station]);
    out.emplace_back(line.code, drawn(ask, counties));
  }
  for (const Road& road : circle.roads) {
    out.emplace_back(road.code, drawn(ask, {circle.places[road.section.a].code,
                                            circle.places[road.section.b].code}));
  }
  return out;
}

void fill_map(Ask& ask, const NetworkAsked& what, const std::vector<std::string>& shut,
              Slots slots) {
  const Map& map = *ask.from.map;
  slots.set("WIDTH", std::to_string(map.width));
  slots.set("HEIGHT", std::to_string(map.height));
  for (const Map::Area& area : map.areas) slots.add("AREA").set("PATH", area.path);
  for (const auto& [code, points] : ways(ask, *what.circle)) {
    if (points.empty()) continue;
    const bool open = !std::ranges::binary_search(shut, code);
    Slots way = slots.add("WAY");
    way.set("POINTS", points);
    way.set("STATUS", open ? "open" : "shut");
    way.set("TEXT",
            ask.say("site.side_value", {{"party", code + " " + ask.in(what.circle->name(code))},
                                        {"value", ask.say(open ? "site.open" : "site.not_open")}}));
  }
  slots.set("CREDIT", ask.in(ask.from.article->map_credit));
}

Sheet sheet_of(const Ask& ask, const NetworkAsked& what) {
  Sheet out{.name = ask.say("site.lines"),
            .columns = {{ask.say("site.code")},
                        {ask.say("network.line")},
                        {ask.say("site.status")},
                        {ask.say("site.open_since")},
                        {ask.say("site.plan")}},
            .rows = {}};
  const auto shut = unfinished(what.changed, what.day);
  const auto day = [](const std::optional<Date>& of) { return of ? of->text() : std::string{}; };
  for (const auto& [code, opening] : what.changed) {
    const bool open = !std::ranges::binary_search(shut, code);
    out.rows.push_back({code, ask.in(what.circle->name(code)),
                        ask.say(open ? "site.open" : "site.not_open"), day(opening.since),
                        opening.since ? "" : day(opening.plan)});
  }
  return out;
}

}  // namespace

Answered lines_page(Ask& ask) {
  const auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what || ask.from.map->areas.empty()) return std::nullopt;
  const NetworkAsked& it = **what;
  const auto shut = unfinished(it.changed, it.day);
  return page(ask, {.title = ask.say("site.lines"), .tab = "map"}, "lines", [&](Slots slots) {
    slots.set("TITLE", ask.say("site.lines_on", {{"day", ask.day(it.day)}}));
    slots.set("FINDING",
              ask.say("site.lines_open", {{"open", std::to_string(it.changed.size() - shut.size())},
                                          {"all", std::to_string(it.changed.size())}}));
    for (int year = kFirstYear; year <= kLastYear && !ask.links.fixed(); ++year) {
      const Date first = *Date::from_civil(year, 1, 1);
      Slots one = slots.add("YEAR");
      one.set("TITLE", std::to_string(year));
      one.set("HREF", ask.links.to({"map", "lines"}, {{"as_of", first.text()}}));
      if (first == it.day) one.show("CURRENT");
    }
    slots.set("MAP", ask.links.to({"map"}));
    fill_map(ask, it, shut, slots);
    fill_lines(ask, it, slots);
    fill_files(ask, {"map", "lines"}, {"csv", "json", "xlsx"}, {{"as_of", it.day.text()}}, slots);
  });
}

Answered lines_file(Ask& ask, const std::string& name) {
  const auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  return as_file(sheet_of(ask, **what), name);
}

}  // namespace bashu::site
