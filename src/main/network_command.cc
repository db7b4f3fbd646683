// bashu network: journey times from timetables, exactly.

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <thread>

#include "main/commands.h"
#include "main/network_files.h"
#include "main/network_words.h"
#include "main/table.h"
#include "network/clock.h"
#include "network/day.h"
#include "network/journey.h"
#include "network/offsets.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

using namespace network;
using network_words::say;
using network_words::wrong;

// Minutes, as far as they are whole; seconds otherwise lie behind a point of the hour's notation.
std::string minutes(Seconds takes) {
  const std::string whole = std::to_string(takes / 60);
  return takes % 60 ? whole + "'" + std::to_string(takes % 60) + "\"" : whole;
}

void print_notices(const Console& console, const std::vector<Notice>& notices) {
  for (const Notice& notice : notices) {
    console.err << say(console, notice.error ? "error" : "warning") << ' ' << notice.file;
    if (notice.line) console.err << ':' << notice.line;
    if (!notice.field.empty()) console.err << ' ' << notice.field;
    if (!notice.value.empty()) console.err << " '" << notice.value << '\'';
    console.err << ": " << notice.what << " (" << notice.code;
    if (notice.count > 1) console.err << ", " << notice.count << " x";
    console.err << ")\n";
  }
}

// What every question begins with.
struct Asked {
  Schedule schedule;
  Date on;
  Seconds first_s = 0, last_s = 0;

  [[nodiscard]] Timetable timetable() const { return on_day(schedule, on); }
};

std::optional<Asked> ask(const Console& console, const NetworkAsk& what, Exit& exit) {
  exit = Exit::usage;
  const auto on = Date::parse(what.on);
  const auto first = time_of_day(what.at), last = time_of_day(what.until);
  if (!on) return wrong(console, "bad_date", {{"text", what.on}}), std::nullopt;
  if (!first) return wrong(console, "bad_time", {{"text", what.at}}), std::nullopt;
  if (!last || *last < *first) {
    return wrong(console, "bad_time", {{"text", what.until}}), std::nullopt;
  }
  auto file = read_network(what.path, *on);
  if (!file) return console.fail(file.error()), std::nullopt;
  if (!file->readable) {
    print_notices(console, file->notices);
    exit = Exit::refused;
    return std::nullopt;
  }
  if (!file->notices.empty()) {
    console.err << say(console, "has_faults",
                       {{"count", std::to_string(file->notices.size())}, {"file", what.path}})
                << '\n';
  }
  return Asked{
      .schedule = std::move(file->schedule), .on = *on, .first_s = *first, .last_s = *last};
}

bool has_unphased(const Schedule& schedule) {
  return std::ranges::any_of(
      schedule.trips, [](const Trip& trip) { return trip.headway && !trip.headway->phased; });
}

const std::string& name_of(const Schedule& schedule, StationIndex s) {
  const Station& one = schedule.stations[s];
  return one.name.empty() ? one.id : one.name;
}

}  // namespace

Exit network_check(const Console& console, const NetworkCheck& what) {
  const auto file = read_network(what.path, *Date::parse("2000-01-01"));
  if (!file) return console.fail(file.error());
  print_notices(console, file->notices);
  const bool errors = std::ranges::any_of(file->notices, &Notice::error);
  if (file->readable) {
    console.out << say(console, "checked",
                       {{"stations", std::to_string(file->schedule.stations.size())},
                        {"trips", std::to_string(file->schedule.trips.size())},
                        {"left_out", std::to_string(file->trips_left_out)}})
                << '\n';
  }
  return errors ? Exit::refused : Exit::done;
}

Exit network_journey(const Console& console, const NetworkAsk& what) {
  if (const auto done = journey_between_places(console, what)) return *done;
  Exit exit{};
  const auto asked = ask(console, what, exit);
  if (!asked) return exit;
  const auto from = station(console, asked->schedule, what.from);
  const auto to = from ? station(console, asked->schedule, what.to) : std::nullopt;
  if (!to) return Exit::usage;
  const Timetable timetable = asked->timetable();
  Seconds departs = asked->first_s, latest = kNever;
  if (!what.arrive.empty()) {
    const auto by = time_of_day(what.arrive);
    if (!by) return wrong(console, "bad_time", {{"text", what.arrive}});
    const Timetable back = reversed(timetable);
    Scan backwards{back};
    latest = *by;
    departs = latest_departures(backwards, *to, latest, asked->first_s)[*from];
  }
  auto ways = departs < 0 ? std::vector<Journey>{} : journeys(timetable, *from, *to, departs);
  std::erase_if(ways, [&](const Journey& way) { return way.arrives_s > latest; });
  if (ways.empty()) {
    console.out << say(console, "no_way") << '\n';
    return Exit::refused;
  }
  for (const Journey& way : ways) {
    console.out << say(console, "journey",
                       {{"arrives", clock(way.arrives_s)},
                        {"minutes", minutes(way.arrives_s - departs)},
                        {"changes", std::to_string(std::max(0, way.rides - 1))}})
                << '\n';
    Table table{{Table::Align::left, Table::Align::left, Table::Align::left, Table::Align::left,
                 Table::Align::left}};
    for (const Leg& leg : way.legs) {
      const std::string by = leg.trip == kOnFoot
                                 ? say(console, "on_foot")
                                 : asked->schedule.trips[timetable.runs[leg.trip].trip].id;
      table.add({"  " + clock(leg.departs_s), name_of(asked->schedule, leg.from),
                 clock(leg.arrives_s), name_of(asked->schedule, leg.to), by});
    }
    table.print(console.out);
  }
  if (what.arrive.empty() && has_unphased(asked->schedule)) {
    const auto told = [&](Seconds takes) {
      return takes == kNever ? say(console, "no_way") : minutes(takes);
    };
    const Spread over = over_offsets(asked->schedule, asked->on, *from, *to, departs);
    console.out << say(console, "over_offsets",
                       {{"best", told(over.best_s)},
                        {"median", told(over.median_s)},
                        {"worst", told(over.worst_s)}})
                << '\n';
  }
  return Exit::done;
}

Exit network_day(const Console& console, const NetworkAsk& what) {
  if (const auto done = day_between_places(console, what)) return *done;
  Exit exit{};
  const auto asked = ask(console, what, exit);
  if (!asked) return exit;
  const auto from = station(console, asked->schedule, what.from);
  const auto to = from ? station(console, asked->schedule, what.to) : std::nullopt;
  if (!to) return Exit::usage;
  const Timetable timetable = asked->timetable(), back = reversed(timetable);
  Scan forwards{timetable}, backwards{back};
  auto all = departures(forwards, backwards, *from, *to,
                        {.first_s = asked->first_s, .last_s = asked->last_s});
  if (all.empty()) {
    console.out << say(console, "no_way") << '\n';
    return Exit::refused;
  }
  std::vector<Seconds> takes;
  Table table{{Table::Align::left, Table::Align::left, Table::Align::right}};
  for (const Departure& one : all) {
    takes.push_back(one.takes_s());
    table.add({clock(one.departs_s), clock(one.arrives_s), minutes(one.takes_s())});
  }
  table.print(console.out);
  std::ranges::sort(takes);
  console.out << say(console, "day",
                     {{"best", minutes(takes.front())},
                      {"times", std::to_string(std::ranges::count(takes, takes.front()))},
                      {"all", std::to_string(takes.size())},
                      {"median", minutes(takes[(takes.size() - 1) / 2])},
                      {"worst", minutes(takes.back())}})
              << '\n';
  return Exit::done;
}

Exit network_reach(const Console& console, const NetworkAsk& what) {
  Exit exit{};
  const auto asked = ask(console, what, exit);
  if (!asked) return exit;
  const auto from = station(console, asked->schedule, what.from);
  if (!from) return Exit::usage;
  const Timetable timetable = asked->timetable();
  Scan scan{timetable};
  const Seconds within = what.within * 60;
  const auto over =
      spreads(scan, *from, {.first_s = asked->first_s, .last_s = asked->last_s}, within);
  std::vector<StationIndex> reached;
  for (StationIndex s = 0; s < over.size(); ++s) {
    if (s != *from && over[s].best_s <= within) reached.push_back(s);
  }
  std::ranges::stable_sort(reached, {}, [&](StationIndex s) { return over[s].best_s; });
  const auto text = [&](Seconds takes) {
    return takes == kNever ? say(console, "longer") : minutes(takes);
  };
  Table table{{Table::Align::left, Table::Align::right, Table::Align::right, Table::Align::right}};
  table.add({say(console, "station"), say(console, "best"), say(console, "median"),
             say(console, "worst")});
  for (const StationIndex s : reached) {
    table.add({name_of(asked->schedule, s), text(over[s].best_s), text(over[s].median_s),
               text(over[s].worst_s)});
  }
  table.print(console.out);
  return Exit::done;
}

Exit network_matrix(const Console& console, const NetworkAsk& what) {
  Exit exit{};
  const auto asked = ask(console, what, exit);
  if (!asked) return exit;
  const Timetable timetable = asked->timetable();
  const Window window{.first_s = asked->first_s, .last_s = asked->last_s};
  std::vector<std::string> rows(timetable.stations());
  for_each_station(
      timetable, std::thread::hardware_concurrency(), [&](Scan& scan, StationIndex from) {
        const auto over = spreads(scan, from, window, what.within * 60);
        std::string& out = rows[from];
        for (StationIndex to = 0; to < over.size(); ++to) {
          if (to == from || over[to].best_s == kNever) continue;
          out += asked->schedule.stations[from].id + ',' + asked->schedule.stations[to].id;
          for (const Seconds takes : {over[to].best_s, over[to].median_s, over[to].worst_s}) {
            out += ',' + (takes == kNever ? std::string{} : std::to_string(takes));
          }
          out += '\n';
        }
      });
  std::string text = "from,to,best_s,median_s,worst_s\n";
  for (const std::string& row : rows) text += row;
  if (const auto done = write_output(console, what.out, text); !done) {
    return console.fail(done.error());
  }
  return Exit::done;
}

Exit network_export(const Console& console, const NetworkAsk& what) {
  Exit exit{};
  const auto asked = ask(console, what, exit);
  if (!asked) return exit;
  if (const auto done = write_gtfs(asked->schedule, what.out); !done) {
    return console.fail(done.error());
  }
  return Exit::done;
}

}  // namespace bashu::cli
