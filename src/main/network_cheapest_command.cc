// bashu network cheapest: the cheapest journey between two places, with the fare of each ride, the
// sum, and whose tariff of which version says so.

#include <algorithm>
#include <memory>

#include "clearing/money.h"
#include "fares/editions.h"
#include "main/network_cheapest.h"
#include "main/network_files.h"
#include "main/network_words.h"
#include "main/table.h"
#include "main/taps.h"
#include "network/clock.h"
#include "network/geojson.h"
#include "network/pair.h"
#include "texts/texts.h"
#include "travel/network.h"

namespace bashu::cli {

namespace {

using namespace network;
using network_words::say;
using network_words::wrong;

struct When {
  Date day;
  Seconds departs_s = 0, arrives_s = kNever;
};

// What runs, which line each trip is of, and what was found.
struct Found {
  std::vector<Leg> legs;
  Seconds departs_s = 0, arrives_s = 0;
  std::vector<std::string> lines, trains;  // by trip of the timetable
  std::vector<std::string> stations;       // their names
  std::vector<Ticket> tickets;
};

// The tariffs, and of whom prices are asked.
struct Known {
  travel::RideFares fares;
  travel::RideFares::Rider rider;
};

// --tariff with its groups, or what the circle's folder knows.
std::expected<travel::RideFares, Exit> fares_of(const Console& console, const NetworkCheapest& what,
                                                const Circle* circle) {
  if (what.tariff.empty()) {
    if (!circle) return std::unexpected{wrong(console, "tariff_needed")};
    auto loaded = travel::load_fares(what.path, *circle);
    if (!loaded) return std::unexpected{console.fail(loaded.error())};
    return *std::move(loaded);
  }
  auto tariff = read_tariff(console, what.tariff);
  if (!tariff) return std::unexpected{Exit::refused};
  std::vector<travel::RideFares::Line> lines;
  for (const std::string& one : what.groups) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos) {
      return std::unexpected{wrong(console, "bad_group", {{"text", one}})};
    }
    const std::string group = one.substr(equals + 1);
    if (!tariff->groups.contains(group)) {
      return std::unexpected{
          wrong(console, "no_group", {{"name", group}, {"tariff", tariff->name}})};
    }
    lines.push_back({.line = one.substr(0, equals), .tariff = tariff->name, .group = group});
  }
  return travel::RideFares{fares::apart(*std::move(tariff)), std::move(lines)};
}

std::expected<Known, Exit> known_fares(const Console& console, const NetworkCheapest& what,
                                       const Circle* circle) {
  auto fares = fares_of(console, what, circle);
  if (!fares) return std::unexpected{fares.error()};
  return Known{
      .fares = *std::move(fares),
      .rider = {.medium = what.medium, .issuer = what.issuer, .rider_class = what.rider_class}};
}

// Door to door between two places of a circle.
std::optional<Found> between_places(const Console& console, const Circle& circle, Ends ends,
                                    const When& when, const Known& known) {
  const Standing standing = standing_on(circle, circle.openings, when.day);
  const Fares prices = known.fares.on(standing, circle, known.rider);
  auto way = cheapest_passage(standing, ends, when.departs_s, when.arrives_s, prices);
  if (!way) return std::nullopt;
  Found out{.legs = std::move(way->legs),
            .departs_s = way->departs_s,
            .arrives_s = way->arrives_s,
            .lines = {},
            .trains = {},
            .stations = {},
            .tickets = {}};
  for (const Run& run : standing.timetables.front().runs) {
    out.lines.push_back(standing.trains[run.trip].line);
    out.trains.push_back(standing.trains[run.trip].id);
  }
  for (StationIndex s = 0; s < circle.trains.stations.size(); ++s) {
    out.stations.push_back(in_language(circle.station(s), console.language));
  }
  out.tickets = tickets(out.legs, prices);
  return out;
}

struct Stations {
  StationIndex from = 0, to = 0;
};
std::optional<Found> between_stations(const Schedule& schedule, const Stations& ends,
                                      const When& when, const Known& known) {
  const Timetable timetable = on_day(schedule, when.day);
  Found out;
  for (const Run& run : timetable.runs) {
    out.lines.push_back(schedule.trips[run.trip].line);
    out.trains.push_back(schedule.trips[run.trip].id);
  }
  const Fares prices = known.fares.on(when.day, out.lines, schedule.stations, known.rider);
  const auto soonest = journeys(timetable, ends.from, ends.to, when.departs_s);
  if (soonest.empty()) return std::nullopt;
  const Start start{.station = ends.from, .at_s = when.departs_s};
  const End end{.station = ends.to, .after_s = 0};
  const Seconds latest =
      when.arrives_s == kNever ? std::max(kDay, soonest.back().arrives_s) : when.arrives_s;
  auto way =
      cheapest(timetable, std::span{&start, 1}, std::span{&end, 1}, {.latest_s = latest}, prices);
  if (!way) return std::nullopt;
  out.legs = std::move(way->legs);
  out.departs_s = when.departs_s;
  out.arrives_s = way->arrives_s;
  for (const Station& one : schedule.stations) {
    out.stations.push_back(one.name.empty() ? one.id : one.name);
  }
  out.tickets = tickets(out.legs, prices);
  return out;
}

std::string fare_said(const Console& console, const Found& found, const Known& known, Date day,
                      std::size_t leg) {
  for (const Ticket& ticket : found.tickets) {
    if (leg < ticket.first || leg > ticket.last) continue;
    if (leg != ticket.first) return texts::text(console.language, "site.same_ticket");
    if (!ticket.fen) return say(console, "no_tariff");
    const auto whose = known.fares.whose(found.lines[found.legs[leg].trip], day);
    return texts::text(console.language, "site.yuan", {{"yuan", clearing::yuan(*ticket.fen)}}) +
           ", " +
           say(console, "of_tariff",
               {{"tariff", whose->tariff},
                {"version", std::to_string(whose->version)},
                {"party", whose->party}});
  }
  return {};
}

// Whose prices they are.
std::string rider_said(const Console& console, const travel::RideFares::Rider& rider) {
  if (rider.medium.empty() && rider.issuer.empty() && rider.rider_class.empty()) {
    return say(console, "fares_of_all");
  }
  const auto or_none = [&](const std::string& text) {
    return text.empty() ? say(console, "not_named") : text;
  };
  return say(console, "fares_of",
             {{"medium", or_none(rider.medium)},
              {"issuer", or_none(rider.issuer)},
              {"class", or_none(rider.rider_class)}});
}

void print(const Console& console, const Found& found, const Known& known, Date day) {
  const int rides = static_cast<int>(
      std::ranges::count_if(found.legs, [](const Leg& leg) { return leg.trip != kOnFoot; }));
  console.out << clock(found.departs_s) << " - "
              << say(console, "journey",
                     {{"arrives", clock(found.arrives_s + 59)},
                      {"minutes", std::to_string(minutes_up(found.arrives_s - found.departs_s))},
                      {"changes", std::to_string(std::max(0, rides - 1))}})
              << '\n';
  Table table{{Table::Align::left, Table::Align::left, Table::Align::left, Table::Align::left,
               Table::Align::left, Table::Align::left}};
  for (std::size_t n = 0; n < found.legs.size(); ++n) {
    const Leg& leg = found.legs[n];
    table.add({"  " + clock(leg.departs_s), found.stations[leg.from], clock(leg.arrives_s),
               found.stations[leg.to],
               leg.trip == kOnFoot ? say(console, "on_foot") : found.trains[leg.trip],
               fare_said(console, found, known, day, n)});
  }
  table.print(console.out);
  const Cost sum = cost_of(found.tickets);
  const std::string yuan = clearing::yuan(sum.fen);
  if (sum.unknown == 0) {
    console.out << say(console, "fare", {{"yuan", yuan}}) << '\n';
  } else if (static_cast<std::size_t>(sum.unknown) == found.tickets.size()) {
    console.out << say(console, "fare_unknown") << '\n';
  } else {
    console.out << say(console, "fare_and_unknown",
                       {{"yuan", yuan}, {"count", std::to_string(sum.unknown)}})
                << '\n';
  }
  console.out << say(console, "full_fares") << '\n' << rider_said(console, known.rider) << '\n';
}

std::expected<When, Exit> when_asked(const Console& console, const NetworkCheapest& what) {
  const auto on = Date::parse(what.on);
  if (!on) return std::unexpected{wrong(console, "bad_date", {{"text", what.on}})};
  const auto departs = time_of_day(what.at);
  if (!departs) return std::unexpected{wrong(console, "bad_clock", {{"text", what.at}})};
  const auto arrives = what.arrive.empty() ? kNever : time_of_day(what.arrive);
  if (!arrives) return std::unexpected{wrong(console, "bad_clock", {{"text", what.arrive}})};
  return When{.day = *on, .departs_s = *departs, .arrives_s = *arrives};
}

Exit told(const Console& console, const std::optional<Found>& found, const Known& known, Date day) {
  if (!found) {
    console.out << say(console, "no_way") << '\n';
    return Exit::refused;
  }
  print(console, *found, known, day);
  return Exit::done;
}

}  // namespace

Exit network_cheapest(const Console& console, const NetworkCheapest& what) {
  const auto when = when_asked(console, what);
  if (!when) return when.error();
  const auto circle = travel::load_network(what.path);
  if (circle && *circle) {
    Circle own = **circle;
    // Points stand behind the places, which keep their order while they are looked up.
    auto from = own.place(what.from), to = own.place(what.to);
    if (!from) from = own.stand_at(what.from);
    if (!to) to = own.stand_at(what.to);
    if (from && to) {
      const auto known = known_fares(console, what, &own);
      if (!known) return known.error();
      console.out << say(console, "assumed", {{"day", own.timetable_of.text()}}) << '\n';
      return told(console, between_places(console, own, {.from = *from, .to = *to}, *when, *known),
                  *known, when->day);
    }
  }
  auto file = read_network(what.path, when->day);
  if (!file) return console.fail(file.error());
  if (!file->readable) return wrong(console, "unreadable", {{"file", what.path}});
  const auto from = station(console, file->schedule, what.from);
  const auto to = from ? station(console, file->schedule, what.to) : std::nullopt;
  if (!to) return Exit::usage;
  const auto known = known_fares(console, what, circle && *circle ? circle->get() : nullptr);
  if (!known) return known.error();
  return told(console, between_stations(file->schedule, {.from = *from, .to = *to}, *when, *known),
              *known, when->day);
}

}  // namespace bashu::cli
