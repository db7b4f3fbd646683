// bashu network journey|day between two counties of a circle: door to door, by road and train.
// bashu network years: what the network is to the whole region, year by year.

#include <algorithm>
#include <thread>

#include "main/commands.h"
#include "main/network_words.h"
#include "main/table.h"
#include "network/clock.h"
#include "network/geojson.h"
#include "network/questions.h"
#include "texts/texts.h"
#include "travel/network.h"

namespace bashu::cli {

namespace {

using namespace network;
using network_words::say;
using network_words::wrong;

std::string ended(Seconds at) { return clock(at + 59); }  // a journey's end is rounded up
std::string minutes(const Console& console, Seconds takes) {
  return takes == kNever ? say(console, "no_way") : std::to_string(minutes_up(takes));
}

// Two counties, and the network of a day.
struct Between {
  std::shared_ptr<const Circle> circle;
  Ends ends;
  Standing standing;

  [[nodiscard]] std::string train(const Console& console, const Leg& leg) const {
    if (leg.trip == kOnFoot) return say(console, "on_foot");
    const auto& one = standing.trains[standing.timetables.front().runs[leg.trip].trip];
    if (one.timed) return one.id;
    const auto line = std::ranges::find(circle->lines, one.line, &Line::code);
    return texts::text(console.language, "site.every",
                       {{"line", in_language(line->name, console.language)},
                        {"minutes", std::to_string(line->headway_s / 60)}});
  }
};

// nullopt: they are no two places or points of a circle's network, but stations.
std::optional<Between> between(const NetworkAsk& what) {
  const auto circle = travel::load_network(what.path);
  const auto on = Date::parse(what.on);
  if (!circle || !*circle || !on) return std::nullopt;
  auto own = std::make_shared<Circle>(**circle);
  // Points stand behind the places, which keep their order while they are looked up.
  auto from = own->place(what.from), to = own->place(what.to);
  if (!from) from = own->stand_at(what.from);
  if (!to) to = own->stand_at(what.to);
  if (!from || !to) return std::nullopt;
  return Between{.circle = own,
                 .ends = {.from = *from, .to = *to},
                 .standing = standing_on(*own, own->openings, *on)};
}

void print(const Console& console, const Between& between, const Passage& way) {
  console.out << clock(way.departs_s) << " - "
              << say(console, "journey",
                     {{"arrives", ended(way.arrives_s)},
                      {"minutes", minutes(console, way.takes_s())},
                      {"changes", std::to_string(std::max(0, way.rides - 1))}})
              << '\n';
  Table table{{Table::Align::left, Table::Align::left, Table::Align::left, Table::Align::left,
               Table::Align::left}};
  const auto station = [&](StationIndex at) {
    return in_language(between.circle->station(at), console.language);
  };
  for (const Leg& leg : way.legs) {
    table.add({"  " + clock(leg.departs_s), station(leg.from), clock(leg.arrives_s),
               station(leg.to), between.train(console, leg)});
  }
  table.print(console.out);
}

void print_road(const Console& console, const Between& between) {
  const Drive road = drive(between.standing, between.ends);
  if (road.takes_s == kNever) return;
  console.out << say(console, "by_road",
                     {{"minutes", minutes(console, road.takes_s)},
                      {"km", std::to_string((road.length_m + 500) / 1'000)}})
              << '\n';
}

}  // namespace

std::optional<Exit> journey_between_places(const Console& console, const NetworkAsk& what) {
  const auto pair = between(what);
  if (!pair) return std::nullopt;
  const auto first = time_of_day(what.at);
  if (!first) return wrong(console, "bad_clock", {{"text", what.at}});
  const auto by = what.arrive.empty() ? kNever : time_of_day(what.arrive);
  if (!by) return wrong(console, "bad_clock", {{"text", what.arrive}});
  const auto ways = *by == kNever ? passages(pair->standing, pair->ends, *first)
                                  : passages_by(pair->standing, pair->ends, *by, *first);
  console.out << say(console, "assumed", {{"day", pair->circle->timetable_of.text()}}) << '\n';
  for (const Passage& way : ways) print(console, *pair, way);
  if (ways.empty()) console.out << say(console, "no_way") << '\n';
  print_road(console, *pair);
  return ways.empty() ? Exit::refused : Exit::done;
}

std::optional<Exit> day_between_places(const Console& console, const NetworkAsk& what) {
  const auto pair = between(what);
  if (!pair) return std::nullopt;
  const auto first = time_of_day(what.at), last = time_of_day(what.until);
  if (!first) return wrong(console, "bad_clock", {{"text", what.at}});
  if (!last || *last < *first) return wrong(console, "bad_time", {{"text", what.until}});
  const PairDay day =
      pair_day(pair->standing, pair->ends, {.first_s = *first, .last_s = *last, .step_s = 60});
  console.out << say(console, "assumed", {{"day", pair->circle->timetable_of.text()}}) << '\n';
  if (day.all.empty()) {
    console.out << say(console, "no_way") << '\n';
    print_road(console, *pair);
    return Exit::refused;
  }
  Table table{{Table::Align::left, Table::Align::left, Table::Align::right, Table::Align::left}};
  for (const Passage& one : day.all) {
    std::string trains;
    for (const Leg& leg : one.legs) {
      trains += (trains.empty() ? "" : ", ") + pair->train(console, leg);
    }
    table.add({clock(one.departs_s), ended(one.arrives_s), minutes(console, one.takes_s()),
               one.takes_s() == day.best_s ? trains : ""});
  }
  table.print(console.out);
  console.out << say(console, "day",
                     {{"best", minutes(console, day.best_s)},
                      {"times", std::to_string(day.quickest)},
                      {"all", std::to_string(day.all.size())},
                      {"median", minutes(console, day.median_s)},
                      {"worst", minutes(console, day.worst_s)}})
              << '\n';
  print_road(console, *pair);
  return Exit::done;
}

Exit network_years(const Console& console, const NetworkYears& what) {
  auto circle = travel::load_network(what.path);
  if (!circle) return console.fail(circle.error());
  if (!*circle) return wrong(console, "no_places", {{"path", what.path}});
  Openings openings = (*circle)->openings;
  if (!what.scenario.empty()) {
    const Scenario* scenario = (*circle)->scenario(what.scenario);
    if (!scenario) {
      std::string known;
      for (const Scenario& one : (*circle)->scenarios)
        known += (known.empty() ? "" : ", ") + one.id;
      return wrong(console, "no_scenario", {{"name", what.scenario}, {"known", known}});
    }
    openings = apply(std::move(openings), *scenario);
  }
  travel::Computed computed{*circle};
  const People people = (*circle)->people();
  console.out << say(console, "assumed", {{"day", (*circle)->timetable_of.text()}}) << '\n';
  Table table{{Table::Align::left, Table::Align::right, Table::Align::right, Table::Align::right,
               Table::Align::right, Table::Align::right}};
  table.add({say(console, "year"), say(console, "mean_time"), say(console, "daily"),
             say(console, "potential"), say(console, "gini"), say(console, "pairs_beyond")});
  for (int year = what.first; year <= what.last; ++year) {
    const Date end = *Date::from_civil(year, 12, 31);
    const Region all = region(*computed.times(*circle, openings, end), people, what.within * 60);
    table.add({std::to_string(year), minutes(console, all.mean_s), std::to_string(all.daily),
               std::to_string(all.potential), std::to_string(all.gini),
               std::to_string(all.beyond.size())});
  }
  table.print(console.out);
  return Exit::done;
}

}  // namespace bashu::cli
