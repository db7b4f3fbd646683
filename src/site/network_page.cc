// A map of minutes: how long one travels from a core to every county, on any day and in any
// scenario, with the table that says the same; what a line or road has opened follows the public
// register of corridors. Works without a script; contours nest, since each county has one number.

#include <algorithm>
#include <array>

#include "network/geojson.h"
#include "site/pages.h"
#include "site/registry.h"
#include "site/sheet.h"

namespace bashu::site {

namespace {

using namespace network;

constexpr Window kDayWindow{.first_s = 6 * 3'600, .last_s = 22 * 3'600, .step_s = 600};
constexpr std::array kLimits{30, 60, 90, 120};  // minutes; the darkest shade first
constexpr int kFirstYear = 2015, kLastYear = 2035;
constexpr std::string_view kCorridors = "transport/corridor";

// The latest of what the sides say; nullopt if none does.
std::optional<Date> latest(const Value* sides, std::size_t& told) {
  std::optional<Date> out;
  told = 0;
  const Value::Record* record = sides ? sides->as_record() : nullptr;
  if (!record) return out;
  for (const auto& [side, value] : *record) {
    const std::string* text = value.as_text();
    const auto day = text ? Date::parse(*text) : std::nullopt;
    if (!day) continue;
    ++told;
    out = out ? std::max(*out, *day) : *day;
  }
  return out;
}

// Since when traffic passes: from when it is open through; else, across the border, from when both
// sides have opened their halves.
std::optional<Date> opened(const Value& corridor) {
  std::size_t told = 0;
  if (const auto through = latest(corridor.find("through_on"), told)) return through;
  const auto halves = latest(corridor.find("opened_on"), told);
  const Value* crosses = corridor.find("crosses");
  const bool* border = crosses ? crosses->as_bool() : nullptr;
  return border && *border && told < 2 ? std::nullopt : halves;
}

// What is asked, understood.
struct Asked {
  const Circle* circle = nullptr;
  std::uint32_t from = 0;
  Date day;
  const Scenario* scenario = nullptr;
  Openings openings, changed;  // as they are, and in the scenario
  std::vector<Spread> now, then;
};

// nullopt: there is no such place, day or scenario.
std::expected<std::optional<Asked>, Fault> asked(const Ask& ask) {
  if (!has_network(ask)) return std::nullopt;
  Asked out{.circle = ask.from.map->network.get()};
  const std::string from = ask.parameter("from"), as_of = ask.parameter("as_of"),
                    scenario = ask.parameter("scenario");
  const auto place =
      from.empty() ? std::optional{out.circle->cores().front()} : out.circle->place(from);
  if (!place || (!as_of.empty() && !ask.as_of())) return std::nullopt;
  out.from = *place;
  out.day = ask.day_of_lists().value_or(ask.from.today);
  out.scenario = out.circle->scenario(scenario);
  if (!scenario.empty() && !out.scenario) return std::nullopt;

  std::map<std::string, std::optional<Date>, std::less<>> record;
  if (const auto corridors = find_register(ask, kCorridors)) {
    const auto rows = all_records(ask, *corridors, std::nullopt);
    if (!rows) return std::unexpected{rows.error()};
    for (const views::RecordRow& row : *rows) {
      record.emplace(row.fields.text_at("code"), opened(row.fields));
    }
  }
  out.openings = follow(out.circle->openings, record, ask.from.today);
  out.changed = out.scenario ? apply(out.openings, *out.scenario) : out.openings;
  const auto look = [&](const Openings& openings, Date day) {
    return minutes_from(standing_on(*out.circle, openings, day), out.from, kDayWindow);
  };
  // Before: as planned on the same day, or without a scenario as it is today.
  out.now = look(out.openings, out.scenario ? out.day : ask.from.today);
  out.then = look(out.changed, out.day);
  return out;
}

std::string minutes(const Ask& ask, Seconds takes) {
  return takes == kNever ? ask.say("network.no_way") : std::to_string(minutes_up(takes));
}

int shade(Seconds takes) {
  int out = 0;
  for (const int limit : kLimits) out += takes <= limit * 60;
  return out;
}

Query query_of(const Asked& what, const Place& from, Date day, const Scenario* scenario) {
  Query out{{"as_of", day.text()}};
  if (what.circle->cores().front() != what.circle->place(from.code)) out["from"] = from.code;
  if (scenario) out["scenario"] = scenario->id;
  return out;
}

void fill_map(Ask& ask, const Asked& what, Slots slots) {
  const Map& map = *ask.from.map;
  slots.set("WIDTH", std::to_string(map.width));
  slots.set("HEIGHT", std::to_string(map.height));
  for (const Map::Area& area : map.areas) {
    Slots shape = slots.add("AREA");
    shape.set("PATH", area.path);
    const auto place = what.circle->place(area.code);
    const Seconds takes = place ? what.then[*place].median_s : kNever;
    shape.set("SHADE", std::to_string(shade(takes)));
    if (!place) continue;
    shape.set_if(
        "TEXT",
        ask.say("site.side_value", {{"party", ask.in(area.name)}, {"value", minutes(ask, takes)}}),
        "NAMED");
  }
  for (const int limit : kLimits) {
    Slots key = slots.add("KEY");
    key.set("SHADE", std::to_string(shade(limit * 60)));
    key.set("TEXT", ask.say("site.to_minutes", {{"n", std::to_string(limit)}}));
  }
  slots.set("CREDIT", ask.in(ask.from.article->map_credit));
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
  link(scenarios, "SCENARIO", ask.say("site.as_planned"), query_of(what, from, what.day, nullptr),
       !what.scenario);
  for (const Scenario& scenario : circle.scenarios) {
    link(scenarios, "SCENARIO", ask.in(scenario.name), query_of(what, from, what.day, &scenario),
         &scenario == what.scenario);
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
    row.set("NAME", ask.in(place.name));
    row.set("PEOPLE", std::to_string(place.people));
    if (place.shared) row.show("SHARED");
    row.set("BEST", minutes(ask, what.then[p].best_s));
    row.set("MEDIAN", minutes(ask, what.then[p].median_s));
    row.set("WORST", minutes(ask, what.then[p].worst_s));
    row.set("BEFORE", minutes(ask, what.now[p].median_s));
  }
}

void fill_within(Ask& ask, const Asked& what, Slots slots) {
  const People people = what.circle->people();
  std::vector<Seconds> now, then;
  for (const Spread& spread : what.now) now.push_back(spread.median_s);
  for (const Spread& spread : what.then) then.push_back(spread.median_s);
  for (const int limit : kLimits) {
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

void fill_lines(Ask& ask, const Asked& what, Slots slots) {
  const auto shut = unfinished(what.changed, what.day);
  for (const auto& [code, opening] : what.changed) {
    Slots row = slots.add("LINE");
    row.set("CODE", code);
    row.set("NAME", ask.in(what.circle->name(code)));
    row.set("STATUS",
            ask.say(std::ranges::binary_search(shut, code) ? "site.not_open" : "site.open"));
    row.set("SINCE", opening.since ? ask.day(*opening.since) : "");
    row.set("PLAN", !opening.since && opening.plan ? ask.day(*opening.plan) : "");
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

bool has_network(const Ask& ask) {
  const auto& circle = ask.from.map->network;
  return circle && !circle->cores().empty();
}

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
        fill_choices(ask, it, slots);
        fill_map(ask, it, slots);
        fill_within(ask, it, slots);
        fill_table(ask, it, slots);
        fill_lines(ask, it, slots);
        const Query query = query_of(it, from, it.day, it.scenario);
        for (const std::string name : {"data.geojson", "data.csv", "data.json", "data.xlsx"}) {
          Slots file = slots.add("FILE");
          file.set("HREF", ask.links.to({"network", name}, query));
          file.set("TEXT", name.substr(name.find('.') + 1));
        }
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
