// A map of minutes: how long one travels from a core to every county, on any day and in any
// scenario, with the table that says the same; what a line or road has opened follows the public
// register of corridors. Works without a script, which only moves the slider of years; contours
// nest, since each county has one number.

#include <algorithm>

#include "network/geojson.h"
#include "network/questions.h"
#include "site/network_asked.h"
#include "site/pages.h"
#include "site/sheet.h"
#include "travel/network.h"

namespace bashu::site {

namespace {

using namespace network;

constexpr int kFirstYear = 2015, kLastYear = 2035;
// What is asked, and how long one travels.
struct Asked : NetworkAsked {
  std::vector<Spread> now, then;
};

std::expected<std::optional<Asked>, Fault> asked(const Ask& ask) {
  auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  Asked out{std::move(**what), {}, {}};
  const auto look = [&](const Openings& openings, Date day) {
    travel::Computed& computed = *ask.from.map->computed;
    return computed.spreads(computed.circle_on(out.record.timetables, day), openings, day,
                            out.from);
  };
  // Before: as planned on the same day, or without a scenario as it is today.
  out.now = look(out.record.openings, out.scenario ? out.day : ask.from.today);
  out.then = look(out.changed, out.day);
  return out;
}

int shade(Seconds takes) {
  int out = 0;
  for (const int limit : kLimitsMin) out += takes <= limit * 60;
  return out;
}

void fill_map(Ask& ask, const Asked& what, Slots slots) {
  const Map& map = *ask.from.map;
  slots.set("WIDTH", std::to_string(map.width));
  slots.set("HEIGHT", std::to_string(map.height));
  // A picture; live, a group of links to journeys, which the table has for the keyboard.
  slots.set("ROLE", ask.links.fixed() ? "img" : "group");
  for (const Map::Area& area : map.areas) {
    Slots shape = slots.add("AREA");
    shape.set("PATH", area.path);
    const auto place = what.circle->place(area.code);
    const Seconds takes = place ? what.then[*place].median_s : kNever;
    shape.set("SHADE", std::to_string(shade(takes)));
    if (!place) continue;
    const std::string text = ask.say(
        "site.side_value", {{"party", ask.in(area.name)}, {"value", minutes_said(ask, takes)}});
    shape.set_if("TEXT", text, "NAMED");
    if (ask.links.fixed()) continue;
    Slots link = shape.add("LINK");
    link.set("HREF", journey_to(ask, what, *place));
    link.set("TEXT", text);
    shape.show("LINKED");
  }
  for (const int limit : kLimitsMin) {
    Slots key = slots.add("KEY");
    key.set("SHADE", std::to_string(shade(limit * 60)));
    key.set("TEXT", ask.say("site.to_minutes", {{"n", std::to_string(limit)}}));
  }
  slots.set("CREDIT", ask.in(ask.from.article->map_credit));
}

// Years, asked for as each ends, with a slider; from where and in which scenario stay as they are.
void fill_slider(Ask& ask, const Asked& what, Slots slots) {
  Slots slider = slots.add("SLIDER");
  if (what.from != what.circle->cores().front()) {
    slider.add("FROM_ASKED").set("VALUE", what.circle->places[what.from].code);
  }
  if (what.scenario) slider.add("SCENARIO_ASKED").set("VALUE", what.scenario->id);
  slider.set("FIRST", std::to_string(kFirstYear));
  slider.set("LAST", std::to_string(kLastYear));
  slider.set("YEAR_ASKED", std::to_string(std::clamp(what.day.year(), kFirstYear, kLastYear)));
  slots.add("SCRIPT").set("HREF", ask.links.asset("years.js"));
}

void fill_choices(Ask& ask, const Asked& what, Slots slots) {
  const Circle& circle = *what.circle;
  const Place& from = circle.places[what.from];
  const auto link = [&](Slots into, std::string_view section, const std::string& title,
                        const Query& query, bool current) {
    Slots one = into.add(section);
    one.set("TITLE", title);
    one.set("HREF", ask.links.to({"network"}, query));
    if (current) one.show("CURRENT");
  };
  for (const std::uint32_t core : circle.cores()) {
    const Place& place = circle.places[core];
    link(slots, "FROM", ask.in(place.name), query_of(what, place, what.day, what.scenario),
         core == what.from);
  }
  // A folder of files is found by following links: it has every fifth year, and no scenarios.
  const int step = ask.links.fixed() ? 5 : 1;
  for (int year = kFirstYear; year <= kLastYear; year += step) {
    const Date end = *Date::from_civil(year, 12, 31);
    link(slots, "YEAR", std::to_string(year), query_of(what, from, end, what.scenario),
         end == what.day);
  }
  if (ask.links.fixed()) return;
  Slots scenarios = slots.add("SCENARIOS");
  link(scenarios, "SCENARIO", ask.say("site.as_planned"),
       query_of(what, from, what.day, std::nullopt), !what.scenario);
  for (const Scenario& scenario : what.record.scenarios) {
    link(scenarios, "SCENARIO", ask.in(scenario.name), query_of(what, from, what.day, scenario),
         what.scenario && what.scenario->id == scenario.id);
  }
  if (what.scenario && what.record.scenario_sources.contains(what.scenario->id)) {
    fill_sources(ask, what.record.scenario_sources, what.scenario->id, slots.add("KEPT"));
  }
}

void fill_table(Ask& ask, const Asked& what, Slots slots) {
  const Circle& circle = *what.circle;
  std::vector<std::uint32_t> order(circle.places.size());
  for (std::uint32_t p = 0; p < order.size(); ++p) order[p] = p;
  std::ranges::stable_sort(order, {}, [&](std::uint32_t p) { return what.then[p].median_s; });
  for (const std::uint32_t p : order) {
    const Place& place = circle.places[p];
    Slots row = slots.add("ROW");
    row.set("CODE", place.code);
    Slots name = row.add(ask.links.fixed() ? "PLAIN" : "LINK");
    name.set("NAME", ask.in(place.name));
    if (!ask.links.fixed()) name.set("HREF", journey_to(ask, what, p));
    row.set("PEOPLE", std::to_string(place.people));
    if (place.shared) row.show("SHARED");
    row.set("BEST", minutes_said(ask, what.then[p].best_s));
    row.set("MEDIAN", minutes_said(ask, what.then[p].median_s));
    row.set("WORST", minutes_said(ask, what.then[p].worst_s));
    row.set("BEFORE", minutes_said(ask, what.now[p].median_s));
  }
}

void fill_within(Ask& ask, const Asked& what, Slots slots) {
  const People people = what.circle->people();
  std::vector<Seconds> now, then;
  for (const Spread& spread : what.now) now.push_back(spread.median_s);
  for (const Spread& spread : what.then) then.push_back(spread.median_s);
  for (const int limit : kLimitsMin) {
    const Within before = within(now, what.from, people, limit * 60);
    const Within after = within(then, what.from, people, limit * 60);
    Slots row = slots.add("WITHIN");
    row.set("LIMIT", ask.say("site.to_minutes", {{"n", std::to_string(limit)}}));
    row.set("COUNTIES", std::to_string(after.places));
    row.set("PEOPLE", std::to_string(after.people));
    row.set("COUNTIES_BEFORE", std::to_string(before.places));
    row.set("PEOPLE_BEFORE", std::to_string(before.people));
  }
}

Sheet sheet_of(const Ask& ask, const Asked& what) {
  Sheet out{.name = ask.say("site.network"),
            .columns = {{ask.say("site.code")},
                        {ask.say("site.division")},
                        {ask.say("network.people"), 0},
                        {ask.say("network.best"), 0},
                        {ask.say("network.median"), 0},
                        {ask.say("network.worst"), 0},
                        {ask.say("network.before"), 0}},
            .rows = {}};
  for (std::size_t p = 0; p < what.then.size(); ++p) {
    const Place& place = what.circle->places[p];
    auto& row = out.rows.emplace_back();
    row = {place.code, ask.in(place.name), place.people};
    for (const Seconds takes :
         {what.then[p].best_s, what.then[p].median_s, what.then[p].worst_s, what.now[p].median_s}) {
      row.push_back(takes == kNever ? Sheet::Cell{} : Sheet::Cell{minutes_up(takes)});
    }
  }
  return out;
}

}  // namespace

Answered network_page(Ask& ask) {
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  const Asked& it = **what;
  return page(
      ask, {.title = ask.say("site.network"), .tab = "network"}, "network", [&](Slots slots) {
        const Place& from = it.circle->places[it.from];
        slots.set("TITLE", ask.say("site.network_from",
                                   {{"place", ask.in(from.name)}, {"day", ask.day(it.day)}}));
        slots.set("ASSUMED",
                  ask.say("network.assumed", {{"day", ask.day(it.circle->timetable_of)}}));
        slots.set("BEFORE", it.scenario ? ask.say("site.as_planned") : ask.say("site.today"));
        if (!ask.links.fixed()) {
          Slots more = slots.add("MORE");
          more.set("JOURNEY", journey_to(ask, it, it.circle->cores().back()));
          more.set("REGION",
                   ask.links.to({"network", "region"}, query_of(it, from, it.day, it.scenario)));
        }
        link_missed(ask, it.day, slots);
        if (!ask.links.fixed()) fill_slider(ask, it, slots);
        fill_choices(ask, it, slots);
        fill_map(ask, it, slots);
        fill_within(ask, it, slots);
        fill_table(ask, it, slots);
        fill_lines(ask, it, slots);
        const Query query = query_of(it, from, it.day, it.scenario);
        fill_files(ask, {"network"}, {"geojson", "csv", "json", "xlsx"}, query, slots);
      });
}

Answered network_file(Ask& ask, const std::string& name) {
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  if (name == "data.geojson") {
    return Answer{.type = "application/geo+json",
                  .body = geojson(*(*what)->circle, (*what)->then, (*what)->changed, (*what)->day),
                  .location = {}};
  }
  return as_file(sheet_of(ask, **what), name);
}

}  // namespace bashu::site
