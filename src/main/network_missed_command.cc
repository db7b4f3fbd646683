// bashu network missed: trains that arrive after the last bus of a feeder line has left.

#include <algorithm>
#include <memory>

#include "main/network_files.h"
#include "main/network_missed.h"
#include "main/network_words.h"
#include "main/table.h"
#include "network/clock.h"
#include "network/geojson.h"
#include "network/missed.h"
#include "site/sheet.h"
#include "texts/texts.h"
#include "travel/network.h"

namespace bashu::cli {

namespace {

using namespace network;
using network_words::say;
using network_words::wrong;

// The day's trains, and the last buses that are asked about.
struct Question {
  std::shared_ptr<const Circle> circle;  // null: a feed
  Schedule schedule;
  Timetable timetable;
  std::vector<LastBus> buses;
  std::vector<std::string> known;  // lines that could be asked about

  [[nodiscard]] std::string line(const Console& console, const std::string& code) const {
    if (!circle) return code;
    return code + " " + in_language(circle->bus(code), console.language);
  }
  [[nodiscard]] std::string station(const Console& console, StationIndex at) const {
    if (circle) return in_language(circle->station(at), console.language);
    const Station& one = schedule.stations[at];
    return one.name.empty() ? one.id : one.name;
  }
};

std::expected<Question, Exit> question(const Console& console, const NetworkMissed& what) {
  const auto on = Date::parse(what.on);
  if (!on) return std::unexpected{wrong(console, "bad_date", {{"text", what.on}})};
  Question out;
  const std::filesystem::path folder = what.path;
  if (std::filesystem::exists(folder / "places.csv")) {
    auto circle = travel::load_network(folder);
    if (!circle) return std::unexpected{console.fail(circle.error())};
    out.circle = *circle;
    out.schedule = out.circle->trains;
    out.timetable = on_day(out.schedule, out.circle->timetable_of);
    out.buses = last_buses(*out.circle, *on);
    for (const Bus& bus : out.circle->buses) out.known.push_back(bus.code);
  } else {
    auto file = read_network(what.path, *on);
    if (!file) return std::unexpected{console.fail(file.error())};
    if (!file->readable)
      return std::unexpected{wrong(console, "unreadable", {{"file", what.path}})};
    out.schedule = std::move(file->schedule);
    out.timetable = on_day(out.schedule, *on);
    for (const Trip& trip : out.schedule.trips) out.known.push_back(trip.line);
    out.buses = last_buses(out.schedule, out.timetable,
                           what.feeders.empty() ? bus_lines(out.schedule) : what.feeders);
  }
  for (const std::string& feeder : what.feeders) {
    if (std::ranges::find(out.known, feeder) == out.known.end()) {
      return std::unexpected{wrong(console, "no_line", {{"name", feeder}})};
    }
  }
  std::erase_if(out.buses, [&](const LastBus& bus) {
    return !what.feeders.empty() && std::ranges::find(what.feeders, bus.line) == what.feeders.end();
  });
  return out;
}

// A row for each train that is too late, and one without a train for each bus that misses none.
site::Sheet sheet_of(const Console& console, const Question& asked,
                     const std::vector<Missed>& all) {
  site::Sheet out{.name = "missed",
                  .columns = {{"line"},
                              {"stop"},
                              {"towards"},
                              {"last_bus"},
                              {"basis"},
                              {"trains", 0},
                              {"train"},
                              {"gets_off_at"},
                              {"arrives"},
                              {"missed_by_s", 0}},
                  .rows = {}};
  for (const Missed& one : all) {
    const std::vector<site::Sheet::Cell> bus{one.bus.line,
                                             asked.station(console, one.bus.at),
                                             in_language(one.bus.towards, console.language),
                                             clock(one.bus.departs_s),
                                             one.bus.assumed ? "assumed" : "",
                                             static_cast<std::int64_t>(one.trains)};
    for (const MissedTrain& train : one.missed) {
      auto& row = out.rows.emplace_back(bus);
      row.insert(row.end(), {asked.schedule.trips[train.trip].id, asked.station(console, train.at),
                             clock(train.arrives_s), std::int64_t{train.by_s}});
    }
    if (one.missed.empty()) {
      out.rows.emplace_back(bus).resize(out.columns.size());
    }
  }
  return out;
}

void print(const Console& console, const Question& asked, const std::vector<Missed>& all) {
  if (asked.circle) {
    console.out << say(console, "missed_assumed", {{"day", asked.circle->timetable_of.text()}})
                << '\n';
  }
  Table table{{Table::Align::left, Table::Align::left, Table::Align::left, Table::Align::left,
               Table::Align::right, Table::Align::right, Table::Align::left, Table::Align::right,
               Table::Align::left}};
  table.add({say(console, "line"), say(console, "stop"), say(console, "towards"),
             say(console, "last_bus"), say(console, "trains"), say(console, "too_late"),
             say(console, "last_train"), say(console, "missed_by"), ""});
  for (const Missed& one : all) {
    std::vector<std::string> row{asked.line(console, one.bus.line),
                                 asked.station(console, one.bus.at),
                                 in_language(one.bus.towards, console.language),
                                 clock(one.bus.departs_s),
                                 std::to_string(one.trains),
                                 std::to_string(one.missed.size()),
                                 "",
                                 "",
                                 one.bus.assumed ? say(console, "is_assumed") : ""};
    if (!one.missed.empty()) {
      const MissedTrain& last = one.missed.back();
      row[6] = asked.schedule.trips[last.trip].id + " " + clock(last.arrives_s);
      row[7] = std::to_string(minutes_up(last.by_s));
    }
    table.add(std::move(row));
  }
  table.print(console.out);
}

}  // namespace

Exit network_missed(const Console& console, const NetworkMissed& what) {
  const auto asked = question(console, what);
  if (!asked) return asked.error();
  if (asked->buses.empty()) {
    console.out << say(console, "no_feeder") << '\n';
    return Exit::refused;
  }
  const auto all = missed(asked->schedule, asked->timetable, asked->buses);
  if (what.format == "table") {
    print(console, *asked, all);
    return Exit::done;
  }
  const std::string text = site::csv(sheet_of(console, *asked, all));
  if (const auto done = write_output(console, what.out, text); !done) {
    return console.fail(done.error());
  }
  return Exit::done;
}

}  // namespace bashu::cli
