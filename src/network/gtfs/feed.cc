#include "network/gtfs/feed.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "network/table.h"

namespace bashu::network::gtfs {

namespace {

constexpr Seconds kUnset = -1;
constexpr int kDaysMax = 3'660;  // of one service

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using Index = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;

// By route_type: trams, metros, railways, funiculars and monorails, in the basic list and in the
// hundreds of the extended one. Buses, ferries, lifts and flights run on none.
bool on_rails(std::string_view type) {
  constexpr std::array<std::string_view, 7> kBasic{"", "0", "1", "2", "5", "7", "12"};
  constexpr std::array<std::string_view, 4> kHundreds{"1", "4", "9", "14"};
  if (type.size() < 3) return std::ranges::find(kBasic, type) != kBasic.end();
  type.remove_suffix(2);
  return std::ranges::find(kHundreds, type) != kHundreds.end();
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int32_t> degrees_e6(std::string_view text, double most) {
  const auto value = number<double>(text);
  if (!value || !std::isfinite(*value) || std::abs(*value) > most) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(*value * 1e6));
}

// `20260302`
std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 8) return std::nullopt;
  const auto year = number<int>(text.substr(0, 4)), month = number<int>(text.substr(4, 2)),
             day = number<int>(text.substr(6, 2));
  if (!year || !month || !day) return std::nullopt;
  return Date::from_civil(*year, *month, *day);
}

struct StopTime {
  std::uint32_t trip = 0, sequence = 0;
  StationIndex station = 0;
  Seconds arrives_s = kUnset, departs_s = kUnset;
  bool boards = true, alights = true;
};

}  // namespace

std::optional<Seconds> parse_time(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon > 3 || text.size() != colon + 6 || text[colon + 3] != ':') {
    return std::nullopt;
  }
  const auto hours = number<unsigned>(text.substr(0, colon)),
             minutes = number<unsigned>(text.substr(colon + 1, 2)),
             seconds = number<unsigned>(text.substr(colon + 4));
  if (!hours || !minutes || !seconds || *hours > 167 || *minutes > 59 || *seconds > 59) {
    return std::nullopt;
  }
  return static_cast<Seconds>(*hours * 3'600 + *minutes * 60 + *seconds);
}

struct Reader::State {
  Options options;
  Schedule schedule;
  std::vector<std::string> parent_ids;  // by station
  Index stops, services, trips, routes;
  std::vector<std::string> lines;    // by route: its short or long name
  std::vector<bool> rails;           // by route: whether it runs on rails
  std::vector<std::uint8_t> broken;  // by trip: a row of it was faulty
  std::vector<StopTime> times;
  std::vector<std::pair<std::uint32_t, Trip>> more_runs;  // of a trip in other parts of the day
  std::vector<Walk> walks;
  std::map<std::pair<StationIndex, StationIndex>, bool> forbidden;  // transfers of type 3
  Notices notices;
  std::map<std::string, bool, std::less<>> seen;
  std::string file;
  std::unique_ptr<Table> table;

  void tell(bool error, std::string code, std::string field, std::uint64_t line,
            std::string_view value, std::string what) {
    notices.tell({.error = error,
                  .code = std::move(code),
                  .file = file,
                  .field = std::move(field),
                  .line = line,
                  .value = std::string{value},
                  .what = std::move(what)});
  }
  void fault(std::string code, std::string field, const Row& row, std::string_view value,
             std::string what) {
    tell(true, std::move(code), std::move(field), row.line(), value, std::move(what));
  }

  // The number a name stands for; told and nullopt if there is none.
  std::optional<std::uint32_t> known(const Index& index, std::string field, const Row& row,
                                     std::string_view id) {
    const auto it = index.find(id);
    if (it != index.end()) return it->second;
    fault("foreign_key_violation", std::move(field), row, id, "names nothing in this feed");
    return std::nullopt;
  }
  std::uint32_t service(std::string_view id) {
    const auto [it, fresh] =
        services.try_emplace(std::string{id}, static_cast<std::uint32_t>(schedule.services.size()));
    if (fresh) schedule.services.push_back({.id = std::string{id}, .first = {}, .runs = {}});
    return it->second;
  }
  void set_day(Service& service, Date day, bool runs) {
    if (service.runs.empty()) service.first = day;
    if (day < service.first) {
      service.runs.insert(service.runs.begin(),
                          static_cast<std::size_t>(service.first.days() - day.days()), false);
      service.first = day;
    }
    const auto at = static_cast<std::size_t>(day.days() - service.first.days());
    if (at >= service.runs.size()) service.runs.resize(at + 1, false);
    service.runs[at] = runs;
  }

  // -- one function for each table
  void stop(const Row& row);
  void route(const Row& row);
  void calendar(const Row& row);
  void calendar_date(const Row& row);
  void trip(const Row& row);
  void stop_time(const Row& row);
  void frequency(const Row& row);
  void transfer(const Row& row);
  void pathway(const Row& row);

  // -- when everything has been read
  [[nodiscard]] bool make_trip(Trip& trip, std::span<StopTime> rows);
  void make_trips(Feed& feed);
  void make_walks(Feed& feed);
};

void Reader::State::stop(const Row& row) {
  enum : std::size_t { id, name, lat, lon, location_type, parent };
  if (row[id].empty()) return fault("missing_required_field", "stop_id", row, {}, "no id");
  const auto number = static_cast<std::uint32_t>(schedule.stations.size());
  if (!stops.try_emplace(std::string{row[id]}, number).second) {
    return fault("duplicate_key", "stop_id", row, row[id], "is there already");
  }
  Station station{
      .id = std::string{row[id]}, .name = std::string{row[name]}, .change_s = options.change_s};
  const bool node = row[location_type] == "3" || row[location_type] == "4";
  const auto y = degrees_e6(row[lat], 90), x = degrees_e6(row[lon], 180);
  if (!node && (!x || !y)) {
    fault("invalid_float", "stop_lat", row, row[lat], "a stop needs a latitude and a longitude");
  }
  station.lat_e6 = y.value_or(0);
  station.lon_e6 = x.value_or(0);
  schedule.stations.push_back(std::move(station));
  parent_ids.emplace_back(row[parent]);
}

void Reader::State::route(const Row& row) {
  enum : std::size_t { id, short_name, long_name, type };
  if (!routes.try_emplace(std::string{row[id]}, static_cast<std::uint32_t>(lines.size())).second) {
    return fault("duplicate_key", "route_id", row, row[id], "is there already");
  }
  lines.emplace_back(row[short_name].empty() ? row[long_name] : row[short_name]);
  rails.push_back(on_rails(row[type]));
}

void Reader::State::calendar(const Row& row) {
  enum : std::size_t { id, monday, start = 8, last };
  const auto first = parse_date(row[start]), end = parse_date(row[last]);
  if (!first) return fault("invalid_date", "start_date", row, row[start], "is no date");
  if (!end) return fault("invalid_date", "end_date", row, row[last], "is no date");
  if (*end < *first || end->days() - first->days() > kDaysMax) {
    return fault("start_and_end_range_out_of_order", "end_date", row, row[last],
                 "ends before it starts, or after ten years");
  }
  Service& one = schedule.services[service(row[id])];
  for (Date day = *first; day <= *end; day = day.plus_days(1)) {
    set_day(one, day, row[monday + static_cast<std::size_t>(day.weekday())] == "1");
  }
}

void Reader::State::calendar_date(const Row& row) {
  enum : std::size_t { id, date, exception };
  const auto day = parse_date(row[date]);
  if (!day) return fault("invalid_date", "date", row, row[date], "is no date");
  if (row[exception] != "1" && row[exception] != "2") {
    return fault("unexpected_enum_value", "exception_type", row, row[exception], "is 1 or 2");
  }
  Service& one = schedule.services[service(row[id])];
  if (!one.runs.empty() && std::abs(day->days() - one.first.days()) > kDaysMax) {
    return fault("number_out_of_range", "date", row, row[date], "is ten years from the others");
  }
  set_day(one, *day, row[exception] == "1");
}

void Reader::State::trip(const Row& row) {
  enum : std::size_t { id, route_id, service_id };
  if (row[id].empty()) return fault("missing_required_field", "trip_id", row, {}, "no id");
  const auto line = known(routes, "route_id", row, row[route_id]);
  const auto days = known(services, "service_id", row, row[service_id]);
  if (!line || !days) return;
  const auto number = static_cast<std::uint32_t>(schedule.trips.size());
  if (!trips.try_emplace(std::string{row[id]}, number).second) {
    return fault("duplicate_key", "trip_id", row, row[id], "is there already");
  }
  schedule.trips.push_back({.id = std::string{row[id]},
                            .line = lines[*line],
                            .service = *days,
                            .calls = {},
                            .headway = {},
                            .rail = rails[*line]});
  broken.push_back(0);
}

void Reader::State::stop_time(const Row& row) {
  enum : std::size_t { trip_id, stop_id, sequence, arrival, departure, pickup, drop_off };
  const auto of = known(trips, "trip_id", row, row[trip_id]);
  if (!of) return;
  const auto spoil = [&](std::string code, std::string field, std::string_view value,
                         std::string what) {
    broken[*of] = 1;
    fault(std::move(code), std::move(field), row, value, std::move(what));
  };
  if (row[stop_id].empty()) {
    return spoil("missing_required_field", "stop_id", {}, "calls at no stop (service on demand?)");
  }
  const auto at = known(stops, "stop_id", row, row[stop_id]);
  const auto place = number<std::uint32_t>(row[sequence]);
  if (!place) return spoil("invalid_integer", "stop_sequence", row[sequence], "is no number");
  if (!at) {
    broken[*of] = 1;
    return;
  }
  StopTime one{.trip = *of, .sequence = *place, .station = *at};
  for (const auto& [column, into] :
       {std::pair{arrival, &one.arrives_s}, std::pair{departure, &one.departs_s}}) {
    if (row[column].empty()) continue;
    const auto time = parse_time(row[column]);
    if (!time) {
      return spoil("invalid_time", column == arrival ? "arrival_time" : "departure_time",
                   row[column], "is no time HH:MM:SS");
    }
    *into = *time;
  }
  if (one.arrives_s == kUnset) one.arrives_s = one.departs_s;
  if (one.departs_s == kUnset) one.departs_s = one.arrives_s;
  one.boards = row[pickup] != "1";
  one.alights = row[drop_off] != "1";
  times.push_back(one);
}

void Reader::State::frequency(const Row& row) {
  enum : std::size_t { trip_id, start, last, headway, exact };
  const auto of = known(trips, "trip_id", row, row[trip_id]);
  if (!of) return;
  const auto first = parse_time(row[start]), end = parse_time(row[last]);
  const auto every = number<Seconds>(row[headway]);
  if (!first) return fault("invalid_time", "start_time", row, row[start], "is no time");
  if (!end) return fault("invalid_time", "end_time", row, row[last], "is no time");
  if (!every || *every < 1) {
    return fault("number_out_of_range", "headway_secs", row, row[headway], "is at least 1");
  }
  const Trip::Headway runs{
      .first_s = *first, .end_s = *end, .headway_s = *every, .phased = row[exact] == "1"};
  Trip& trip = schedule.trips[*of];
  if (!trip.headway) {
    trip.headway = runs;
    return;
  }
  // Another stretch of the day: the same calls again.
  Trip more{
      .id = trip.id, .line = trip.line, .service = trip.service, .calls = {}, .headway = runs};
  more.id += "#" + std::to_string(row.line());
  more_runs.push_back({*of, std::move(more)});
}

void Reader::State::transfer(const Row& row) {
  enum : std::size_t { from_id, to_id, type, least };
  if (row[from_id].empty() || row[to_id].empty()) return;  // between trips or routes
  const auto from = known(stops, "from_stop_id", row, row[from_id]);
  const auto to = known(stops, "to_stop_id", row, row[to_id]);
  if (!from || !to) return;
  if (row[type] == "3") {
    forbidden[{*from, *to}] = true;
    return;
  }
  const auto seconds = row[least].empty() ? std::optional<Seconds>{options.platform_change_s}
                                          : number<Seconds>(row[least]);
  if (!seconds || *seconds < 0 || *seconds > kDay) {
    return fault("number_out_of_range", "min_transfer_time", row, row[least], "is 0 to 86,400");
  }
  const Seconds takes = std::max(*seconds, 1);
  if (*from == *to) {
    schedule.stations[*from].change_s = takes;
  } else {
    walks.push_back({.from = *from, .to = *to, .walk_s = takes});
  }
}

void Reader::State::pathway(const Row& row) {
  enum : std::size_t { from_id, to_id, both_ways, takes, length };
  const auto from = known(stops, "from_stop_id", row, row[from_id]);
  const auto to = known(stops, "to_stop_id", row, row[to_id]);
  if (!from || !to) return;
  auto seconds = number<Seconds>(row[takes]);
  if (!seconds) {
    // 4 km/h, where only a length is given.
    const auto metres = number<double>(row[length]);
    seconds = metres && *metres >= 0 && *metres < 100'000
                  ? static_cast<Seconds>(std::lround(*metres * 0.9))
                  : options.platform_change_s;
  }
  const Seconds walk = std::clamp(*seconds, 1, kDay);
  walks.push_back({.from = *from, .to = *to, .walk_s = walk});
  if (row[both_ways] == "1") walks.push_back({.from = *to, .to = *from, .walk_s = walk});
}

// Times between those that are given lie evenly between them, as the reference asks.
bool Reader::State::make_trip(Trip& trip, std::span<StopTime> rows) {
  if (rows.size() < 2 || rows.front().arrives_s == kUnset || rows.back().arrives_s == kUnset) {
    return false;
  }
  for (std::size_t i = 0; i + 1 < rows.size();) {
    std::size_t next = i + 1;
    while (rows[next].arrives_s == kUnset) ++next;
    const std::int64_t span = rows[next].arrives_s - rows[i].departs_s;
    for (std::size_t k = i + 1; k < next; ++k) {
      const auto part = static_cast<std::int64_t>(k - i),
                 whole = static_cast<std::int64_t>(next - i);
      rows[k].arrives_s = rows[k].departs_s =
          rows[i].departs_s + static_cast<Seconds>(span * part / whole);
    }
    i = next;
  }
  trip.calls.reserve(rows.size());
  for (const StopTime& row : rows) {
    if (row.departs_s < row.arrives_s) return false;
    if (!trip.calls.empty()) {
      const Seconds ride = row.arrives_s - trip.calls.back().departs_s;
      if (ride < 0 || ride > kRideMax) return false;
    }
    trip.calls.push_back({.station = row.station,
                          .arrives_s = row.arrives_s,
                          .departs_s = row.departs_s,
                          .boards = row.boards,
                          .alights = row.alights});
  }
  return true;
}

void Reader::State::make_trips(Feed& feed) {
  feed.stop_times = times.size();
  file = "stop_times.txt";
  std::ranges::stable_sort(
      times, {}, [](const StopTime& row) { return std::uint64_t{row.trip} << 32 | row.sequence; });
  for (std::size_t i = 0; i < times.size();) {
    std::size_t end = i + 1;
    bool twice = false;
    for (; end < times.size() && times[end].trip == times[i].trip; ++end) {
      twice |= times[end].sequence == times[end - 1].sequence;
    }
    const std::uint32_t of = times[i].trip;
    Trip& trip = schedule.trips[of];
    if (twice)
      tell(true, "duplicate_key", "stop_sequence", 0, trip.id, "one place twice in a trip");
    if (twice || broken[of] || !make_trip(trip, std::span{times}.subspan(i, end - i))) {
      if (!twice && !broken[of]) {
        tell(true, "stop_time_timepoint_without_times", "arrival_time", 0, trip.id,
             "a trip needs two calls, times at both ends, and never goes back in time");
      }
      trip.calls.clear();
    }
    i = end;
  }
  times = {};
  for (auto& [of, more] : more_runs) {
    more.calls = schedule.trips[of].calls;
    schedule.trips.push_back(std::move(more));
  }
  const auto empty = [](const Trip& trip) { return trip.calls.empty(); };
  feed.trips_left_out = static_cast<std::uint64_t>(std::ranges::count_if(schedule.trips, empty));
  std::erase_if(schedule.trips, empty);
}

void Reader::State::make_walks(Feed& feed) {
  file = "stops.txt";
  const auto n = static_cast<std::uint32_t>(schedule.stations.size());
  std::map<std::uint32_t, std::vector<StationIndex>> of;
  for (std::uint32_t s = 0; s < n; ++s) {
    feed.parents.push_back(s);
    if (parent_ids[s].empty()) continue;
    const auto parent = stops.find(parent_ids[s]);
    if (parent == stops.end()) {
      tell(true, "foreign_key_violation", "parent_station", 0, parent_ids[s], "names no stop");
      continue;
    }
    feed.parents[s] = parent->second;
    of[parent->second].push_back(s);
  }
  for (auto& [parent, platforms] : of) {
    platforms.push_back(parent);
    for (const StationIndex a : platforms) {
      for (const StationIndex b : platforms) {
        if (a != b) walks.push_back({.from = a, .to = b, .walk_s = options.platform_change_s});
      }
    }
  }
  schedule.walks = closed(n, walks, options.walk_limit_s);
  std::erase_if(schedule.walks,
                [&](const Walk& walk) { return forbidden.contains({walk.from, walk.to}); });
}

Reader::Reader(Options options) : state_{std::make_unique<State>()} { state_->options = options; }
Reader::Reader() : Reader{Options{}} {}
Reader::~Reader() = default;

void Reader::begin(std::string_view table) {
  using Take = void (State::*)(const Row&);
  struct Kind {
    std::string_view name;
    Take take;
    std::vector<std::string_view> columns;
  };
  static const std::vector<Kind> kKinds{
      {"stops.txt",
       &State::stop,
       {"stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"}},
      {"routes.txt",
       &State::route,
       {"route_id", "route_short_name", "route_long_name", "route_type"}},
      {"calendar.txt",
       &State::calendar,
       {"service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        "start_date", "end_date"}},
      {"calendar_dates.txt", &State::calendar_date, {"service_id", "date", "exception_type"}},
      {"trips.txt", &State::trip, {"trip_id", "route_id", "service_id"}},
      {"stop_times.txt",
       &State::stop_time,
       {"trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time", "pickup_type",
        "drop_off_type"}},
      {"frequencies.txt",
       &State::frequency,
       {"trip_id", "start_time", "end_time", "headway_secs", "exact_times"}},
      {"transfers.txt",
       &State::transfer,
       {"from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time"}},
      {"pathways.txt",
       &State::pathway,
       {"from_stop_id", "to_stop_id", "is_bidirectional", "traversal_time", "length"}}};
  const auto kind = std::ranges::find(kKinds, table, &Kind::name);
  BASHU_ASSERT(kind != kKinds.end());
  State* const state = state_.get();
  state->file = table;
  state->seen[state->file] = true;
  state->table = std::make_unique<Table>(
      kind->columns, [state, take = kind->take](const Row& row) { (state->*take)(row); },
      [state](std::uint64_t line, std::string what) {
        state->tell(true, "csv_parsing_failed", "", line, {}, std::move(what));
      });
}

void Reader::bytes(std::string_view piece) { state_->table->bytes(piece); }

void Reader::end() {
  state_->table->end();
  if (!state_->table->has(0) && state_->table->headed()) {
    state_->tell(true, "missing_required_column", "", 1, {}, "its first column has no such name");
  }
  state_->table.reset();
}

Feed Reader::finish() {
  State& state = *state_;
  Feed feed;
  for (const std::string_view table : {"stops.txt", "routes.txt", "trips.txt", "stop_times.txt"}) {
    if (state.seen.contains(table)) continue;
    state.file = table;
    state.tell(true, "missing_required_file", "", 0, {}, "every feed has it");
  }
  if (!state.seen.contains("calendar.txt") && !state.seen.contains("calendar_dates.txt")) {
    state.file = "calendar.txt";
    state.tell(true, "missing_calendar_and_calendar_date_files", "", 0, {},
               "neither calendar.txt nor calendar_dates.txt: no day on which anything runs");
  }
  const bool whole =
      !state.notices.any("missing_required_file") && !state.notices.any("missing_calendar");
  if (whole) {
    state.make_trips(feed);
    state.make_walks(feed);
    BASHU_ASSERT(!check(state.schedule));
    feed.schedule = std::move(state.schedule);
  }
  feed.notices = state.notices.take();
  return feed;
}

}  // namespace bashu::network::gtfs
