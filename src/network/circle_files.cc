#include "network/circle_files.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "network/gtfs/feed.h"
#include "network/rail/list.h"
#include "network/table.h"

namespace bashu::network {

namespace {

template <typename Number>
std::optional<Number> number(std::string_view text, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= least) ||
      !(value <= most)) {
    return std::nullopt;
  }
  return value;
}

class Reader {
 public:
  explicit Reader(const std::function<std::optional<std::string>(std::string_view)>& text)
      : text_{text} {}

  CircleFile read() {
    table("timetable.csv", {"of"}, &Reader::timetable);
    trains();
    table("places.csv", {"code", "name", "english", "lon", "lat", "population", "core", "basis"},
          &Reader::place);
    std::ranges::sort(circle_.places, {}, &Place::code);
    table("lines.csv",
          {"line", "name", "english", "since", "first", "last", "headway_min", "plan", "project",
           "approved", "building", "trial", "closed"},
          &Reader::line);
    table("stops.csv", {"line", "station", "minutes"}, &Reader::stop);
    table("roads.csv",
          {"road", "section", "a", "b", "km", "speed_kmh", "since", "plan", "project", "approved",
           "building", "trial", "closed"},
          &Reader::road);
    table("buses.csv",
          {"line", "name", "english", "station", "towards", "towards_english", "walk_min", "last",
           "since", "closed", "basis"},
          &Reader::bus);
    table("scenarios.csv", {"scenario", "name", "english", "line", "change", "value"},
          &Reader::scenario);
    return {.circle = std::move(circle_), .notices = notices_.take()};
  }

 private:
  void timetable(const Row& row) {
    std::optional<Date> of;
    if (day(row, 0, "of", of) && of) circle_.timetable_of = *of;
  }

  void trains() {
    rail::Reader reader{
        {.first = circle_.timetable_of.plus_days(-1), .last = circle_.timetable_of.plus_days(2)}};
    reader.stations("stations.csv", text_("stations.csv").value_or(""));
    reader.calls("calls.csv", text_("calls.csv").value_or("number,station,arrives,departs\n"));
    rail::List list = reader.finish();
    circle_.trains = std::move(list.schedule);
    circle_.divisions = std::move(list.divisions);
    circle_.since = std::move(list.since);
    for (Notice& notice : list.notices) notices_.tell(std::move(notice));
  }

  void table(std::string_view name, std::vector<std::string_view> columns,
             void (Reader::*each)(const Row&)) {
    const auto text = text_(name);
    if (!text) return;
    file_ = name;
    Table table{std::move(columns), [&](const Row& row) { (this->*each)(row); },
                [&](std::uint64_t line, std::string what) {
                  notices_.tell({.code = "csv_parsing_failed",
                                 .file = file_,
                                 .field = {},
                                 .line = line,
                                 .value = {},
                                 .what = std::move(what)});
                }};
    table.bytes(*text);
    table.end();
  }

  void fault(std::string code, std::string field, const Row& row, std::string_view value,
             std::string what) {
    notices_.tell({.code = std::move(code),
                   .file = file_,
                   .field = std::move(field),
                   .line = row.line(),
                   .value = std::string{value},
                   .what = std::move(what)});
  }

  // A day or none; false, and told, if it is neither.
  bool day(const Row& row, std::size_t column, std::string field, std::optional<Date>& out) {
    if (row[column].empty()) return true;
    out = Date::parse(row[column]);
    if (!out)
      fault("invalid_date", std::move(field), row, row[column], "is no date like 2021-01-30");
    return out.has_value();
  }

  // nullopt, and told, if one of its days is none. `stages`: the first of four columns.
  std::optional<Opening> dated(const Row& row, std::size_t since, std::size_t plan,
                               std::size_t stages) {
    Opening out;
    const bool whole = day(row, since, "since", out.since) && day(row, plan, "plan", out.plan) &&
                       day(row, stages, "approved", out.approved) &&
                       day(row, stages + 1, "building", out.building) &&
                       day(row, stages + 2, "trial", out.trial) &&
                       day(row, stages + 3, "closed", out.closed);
    return whole ? std::optional{out} : std::nullopt;
  }

  void place(const Row& row) {
    enum : std::size_t { code, name, english, lon, lat, population, core, basis };
    const auto x = number(row[lon], -180.0, 180.0), y = number(row[lat], -90.0, 90.0);
    if (!x) return fault("invalid_float", "lon", row, row[lon], "is no degree of longitude");
    if (!y) return fault("invalid_float", "lat", row, row[lat], "is no degree of latitude");
    const auto people = number<std::int64_t>(row[population], 0, 100'000'000);
    if (!people) {
      return fault("invalid_integer", "population", row, row[population], "is no number of people");
    }
    if (row[code].empty() ||
        std::ranges::find(circle_.places, row[code], &Place::code) != circle_.places.end()) {
      return fault("duplicate_key", "code", row, row[code], "is empty or there already");
    }
    circle_.places.push_back({.code = std::string{row[code]},
                              .name = bilingual(std::string{row[english]}, std::string{row[name]}),
                              .lon_e6 = static_cast<std::int32_t>(std::lround(*x * 1e6)),
                              .lat_e6 = static_cast<std::int32_t>(std::lround(*y * 1e6)),
                              .people = *people,
                              .core = row[core] == "yes",
                              .shared = row[basis] == "shared"});
  }

  void line(const Row& row) {
    enum : std::size_t { code, name, english, since, first, last, headway, plan, project, stages };
    const auto opening = dated(row, since, plan, stages);
    if (!opening) return;
    const auto from = gtfs::parse_time(std::string{row[first]} + ":00");
    const auto until = gtfs::parse_time(std::string{row[last]} + ":00");
    if (!from) return fault("invalid_time", "first", row, row[first], "is no time like 06:30");
    if (!until || *until < *from) {
      return fault("invalid_time", "last", row, row[last], "is no time, or before the first");
    }
    const auto every = number(row[headway], 1, 1'440);
    if (!every)
      return fault("invalid_integer", "headway_min", row, row[headway], "is no 1 to 1440");
    if (!circle_.openings.try_emplace(std::string{row[code]}, *opening).second) {
      return fault("duplicate_key", "line", row, row[code], "is there already");
    }
    built_by(row[code], row[project]);
    circle_.lines.push_back({.code = std::string{row[code]},
                             .name = bilingual(std::string{row[english]}, std::string{row[name]}),
                             .first_s = *from,
                             .last_s = *until,
                             .headway_s = *every * 60,
                             .stops = {}});
  }

  void built_by(std::string_view code, std::string_view project) {
    if (!project.empty()) circle_.projects.emplace(code, project);
  }

  void stop(const Row& row) {
    enum : std::size_t { code, name, minutes };
    const auto of = std::ranges::find(circle_.lines, row[code], &Line::code);
    if (of == circle_.lines.end()) {
      return fault("foreign_key_violation", "line", row, row[code], "is no line of lines.csv");
    }
    const auto at = std::ranges::find(circle_.trains.stations, row[name], &Station::name);
    if (at == circle_.trains.stations.end()) {
      return fault("foreign_key_violation", "station", row, row[name], "is no known station");
    }
    const auto after = number(row[minutes], 0, 1'440);
    const Seconds before = of->stops.empty() ? -1 : of->stops.back().after_s;
    if (!after || *after * 60 <= before || *after * 60 - before > kRideMax) {
      return fault("invalid_integer", "minutes", row, row[minutes],
                   "is no number of minutes after the stop before");
    }
    of->stops.push_back({.station = static_cast<StationIndex>(at - circle_.trains.stations.begin()),
                         .after_s = *after * 60});
  }

  void bus(const Row& row) {
    enum : std::size_t {
      code,
      name,
      english,
      station,
      towards,
      towards_english,
      walk,
      last,
      since,
      closed,
      basis
    };
    Opening opening;
    if (!day(row, since, "since", opening.since) || !day(row, closed, "closed", opening.closed)) {
      return;
    }
    const auto at = std::ranges::find(circle_.trains.stations, row[station], &Station::name);
    if (at == circle_.trains.stations.end()) {
      return fault("foreign_key_violation", "station", row, row[station], "is no known station");
    }
    const auto minutes = number(row[walk], 0, 1'440);
    if (!minutes) return fault("invalid_integer", "walk_min", row, row[walk], "is no 0 to 1440");
    const auto leaves = gtfs::parse_time(std::string{row[last]} + ":00");
    if (!leaves) return fault("invalid_time", "last", row, row[last], "is no time like 19:30");
    circle_.buses.push_back(
        {.code = std::string{row[code]},
         .name = bilingual(std::string{row[english]}, std::string{row[name]}),
         .station = static_cast<StationIndex>(at - circle_.trains.stations.begin()),
         .towards = bilingual(std::string{row[towards_english]}, std::string{row[towards]}),
         .walk_s = *minutes * 60,
         .last_s = *leaves,
         .opening = opening,
         .assumed = row[basis] != "published"});
  }

  void road(const Row& row) {
    enum : std::size_t { code, section, a, b, km, speed, since, plan, project, stages };
    const auto opening = dated(row, since, plan, stages);
    if (!opening) return;
    const auto from = circle_.place(row[a]), to = circle_.place(row[b]);
    if (!from) return fault("foreign_key_violation", "a", row, row[a], "is no place of places.csv");
    if (!to) return fault("foreign_key_violation", "b", row, row[b], "is no place of places.csv");
    const auto length = number(row[km], 0.001, 10'000.0);
    if (!length) return fault("invalid_float", "km", row, row[km], "is no length in kilometres");
    const auto kmh = number(row[speed], 1, 400);
    if (!kmh) return fault("invalid_integer", "speed_kmh", row, row[speed], "is no 1 to 400");
    const auto [known, fresh] = circle_.openings.try_emplace(std::string{row[code]}, *opening);
    if (!fresh && known->second != *opening) {
      return fault("inconsistent_opening", "since", row, row[since],
                   "is another day than an earlier section of the same road has");
    }
    built_by(row[code], row[project]);
    circle_.roads.push_back({.code = std::string{row[code]},
                             .section = {.id = std::string{row[section]},
                                         .a = *from,
                                         .b = *to,
                                         .length_m = std::llround(*length * 1'000),
                                         .speed_kmh = *kmh}});
  }

  void scenario(const Row& row) {
    enum : std::size_t { id, name, english, code, change, value };
    using Kind = Scenario::Change::Kind;
    if (!circle_.openings.contains(row[code])) {
      return fault("foreign_key_violation", "line", row, row[code], "is neither line nor road");
    }
    Scenario::Change what{.code = std::string{row[code]}, .kind = Kind::without, .opens = {}};
    if (row[change] == "open") {
      const auto on = Date::parse(row[value]);
      if (!on) return fault("invalid_date", "value", row, row[value], "is no date like 2021-01-30");
      what.kind = Kind::open;
      what.opens = *on;
    } else if (row[change] == "shift") {
      const auto months = number(row[value], -600, 600);
      if (!months) return fault("invalid_integer", "value", row, row[value], "is no -600 to 600");
      what.kind = Kind::shift;
      what.months = *months;
    } else if (row[change] != "without") {
      return fault("unexpected_enum_value", "change", row, row[change],
                   "is none of open, shift, without");
    }
    auto of = std::ranges::find(circle_.scenarios, row[id], &Scenario::id);
    if (of == circle_.scenarios.end()) {
      circle_.scenarios.push_back(
          {.id = std::string{row[id]},
           .name = bilingual(std::string{row[english]}, std::string{row[name]}),
           .changes = {}});
      of = std::prev(circle_.scenarios.end());
    }
    of->changes.push_back(std::move(what));
  }

  const std::function<std::optional<std::string>(std::string_view)>& text_;
  Circle circle_;
  Notices notices_;
  std::string file_;
};

}  // namespace

CircleFile read_circle(
    const std::function<std::optional<std::string>(std::string_view name)>& text) {
  return Reader{text}.read();
}

}  // namespace bashu::network
