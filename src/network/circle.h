// The network of a circle as a function of the date and a scenario: counties with their people, the
// railway's timetable, lines and roads that open on a day.
//
//     Circle ── openings ─► follow(record) ─► apply(scenario) ─► standing_on(day) ─► minutes
//
// A scenario selects and shifts openings and edits nothing. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/title.h"
#include "network/indicators.h"
#include "network/roads.h"
#include "network/scan.h"

namespace bashu::network {

// What a line or road is on a day. Passengers travel on what is open and on nothing else: trains of
// a trial run empty.
enum class Status : std::uint8_t { planned, approved, building, trial, open, closed };
inline constexpr std::array kStatuses{Status::planned, Status::approved, Status::building,
                                      Status::trial,   Status::open,     Status::closed};
[[nodiscard]] std::string_view name_of(Status status);
[[nodiscard]] std::optional<Status> status_of(std::string_view name);

// Since when a line or road carries traffic, and when it is to if it does not; the days of its
// other stages as far as they are known. One that opens after it closed has opened again.
struct Opening {
  std::optional<Date> since, plan;
  std::optional<Date> approved{}, building{}, trial{}, closed{};
  friend bool operator==(const Opening&, const Opening&) = default;
};
using Openings = std::map<std::string, Opening, std::less<>>;  // by code
// The same as somebody keeps a record of it; without a plan or an early stage there, that of the
// files stands.
using Record = Openings;

struct Place {
  std::string code;  // of a county
  Title name;
  std::int32_t lon_e6 = 0, lat_e6 = 0;
  std::int64_t people = 0;
  bool core = false;
  bool shared = false;  // its people are a share of a larger division's
};
// A line that is no part of the timetable: it runs both ways every so often from the day it opens.
struct Line {
  std::string code;
  Title name;
  Seconds first_s = 0, last_s = 0, headway_s = 0;
  struct Stop {
    StationIndex station = 0;
    Seconds after_s = 0;  // since the first
  };
  std::vector<Stop> stops;
};
// The last bus of a line across the border that takes passengers from a station of trains.
struct Bus {
  std::string code;
  Title name;
  StationIndex station = 0;
  Title towards;
  Seconds walk_s = 0;  // from the train to the bus
  Seconds last_s = 0;  // its departure
  Opening opening;
  bool assumed = true;
};
struct Road {
  std::string code;  // several sections may be of one
  Section section;
};

struct Scenario {
  std::string id;
  Title name;
  struct Change {
    enum class Kind : std::uint8_t { open, shift, without };
    std::string code;
    Kind kind = Kind::without;
    Date opens;      // of open
    int months = 0;  // of shift: later, or earlier if negative
  };
  std::vector<Change> changes;
};

// nullptr: none of them is called so.
[[nodiscard]] const Scenario* scenario_of(const std::vector<Scenario>& all, std::string_view id);

struct Circle {
  Schedule trains;  // of the day `timetable_of`, held to run every day
  Date timetable_of;
  std::vector<std::string> divisions;      // by station: its county
  std::vector<std::optional<Date>> since;  // by station: nobody calls there before
  std::vector<Place> places;               // in order of codes, then points
  std::vector<Line> lines;
  std::vector<Road> roads;
  std::vector<Bus> buses;  // no part of the network that journeys are computed on
  Openings openings;       // of lines and roads, as the files tell them
  std::map<std::string, std::string, std::less<>> projects;  // that build them, by code
  std::vector<Scenario> scenarios;

  [[nodiscard]] std::optional<std::uint32_t> place(std::string_view code) const;
  [[nodiscard]] const Scenario* scenario(std::string_view id) const {
    return scenario_of(scenarios, id);
  }
  [[nodiscard]] People people() const;
  [[nodiscard]] std::vector<std::uint32_t> cores() const;
  // A place where nobody lives, at `lon,lat` in degrees, behind all others: for journeys from or to
  // it. nullopt if that is no point of 73 to 136 degrees east and 3 to 54 north.
  std::optional<std::uint32_t> stand_at(std::string_view point);
  // The name of a line; of a road its code.
  [[nodiscard]] Title name(std::string_view code) const;
  [[nodiscard]] Title station(StationIndex at) const;
  [[nodiscard]] Title bus(std::string_view code) const;
};

// What the record says goes before the files. A line of which it knows and that is not open there
// opens after `today`, whatever was planned; one that it closes, by a plan on record only.
[[nodiscard]] Openings follow(Openings openings, const Record& record, Date today);
[[nodiscard]] Openings apply(Openings openings, const Scenario& scenario);
[[nodiscard]] Status status_on(const Opening& opening, Date day);
// Lines and roads that carry no traffic on `day`, in order of codes.
[[nodiscard]] std::vector<std::string> unfinished(const Openings& openings, Date day);
// The same without those that are closed.
[[nodiscard]] std::vector<std::string> to_open(const Openings& openings, Date day);

// How it is assumed that one gets to a station and along ordinary roads.
struct Access {
  Seconds longest_s = 3'600;  // of the way to or from a station
  Seconds enter_s = 600;      // before the train leaves
  std::int32_t road_kmh = 40;
  std::int32_t detour_percent = 130;   // of the straight line
  std::int64_t neighbours_m = 60'000;  // ordinary roads join counties whose middles are no farther
  int draws = 4;                       // of the offsets of lines without a phase
};

// The network of one day, ready to be asked. Offsets of lines without a phase are drawn evenly, the
// same for a line whatever else is open, so that before and after differ by the network alone.
struct Standing {
  struct Way {
    StationIndex station = 0;
    Seconds takes_s = 0;
  };
  // What runs: by trip of the schedule, as the runs of the timetables name it.
  struct Train {
    std::string id, line;  // of a line without a timetable: both its code
    bool timed = true;     // false: it runs every so often, and the times shown are one of many
  };
  std::vector<Timetable> timetables;  // one for each draw
  std::vector<Train> trains;
  std::vector<std::vector<Way>> ways;  // by place: to its stations, the same from them
  Roads roads;
  Date day;
  Seconds enter_s = 0;
};
[[nodiscard]] Standing standing_on(const Circle& circle, const Openings& openings, Date day,
                                   const Access& access = {});

// The hours of a day over which journeys are looked at unless somebody asks otherwise.
inline constexpr Window kDayWindow{.first_s = 6 * 3'600, .last_s = 22 * 3'600, .step_s = 600};

// From a place to all others: best, median and worst over departures and draws, by train and road.
[[nodiscard]] std::vector<Spread> minutes_from(const Standing& standing, std::uint32_t place,
                                               const Window& window);
// Between all places, the median; `threads` do not change the result.
[[nodiscard]] Times times_between(const Standing& standing, const Window& window, unsigned threads);

}  // namespace bashu::network
