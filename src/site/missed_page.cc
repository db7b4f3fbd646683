// Last connections missed: the last bus of each line across the border, and the trains of that day
// that arrive too late for it, with the minutes by which they do.

#include "clearing/money.h"
#include "network/clock.h"
#include "network/geojson.h"
#include "network/missed.h"
#include "site/network_asked.h"
#include "site/pages.h"
#include "site/sheet.h"
#include "travel/network.h"

namespace bashu::site {

namespace {

using namespace network;

struct Asked {
  const Circle* circle = nullptr;
  Date day;
  std::vector<Missed> all;
};

// nullopt: there is no network with buses, or no such day.
std::expected<std::optional<Asked>, Fault> asked(const Ask& ask) {
  const auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what || (*what)->circle->buses.empty()) return std::nullopt;
  const Circle& circle = *(*what)->circle;
  return Asked{.circle = &circle, .day = (*what)->day, .all = missed(circle, (*what)->day)};
}

std::string line(const Ask& ask, const Asked& what, const LastBus& bus) {
  return bus.line + " " + ask.in(what.circle->bus(bus.line));
}
std::string basis(const Ask& ask, const LastBus& bus) {
  return bus.assumed ? ask.say("network.is_assumed") : "";
}
std::string late_by(const MissedTrain& train) { return std::to_string(minutes_up(train.by_s)); }

std::optional<travel::RideFares::Whose> fare(const Ask& ask, const Asked& what,
                                             const LastBus& bus) {
  return ask.from.map->computed->fares().whose(bus.line, what.day);
}

// The fare of the whole line, and whose tariff says so.
void fill_fare(const Ask& ask, const Asked& what, const LastBus& bus, Slots row) {
  const auto known = fare(ask, what, bus);
  const bool told = known && known->most_fen;
  row.set("FARE", told ? ask.say("site.yuan", {{"yuan", clearing::yuan(*known->most_fen)}})
                       : ask.say("network.no_tariff"));
  if (!told) return;
  row.add("OF_TARIFF")
      .set("TARIFF", ask.say("network.of_tariff", {{"tariff", known->tariff},
                                                   {"version", std::to_string(known->version)},
                                                   {"party", ask.party(known->party)}}));
}

void fill_buses(const Ask& ask, const Asked& what, Slots slots) {
  for (const Missed& one : what.all) {
    Slots row = slots.add("BUS");
    row.set("LINE", line(ask, what, one.bus));
    row.set("STOP", ask.in(what.circle->station(one.bus.at)));
    row.set("TOWARDS", ask.in(one.bus.towards));
    row.set("LAST", clock(one.bus.departs_s));
    row.set("TRAINS", std::to_string(one.trains));
    row.set("TOO_LATE", std::to_string(one.missed.size()));
    row.set("BASIS", basis(ask, one.bus));
    fill_fare(ask, what, one.bus, row);
    for (const MissedTrain& train : one.missed) {
      Slots late = slots.add("TRAIN");
      late.set("LINE", line(ask, what, one.bus));
      late.set("LAST", clock(one.bus.departs_s));
      late.set("TRAIN", what.circle->trains.trips[train.trip].id);
      late.set("AT", ask.in(what.circle->station(train.at)));
      late.set("ARRIVES", clock(train.arrives_s));
      late.set("BY", late_by(train));
    }
  }
}

// A row for each train that is too late, and one without a train for each bus that misses none.
Sheet sheet_of(const Ask& ask, const Asked& what) {
  Sheet out{.name = ask.say("site.missed"),
            .columns = {{ask.say("network.line")},
                        {ask.say("network.stop")},
                        {ask.say("network.towards")},
                        {ask.say("network.last_bus")},
                        {ask.say("site.basis")},
                        {ask.say("site.fare_most"), 2},
                        {ask.say("network.trains"), 0},
                        {ask.say("site.train")},
                        {ask.say("site.gets_off_at")},
                        {ask.say("site.arrives")},
                        {ask.say("network.missed_by"), 0}},
            .rows = {}};
  for (const Missed& one : what.all) {
    const auto known = fare(ask, what, one.bus);
    const std::vector<Sheet::Cell> bus{
        line(ask, what, one.bus),
        ask.in(what.circle->station(one.bus.at)),
        ask.in(one.bus.towards),
        clock(one.bus.departs_s),
        basis(ask, one.bus),
        known && known->most_fen ? Sheet::Cell{*known->most_fen} : Sheet::Cell{},
        static_cast<std::int64_t>(one.trains)};
    for (const MissedTrain& train : one.missed) {
      auto& row = out.rows.emplace_back(bus);
      row.insert(row.end(),
                 {what.circle->trains.trips[train.trip].id, ask.in(what.circle->station(train.at)),
                  clock(train.arrives_s), std::int64_t{minutes_up(train.by_s)}});
    }
    if (one.missed.empty()) out.rows.emplace_back(bus).resize(out.columns.size());
  }
  return out;
}

// A folder of files is of one day, which needs not be named.
Query query_of(const Ask& ask, Date day) {
  return ask.links.fixed() ? Query{} : Query{{"as_of", day.text()}};
}

}  // namespace

void link_missed(Ask& ask, Date day, Slots slots) {
  const auto& computed = ask.from.map->computed;
  if (!computed || computed->circle().buses.empty()) return;
  slots.add("MISSED").set("HREF", ask.links.to({"network", "missed"}, query_of(ask, day)));
}

Answered missed_page(Ask& ask) {
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  const Asked& it = **what;
  return page(ask, {.title = ask.say("site.missed"), .tab = "network"}, "missed", [&](Slots slots) {
    slots.set("TITLE", ask.say("site.missed_on", {{"day", ask.day(it.day)}}));
    slots.set("ASSUMED",
              ask.say("network.missed_assumed", {{"day", ask.day(it.circle->timetable_of)}}));
    slots.set("NETWORK", ask.links.to({"network"}, query_of(ask, it.day)));
    if (!ask.links.fixed()) slots.add("DAY").set("ASKED", it.day.text());
    if (it.all.empty()) slots.show("NO_BUS");
    fill_buses(ask, it, it.all.empty() ? slots : slots.add("BUSES"));
    fill_files(ask, {"network", "missed"}, {"csv", "json", "xlsx"}, query_of(ask, it.day), slots);
  });
}

Answered missed_file(Ask& ask, const std::string& name) {
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  return as_file(sheet_of(ask, **what), name);
}

}  // namespace bashu::site
