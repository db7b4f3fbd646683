// From one place to another: the journeys at a time with their legs and waits, all of the day with
// those that are as quick as the quickest, and the way by road. Two places are chosen in a form, or
// by clicking the map of minutes, whose areas lead here; neither needs a script.

#include <algorithm>

#include "clearing/money.h"
#include "network/clock.h"
#include "network/geojson.h"
#include "network/questions.h"
#include "site/network_asked.h"
#include "site/pages.h"
#include "site/sheet.h"
#include "travel/network.h"

namespace bashu::site {

namespace {

using namespace network;

constexpr std::string_view kMorning = "08:00";

struct Asked : NetworkAsked {
  Ends ends;
  std::string departs;  // as it is written
  Standing standing;
  std::vector<Passage> ways;  // at that time
  PairDay whole;
  Drive road;
  Fares fares;
  std::optional<Passage> cheapest{};  // if any tariff is known of it
};

bool any_known(const std::vector<Ticket>& tickets) {
  return std::ranges::any_of(tickets, [](const Ticket& one) { return one.fen.has_value(); });
}

// nullopt: there is no such place, day, scenario or time.
std::expected<std::optional<Asked>, Fault> asked(const Ask& ask) {
  auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  Asked out{std::move(**what), {}, {}, {}, {}, {}, {}, {}};
  const auto cores = out.circle->cores();
  const std::string to = ask.parameter("to");
  const auto place = to.empty() ? std::optional{cores.back()} : out.circle->place(to);
  if (!place) return std::nullopt;
  out.ends = {.from = out.from, .to = *place};
  out.departs = ask.parameter("departs");
  if (out.departs.empty()) out.departs = kMorning;
  const auto at = time_of_day(out.departs);
  if (!at) return std::nullopt;
  out.standing = standing_on(*out.circle, out.changed, out.day);
  out.ways = passages(out.standing, out.ends, *at);
  out.whole = pair_day(out.standing, out.ends, kDayWindow);
  out.road = drive(out.standing, out.ends);
  out.fares = ask.from.map->computed->fares().on(out.standing, *out.circle);
  out.cheapest = cheapest_passage(out.standing, out.ends, *at, kNever, out.fares);
  if (out.cheapest && !any_known(tickets(out.cheapest->legs, out.fares))) out.cheapest.reset();
  return out;
}

std::string name(const Ask& ask, const Asked& what, std::uint32_t place) {
  return ask.in(what.circle->places[place].name);
}

// `G8501`; of a line without a timetable its name, and how it runs.
std::string train(const Ask& ask, const Asked& what, const Leg& leg) {
  if (leg.trip == kOnFoot) return ask.say("network.on_foot");
  const auto& one = what.standing.trains[what.standing.timetables.front().runs[leg.trip].trip];
  if (one.timed) return one.id;
  const auto line = std::ranges::find(what.circle->lines, one.line, &Line::code);
  return ask.say("site.every",
                 {{"line", ask.in(line->name)}, {"minutes", std::to_string(line->headway_s / 60)}});
}

struct Step {
  Seconds departs_s = 0, arrives_s = 0;
  std::string from, to, by;
  std::string fare{}, whose{};
};
// What the legs cost, each ticket where it begins.
void price(const Ask& ask, const Asked& what, const Passage& way, std::span<Step> legs) {
  for (const Ticket& ticket : tickets(way.legs, what.fares)) {
    Step& first = legs[ticket.first];
    first.fare = ticket.fen ? ask.say("site.yuan", {{"yuan", clearing::yuan(*ticket.fen)}})
                            : ask.say("network.no_tariff");
    const std::string& line = travel::line_of(what.standing, way.legs[ticket.first].trip);
    const auto whose = ask.from.map->computed->fares().whose(line, what.day);
    if (ticket.fen) {
      first.whose = ask.say("network.of_tariff", {{"tariff", whose->tariff},
                                                  {"version", std::to_string(whose->version)},
                                                  {"party", ask.party(whose->party)}});
    }
    for (std::size_t n = ticket.first + 1; n <= ticket.last; ++n) {
      legs[n].fare = ask.say("site.same_ticket");
    }
  }
}
// By road to the station, the trains, and on by road.
std::vector<Step> steps_of(const Ask& ask, const Asked& what, const Passage& way) {
  const auto station = [&](StationIndex at) { return ask.in(what.circle->station(at)); };
  std::vector<Step> out;
  out.push_back({.departs_s = way.departs_s,
                 .arrives_s = way.departs_s + way.to_train_s,
                 .from = name(ask, what, what.ends.from),
                 .to = station(way.legs.front().from),
                 .by = ask.say("site.by_road")});
  for (const Leg& leg : way.legs) {
    out.push_back({.departs_s = leg.departs_s,
                   .arrives_s = leg.arrives_s,
                   .from = station(leg.from),
                   .to = station(leg.to),
                   .by = train(ask, what, leg)});
  }
  price(ask, what, way, std::span{out}.subspan(1));
  out.push_back({.departs_s = way.arrives_s - way.from_train_s,
                 .arrives_s = way.arrives_s,
                 .from = station(way.legs.back().to),
                 .to = name(ask, what, what.ends.to),
                 .by = ask.say("site.by_road")});
  return out;
}

std::string ended(Seconds at) { return clock(at + 59); }  // a journey's end is rounded up

std::string cost_said(const Ask& ask, const std::vector<Ticket>& tickets) {
  if (!any_known(tickets)) return ask.say("network.fare_unknown");
  const Cost cost = cost_of(tickets);
  const std::string yuan = clearing::yuan(cost.fen);
  return cost.unknown == 0 ? ask.say("network.fare", {{"yuan", yuan}})
                           : ask.say("network.fare_and_unknown",
                                     {{"yuan", yuan}, {"count", std::to_string(cost.unknown)}});
}

void fill_way(const Ask& ask, const Asked& what, const Passage& way, Slots slots) {
  const std::string summary =
      ask.say("site.way_summary", {{"departs", clock(way.departs_s)},
                                   {"arrives", ended(way.arrives_s)},
                                   {"minutes", minutes_said(ask, way.takes_s())},
                                   {"changes", std::to_string(way.rides - 1)}});
  const bool cheapest = what.cheapest && what.cheapest->legs == way.legs;
  slots.set("TEXT", cheapest ? ask.say("site.cheapest", {{"way", summary}}) : summary);
  slots.set("COST", cost_said(ask, tickets(way.legs, what.fares)));
  Seconds before = way.departs_s;
  for (const Step& step : steps_of(ask, what, way)) {
    Slots row = slots.add("STEP");
    row.set("WAIT", minutes_said(ask, step.departs_s - before));
    row.set("DEPARTS", clock(step.departs_s));
    row.set("FROM", step.from);
    row.set("ARRIVES", ended(step.arrives_s));
    row.set("TO", step.to);
    row.set("BY", step.by);
    row.set("FARE", step.fare);
    row.set_if("TARIFF", step.whose, "OF_TARIFF");
    before = step.arrives_s;
  }
}

void fill_ways(Ask& ask, const Asked& what, Slots slots) {
  bool shown = !what.cheapest;
  for (const Passage& way : what.ways) {
    fill_way(ask, what, way, slots.add("WAY"));
    shown = shown || way.legs == what.cheapest->legs;
  }
  if (!shown) fill_way(ask, what, *what.cheapest, slots.add("WAY"));
  if (!what.ways.empty()) slots.show("FULL_FARES");
  if (what.ways.empty()) slots.show("NO_WAY");
  if (what.road.takes_s == kNever) return;
  Slots road = slots.add("ROAD");
  road.set("TEXT", ask.say("site.way_by_road",
                           {{"minutes", minutes_said(ask, what.road.takes_s)},
                            {"km", std::to_string((what.road.length_m + 500) / 1'000)}}));
}

std::string trains(const Ask& ask, const Asked& what, const Passage& way) {
  std::string out;
  for (const Leg& leg : way.legs) {
    if (!out.empty()) out += ", ";
    out += train(ask, what, leg);
  }
  return out;
}

void fill_day(Ask& ask, const Asked& what, Slots slots) {
  if (what.whole.all.empty()) return;
  Slots day = slots.add("DAY");
  day.set("TEXT", ask.say("network.day", {{"best", minutes_said(ask, what.whole.best_s)},
                                          {"times", std::to_string(what.whole.quickest)},
                                          {"all", std::to_string(what.whole.all.size())},
                                          {"median", minutes_said(ask, what.whole.median_s)},
                                          {"worst", minutes_said(ask, what.whole.worst_s)}}));
  for (const Passage& one : what.whole.all) {
    Slots row = day.add("ROW");
    row.set("DEPARTS", clock(one.departs_s));
    row.set("ARRIVES", ended(one.arrives_s));
    row.set("MINUTES", minutes_said(ask, one.takes_s()));
    row.set("BY", one.takes_s() == what.whole.best_s ? trains(ask, what, one) : "");
  }
}

void fill_form(Ask& ask, const Asked& what, Slots slots) {
  const auto choice = [&](std::string_view section, const std::string& value,
                          const std::string& title, bool chosen) {
    Slots one = slots.add(section);
    one.set("VALUE", value);
    one.set("TITLE", title);
    if (chosen) one.show("CHOSEN");
  };
  for (std::uint32_t p = 0; p < what.circle->places.size(); ++p) {
    const std::string& code = what.circle->places[p].code;
    choice("FROM", code, name(ask, what, p), p == what.ends.from);
    choice("TO", code, name(ask, what, p), p == what.ends.to);
  }
  choice("SCENARIO", "", ask.say("site.as_planned"), !what.scenario);
  for (const Scenario& one : what.record.scenarios) {
    choice("SCENARIO", one.id, ask.in(one.name), what.scenario && what.scenario->id == one.id);
  }
  slots.set("DAY_ASKED", what.day.text());
  slots.set("DEPARTS", what.departs);
}

// The first to arrive, drawn through the counties of its stations.
void fill_map(Ask& ask, const Asked& what, Slots slots) {
  const Map& map = *ask.from.map;
  slots.set("WIDTH", std::to_string(map.width));
  slots.set("HEIGHT", std::to_string(map.height));
  std::vector<std::string> through{what.circle->places[what.ends.from].code};
  if (!what.ways.empty()) {
    for (const Leg& leg : what.ways.back().legs) {
      through.push_back(what.circle->divisions[leg.from]);
      through.push_back(what.circle->divisions[leg.to]);
    }
  }
  through.push_back(what.circle->places[what.ends.to].code);
  std::string points;
  for (const std::string& code : through) {
    const auto area = std::ranges::find(map.areas, code, &Map::Area::code);
    if (area == map.areas.end()) continue;
    points += (points.empty() ? "" : " ") + std::to_string(area->x) + "," + std::to_string(area->y);
  }
  for (const Map::Area& area : map.areas) {
    Slots shape = slots.add("AREA");
    shape.set("PATH", area.path);
    shape.set("SHADE", area.code == through.front() || area.code == through.back() ? "3" : "0");
    shape.set("TEXT", ask.in(area.name));
  }
  slots.set("POINTS", points);
  slots.set("CREDIT", ask.in(ask.from.article->map_credit));
}

Sheet sheet_of(const Ask& ask, const Asked& what) {
  Sheet out{.name = ask.say("site.journey"),
            .columns = {{ask.say("site.departs")},
                        {ask.say("site.arrives")},
                        {ask.say("site.minutes"), 0}},
            .rows = {}};
  for (const Passage& one : what.whole.all) {
    out.rows.push_back({clock(one.departs_s), ended(one.arrives_s), minutes_up(one.takes_s())});
  }
  return out;
}

}  // namespace

Answered journey_page(Ask& ask) {
  if (ask.links.fixed()) return std::nullopt;  // a folder of files cannot hold every pair
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  const Asked& it = **what;
  return page(
      ask, {.title = ask.say("site.journey"), .tab = "network"}, "journey", [&](Slots slots) {
        slots.set("TITLE", ask.say("site.journey_from", {{"from", name(ask, it, it.ends.from)},
                                                         {"to", name(ask, it, it.ends.to)},
                                                         {"day", ask.day(it.day)}}));
        slots.set("NETWORK", ask.links.to({"network"}, query_of(it, it.circle->places[it.from],
                                                                it.day, it.scenario)));
        slots.set("ASSUMED",
                  ask.say("network.assumed", {{"day", ask.day(it.circle->timetable_of)}}));
        Query back = query_of(it, it.circle->places[it.ends.to], it.day, it.scenario);
        back["to"] = it.circle->places[it.ends.from].code;
        slots.set("BACK", ask.links.to({"network", "journey"}, back));
        fill_form(ask, it, slots);
        fill_map(ask, it, slots);
        fill_ways(ask, it, slots);
        fill_day(ask, it, slots);
        Query query = query_of(it, it.circle->places[it.from], it.day, it.scenario);
        query["to"] = it.circle->places[it.ends.to].code;
        if (it.departs != kMorning) query["departs"] = it.departs;
        fill_files(ask, {"network", "journey"}, {"geojson", "csv", "json", "xlsx"}, query, slots);
      });
}

Answered journey_file(Ask& ask, const std::string& name) {
  if (ask.links.fixed()) return std::nullopt;
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  const Asked& it = **what;
  if (name == "data.geojson") {
    return Answer{.type = "application/geo+json",
                  .body = geojson(*it.circle, it.standing, it.ends, it.ways),
                  .location = {}};
  }
  return as_file(sheet_of(ask, it), name);
}

}  // namespace bashu::site
