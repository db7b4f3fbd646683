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

// nullopt: the page is asked for a status that there is not.
std::optional<std::optional<Status>> only(const Ask& ask) {
  const std::string name = ask.parameter("status");
  if (name.empty()) return std::optional<Status>{};
  std::optional<std::optional<Status>> of;
  if (const auto status = status_of(name)) of.emplace(status);
  return of;
}

void fill_map(Ask& ask, const NetworkAsked& what, std::optional<Status> only, Slots slots) {
  const Map& map = *ask.from.map;
  slots.set("WIDTH", std::to_string(map.width));
  slots.set("HEIGHT", std::to_string(map.height));
  for (const Map::Area& area : map.areas) slots.add("AREA").set("PATH", area.path);
  for (const auto& [code, points] : ways(ask, *what.circle)) {
    const Status status = status_on(what.changed.at(code), what.day);
    if (points.empty() || (only && status != *only)) continue;
    Slots way = slots.add("WAY");
    way.set("POINTS", points);
    way.set("STATUS", std::string{name_of(status)});
    const std::string whole = status_said(ask, status), halves = halves_said(ask, what, code);
    way.set("TEXT", ask.say("site.side_value",
                            {{"party", code + " " + ask.in(what.circle->name(code))},
                             {"value", halves.empty()
                                           ? whole
                                           : ask.say("site.status_halves",
                                                     {{"status", whole}, {"halves", halves}})}}));
  }
  for (const Status status : kStatuses) {
    Slots key = slots.add("KEY");
    key.set("STATUS", std::string{name_of(status)});
    key.set("TEXT", status_said(ask, status));
  }
  slots.set("CREDIT", ask.in(ask.from.article->map_credit));
}

Query query_of(Date day, std::optional<Status> only) {
  Query out{{"as_of", day.text()}};
  if (only) out["status"] = std::string{name_of(*only)};
  return out;
}

// All of them, and those of each status with how many there are.
void fill_statuses(Ask& ask, const NetworkAsked& what, std::optional<Status> only, Slots slots) {
  const auto link = [&](std::optional<Status> status, const std::string& title, std::size_t count) {
    Slots one = slots.add("ONLY");
    one.set("TITLE",
            ask.say("site.side_value", {{"party", title}, {"value", std::to_string(count)}}));
    one.set("HREF", ask.links.to({"map", "lines"}, query_of(what.day, status)));
    if (status == only) one.show("CURRENT");
  };
  link({}, ask.say("site.all_statuses"), what.changed.size());
  for (const Status status : kStatuses) {
    link(status, status_said(ask, status),
         static_cast<std::size_t>(std::ranges::count_if(what.changed, [&](const auto& one) {
           return status_on(one.second, what.day) == status;
         })));
  }
}

Sheet sheet_of(const Ask& ask, const NetworkAsked& what, std::optional<Status> only) {
  Sheet out{.name = ask.say("site.lines"),
            .columns = {{ask.say("site.code")},
                        {ask.say("network.line")},
                        {ask.say("site.status")},
                        {ask.say("site.halves")},
                        {ask.say("site.open_since")},
                        {ask.say("site.plan")},
                        {ask.say("site.closed_since")}},
            .rows = {}};
  const auto day = [](const std::optional<Date>& of) { return of ? of->text() : std::string{}; };
  for (const auto& [code, opening] : what.changed) {
    const Status status = status_on(opening, what.day);
    if (only && status != *only) continue;
    out.rows.push_back({code, ask.in(what.circle->name(code)), status_said(ask, status),
                        halves_said(ask, what, code), day(opening.since),
                        opening.since ? "" : day(opening.plan), day(opening.closed)});
  }
  return out;
}

}  // namespace

Answered lines_page(Ask& ask) {
  const auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  const auto of = only(ask);
  if (!*what || !of || ask.from.map->areas.empty()) return std::nullopt;
  const NetworkAsked& it = **what;
  return page(ask, {.title = ask.say("site.lines"), .tab = "map"}, "lines", [&](Slots slots) {
    slots.set("TITLE", ask.say("site.lines_on", {{"day", ask.day(it.day)}}));
    slots.set("FINDING", ask.say("site.lines_open",
                                 {{"open", std::to_string(it.changed.size() -
                                                          unfinished(it.changed, it.day).size())},
                                  {"all", std::to_string(it.changed.size())}}));
    for (int year = kFirstYear; year <= kLastYear && !ask.links.fixed(); ++year) {
      const Date first = *Date::from_civil(year, 1, 1);
      Slots one = slots.add("YEAR");
      one.set("TITLE", std::to_string(year));
      one.set("HREF", ask.links.to({"map", "lines"}, query_of(first, *of)));
      if (first == it.day) one.show("CURRENT");
    }
    if (!ask.links.fixed()) fill_statuses(ask, it, *of, slots.add("STATUSES"));
    slots.set("MAP", ask.links.to({"map"}));
    link_missed(ask, it.day, slots);
    fill_map(ask, it, *of, slots);
    fill_lines(ask, it, slots, *of);
    fill_files(ask, {"map", "lines"}, {"csv", "json", "xlsx"}, query_of(it.day, *of), slots);
  });
}

Answered lines_file(Ask& ask, const std::string& name) {
  const auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  const auto of = only(ask);
  if (!*what || !of) return std::nullopt;
  return as_file(sheet_of(ask, **what, *of), name);
}

}  // namespace bashu::site
