#include "network/circle.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <numbers>
#include <thread>

namespace bashu::network {

namespace {

Date months_later(Date day, int months) {
  const int month = std::clamp(day.year() * 12 + day.month() - 1 + months, 12, 9'999 * 12 + 11);
  for (int last = day.day();; --last) {
    if (const auto there = Date::from_civil(month / 12, month % 12 + 1, last)) return *there;
  }
}

// Degrees as millionths.
std::optional<std::int32_t> degrees(std::string_view text, double least, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || !(value >= least) || !(value <= most)) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(value * 1e6));
}

}  // namespace

std::optional<std::uint32_t> Circle::place(std::string_view code) const {
  const auto it = std::ranges::find(places, code, &Place::code);
  if (it == places.end()) return std::nullopt;
  return static_cast<std::uint32_t>(it - places.begin());
}

const Scenario* scenario_of(const std::vector<Scenario>& all, std::string_view id) {
  const auto it = std::ranges::find(all, id, &Scenario::id);
  return it == all.end() ? nullptr : &*it;
}

People Circle::people() const {
  People out;
  for (const Place& place : places) out.push_back(place.people);
  return out;
}

std::vector<std::uint32_t> Circle::cores() const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t p = 0; p < places.size(); ++p) {
    if (places[p].core) out.push_back(p);
  }
  return out;
}

std::optional<std::uint32_t> Circle::stand_at(std::string_view point) {
  const std::size_t comma = point.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto lon = degrees(point.substr(0, comma), 73, 136);
  const auto lat = degrees(point.substr(comma + 1), 3, 54);
  if (!lon || !lat) return std::nullopt;
  const std::string code{point};
  places.push_back({.code = code, .name = bilingual(code, code), .lon_e6 = *lon, .lat_e6 = *lat});
  return static_cast<std::uint32_t>(places.size() - 1);
}

Title Circle::name(std::string_view code) const {
  const auto it = std::ranges::find(lines, code, &Line::code);
  if (it != lines.end()) return it->name;
  return bilingual(std::string{code}, std::string{code});
}

Title Circle::bus(std::string_view code) const {
  const auto it = std::ranges::find(buses, code, &Bus::code);
  return it == buses.end() ? bilingual(std::string{code}, std::string{code}) : it->name;
}

// The railway's list takes the English name as the id where there is one.
Title Circle::station(StationIndex at) const {
  return bilingual(trains.stations[at].id, trains.stations[at].name);
}

Openings follow(Openings openings, const Record& record, Date today) {
  for (auto& [code, opening] : openings) {
    const auto known = record.find(code);
    if (known == record.end()) continue;
    const Opening& told = known->second;
    std::optional<Date> planned = opening.plan ? opening.plan : opening.since;
    if (told.plan || told.closed) planned = told.plan;
    opening.since = told.since;
    opening.closed = told.closed;
    if (told.approved) opening.approved = told.approved;
    if (told.building) opening.building = told.building;
    if (told.trial) opening.trial = told.trial;
    opening.plan = planned ? std::optional{std::max(*planned, today.plus_days(1))} : std::nullopt;
  }
  return openings;
}

Openings apply(Openings openings, const Scenario& scenario) {
  for (const Scenario::Change& change : scenario.changes) {
    const auto it = openings.find(change.code);
    if (it == openings.end()) continue;
    Opening& opening = it->second;
    switch (change.kind) {
      case Scenario::Change::Kind::open:
        opening.since = change.opens;
        opening.plan = opening.closed = std::nullopt;
        break;
      case Scenario::Change::Kind::without:
        opening = {};
        break;
      case Scenario::Change::Kind::shift:
        if (opening.since) opening.since = months_later(*opening.since, change.months);
        if (opening.plan) opening.plan = months_later(*opening.plan, change.months);
    }
  }
  return openings;
}

namespace {

constexpr std::array<std::string_view, kStatuses.size()> kNames{"planned", "approved", "building",
                                                                "trial",   "open",     "closed"};

bool reached(const std::optional<Date>& stage, Date day) { return stage && *stage <= day; }
bool open_on(const Openings& openings, std::string_view code, Date day) {
  const auto it = openings.find(code);
  return it != openings.end() && status_on(it->second, day) == Status::open;
}

}  // namespace

std::string_view name_of(Status status) { return kNames[static_cast<std::size_t>(status)]; }

std::optional<Status> status_of(std::string_view name) {
  const auto it = std::ranges::find(kNames, name);
  if (it == kNames.end()) return std::nullopt;
  return kStatuses[static_cast<std::size_t>(it - kNames.begin())];
}

Status status_on(const Opening& opening, Date day) {
  const std::optional<Date>& opens = opening.since ? opening.since : opening.plan;
  const bool opened = reached(opens, day);
  if (reached(opening.closed, day) && !(opened && *opening.closed < *opens)) return Status::closed;
  if (opened) return Status::open;
  if (reached(opening.trial, day)) return Status::trial;
  if (reached(opening.building, day)) return Status::building;
  return reached(opening.approved, day) ? Status::approved : Status::planned;
}

std::vector<std::string> unfinished(const Openings& openings, Date day) {
  std::vector<std::string> out;
  for (const auto& [code, opening] : openings) {
    if (status_on(opening, day) != Status::open) out.push_back(code);
  }
  return out;
}

std::vector<std::string> to_open(const Openings& openings, Date day) {
  std::vector<std::string> out = unfinished(openings, day);
  std::erase_if(out, [&](const std::string& code) {
    return status_on(openings.at(code), day) == Status::closed;
  });
  return out;
}

namespace {

struct Point {
  std::int32_t lon_e6 = 0, lat_e6 = 0;
};

std::int64_t metres(Point a, Point b) {
  constexpr double kMetresAMillionth = 0.111'195;
  const double middle = (a.lat_e6 + b.lat_e6) / 2e6 * std::numbers::pi / 180;
  const double x = (a.lon_e6 - b.lon_e6) * std::cos(middle), y = a.lat_e6 - b.lat_e6;
  return std::llround(std::hypot(x, y) * kMetresAMillionth);
}

class Builder {
 public:
  Builder(const Circle& circle, const Openings& openings, Date day, const Access& access)
      : circle_{circle}, openings_{openings}, day_{day}, access_{access} {}

  Standing build() {
    Standing out{.timetables = {},
                 .trains = {},
                 .ways = {},
                 .roads = roads(),
                 .day = day_,
                 .enter_s = access_.enter_s};
    out.ways = ways(out.roads);
    Schedule schedule = trains();
    const std::size_t timed = schedule.trips.size();
    const std::vector<std::size_t> line_of = add_lines(schedule);
    for (const Trip& trip : schedule.trips) {
      const bool exact = !trip.headway;
      out.trains.push_back({.id = exact ? trip.id : trip.line, .line = trip.line, .timed = exact});
    }
    const int draws = line_of.empty() ? 1 : access_.draws;
    for (int draw = 0; draw < draws; ++draw) {
      Offsets offsets(timed, 0);
      for (const std::size_t line : line_of) offsets.push_back(offset(line, draw, draws));
      out.timetables.push_back(on_day(schedule, circle_.timetable_of, 1, offsets));
    }
    return out;
  }

 private:
  [[nodiscard]] Schedule trains() const {
    Schedule out = circle_.trains;
    const auto closed = [&](const Call& call) {
      const auto& since = circle_.since[call.station];
      return since && day_ < *since;
    };
    for (Trip& trip : out.trips) std::erase_if(trip.calls, closed);
    std::erase_if(out.trips, [](const Trip& trip) { return trip.calls.size() < 2; });
    return out;
  }

  // The line of each trip that is added.
  std::vector<std::size_t> add_lines(Schedule& schedule) const {
    std::vector<std::size_t> out;
    for (std::size_t n = 0; n < circle_.lines.size(); ++n) {
      const Line& line = circle_.lines[n];
      if (!open_on(openings_, line.code, day_)) continue;
      for (const bool back : {false, true}) {
        Trip trip{
            .id = line.code + (back ? "-" : "+"), .line = line.code, .service = 0, .calls = {}};
        for (const Line::Stop& stop : line.stops) {
          const Seconds at = back ? line.stops.back().after_s - stop.after_s : stop.after_s;
          trip.calls.push_back({.station = stop.station, .arrives_s = at, .departs_s = at});
        }
        if (back) std::ranges::reverse(trip.calls);
        trip.headway = Trip::Headway{.first_s = line.first_s,
                                     .end_s = line.last_s,
                                     .headway_s = line.headway_s,
                                     .phased = false};
        schedule.trips.push_back(std::move(trip));
        out.push_back(n);
      }
    }
    return out;
  }

  // Spread evenly over the headway; each line begins elsewhere.
  [[nodiscard]] Seconds offset(std::size_t line, int draw, int draws) const {
    constexpr std::size_t kStride = 7;  // shares no factor with small numbers of draws
    const auto step = (static_cast<std::size_t>(draw) * (line % kStride + 1) + line) %
                      static_cast<std::size_t>(draws);
    return static_cast<Seconds>(step) * circle_.lines[line].headway_s / draws;
  }

  [[nodiscard]] Roads roads() const {
    Roads out{.places = static_cast<std::uint32_t>(circle_.places.size()), .sections = {}};
    for (const Road& road : circle_.roads) {
      if (open_on(openings_, road.code, day_)) out.sections.push_back(road.section);
    }
    for (std::uint32_t a = 0; a < out.places; ++a) {
      for (std::uint32_t b = a + 1; b < out.places; ++b) {
        const std::int64_t straight = metres(at(a), at(b));
        if (straight > access_.neighbours_m) continue;
        Section road = ordinary(straight);
        road.a = a;
        road.b = b;
        out.sections.push_back(std::move(road));
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<std::vector<Standing::Way>> ways(const Roads& roads) const {
    std::vector<std::vector<Standing::Way>> out(roads.places);
    for (StationIndex s = 0; s < circle_.divisions.size(); ++s) {
      const auto county = circle_.place(circle_.divisions[s]);
      if (!county) continue;
      const Station& station = circle_.trains.stations[s];
      const Section last = ordinary(metres({station.lon_e6, station.lat_e6}, at(*county)));
      const auto drive = drive_times(roads, *county, day_);
      for (std::uint32_t p = 0; p < roads.places; ++p) {
        Seconds takes = drive[p] == kNever ? kNever : drive[p] + last.drive_s();
        const std::int64_t straight = metres({station.lon_e6, station.lat_e6}, at(p));
        if (straight <= access_.neighbours_m) takes = std::min(takes, ordinary(straight).drive_s());
        if (takes <= access_.longest_s) out[p].push_back({.station = s, .takes_s = takes});
      }
    }
    return out;
  }

  [[nodiscard]] Point at(std::uint32_t place) const {
    return {circle_.places[place].lon_e6, circle_.places[place].lat_e6};
  }
  // By ordinary roads, so far as the crow flies.
  [[nodiscard]] Section ordinary(std::int64_t straight_m) const {
    return {.id = {},
            .length_m = straight_m * access_.detour_percent / 100,
            .speed_kmh = access_.road_kmh};
  }

  const Circle& circle_;
  const Openings& openings_;
  Date day_;
  const Access& access_;
};

// Seconds from a place at every departure of the window, in each timetable, by place.
class Sampler {
 public:
  explicit Sampler(const Standing& standing) : standing_{standing} {
    for (const Timetable& timetable : standing.timetables) scans_.emplace_back(timetable);
  }

  std::vector<Spread> from(std::uint32_t place, const Window& window) {
    const auto drive = drive_times(standing_.roads, place, standing_.day);
    samples_.assign(standing_.ways.size(), {});
    for (Scan& scan : scans_) {
      for (Seconds at = window.first_s; at <= window.last_s; at += window.step_s) {
        sample(scan, place, at, drive);
      }
    }
    std::vector<Spread> out;
    for (std::vector<Seconds>& column : samples_) out.push_back(spread_of(column));
    out[place] = {.best_s = 0, .median_s = 0, .worst_s = 0};
    return out;
  }

 private:
  void sample(Scan& scan, std::uint32_t place, Seconds at, const std::vector<Seconds>& drive) {
    starts_.clear();
    for (const Standing::Way& way : standing_.ways[place]) {
      starts_.push_back({.station = way.station, .at_s = at + way.takes_s + standing_.enter_s});
    }
    const auto arrivals = scan.earliest(starts_);
    for (std::size_t there = 0; there < samples_.size(); ++there) {
      Seconds takes = drive[there];
      for (const Standing::Way& way : standing_.ways[there]) {
        const Seconds arrives = arrivals[way.station];
        if (arrives != kNever) takes = std::min(takes, arrives - at + way.takes_s);
      }
      samples_[there].push_back(takes);
    }
  }

  static Spread spread_of(std::vector<Seconds>& column) {
    const auto middle = column.begin() + static_cast<std::ptrdiff_t>((column.size() - 1) / 2);
    std::ranges::nth_element(column, middle);
    return {.best_s = *std::min_element(column.begin(), middle + 1),
            .median_s = *middle,
            .worst_s = *std::max_element(middle, column.end())};
  }

  const Standing& standing_;
  std::vector<Scan> scans_;
  std::vector<Start> starts_;
  std::vector<std::vector<Seconds>> samples_;  // by place
};

}  // namespace

Standing standing_on(const Circle& circle, const Openings& openings, Date day,
                     const Access& access) {
  return Builder{circle, openings, day, access}.build();
}

std::vector<Spread> minutes_from(const Standing& standing, std::uint32_t place,
                                 const Window& window) {
  return Sampler{standing}.from(place, window);
}

Times times_between(const Standing& standing, const Window& window, unsigned threads) {
  const std::size_t places = standing.ways.size();
  Times out{.places = places, .seconds = std::vector<Seconds>(places * places)};
  std::atomic<std::uint32_t> next = 0;
  const auto run = [&] {
    Sampler sampler{standing};
    for (std::uint32_t place = next++; place < places; place = next++) {
      const auto spreads = sampler.from(place, window);
      std::ranges::transform(spreads,
                             out.seconds.begin() + static_cast<std::ptrdiff_t>(place * places),
                             &Spread::median_s);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(run);
  run();
  others.clear();
  return out;
}

}  // namespace bashu::network
