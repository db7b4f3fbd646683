// Journey times: one to all on 250,000 connections, all stations over a morning, a feed of ten
// million stop times, a national timetable, all pairs of counties; beside a plain Dijkstra over
// events in the same run.

#include <sys/resource.h>
#include <time.h>

#include <array>
#include <atomic>
#include <charconv>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <queue>
#include <random>
#include <thread>

#include "base/assert.h"
#include "bench/bench.h"
#include "network/circle_files.h"
#include "network/gtfs/feed.h"
#include "network/rail/list.h"
#include "network/scan.h"

namespace bashu::bench {

namespace {

using namespace network;

constexpr StationIndex kStations = 737;
constexpr int kTrips = 10'176, kCalls = 25;  // 244,224 connections, as a city and two railways have
constexpr Seconds kHorizon = 7'200;

// Lines that call at stations near each other and meet at others; a fixed seed.
Schedule city() {
  std::mt19937 chance{20'260'302};
  Schedule out;
  for (StationIndex s = 0; s < kStations; ++s) {
    out.stations.push_back({.id = std::to_string(s), .name = {}, .change_s = 60});
  }
  out.services = {
      {.id = "daily", .first = *Date::parse("2026-03-01"), .runs = std::vector<bool>(5, true)}};
  constexpr int kLines = 48;
  std::vector<std::vector<StationIndex>> lines(kLines);
  for (int line = 0; line < kLines; ++line) {
    for (int i = 0; i < kCalls; ++i) {
      const bool hub = i % 6 == 3;
      lines[static_cast<std::size_t>(line)].push_back(
          hub ? static_cast<StationIndex>(chance() % 40)
              : static_cast<StationIndex>(
                    (static_cast<std::uint32_t>(line) * 17 + static_cast<std::uint32_t>(i)) %
                    kStations));
    }
  }
  for (int trip = 0; trip < kTrips; ++trip) {
    const auto& line = lines[static_cast<std::size_t>(trip % kLines)];
    Trip one{.id = std::to_string(trip), .line = {}, .service = 0, .calls = {}};
    Seconds at = 5 * 3'600 + trip / kLines / 2 * 600 + static_cast<Seconds>(chance() % 300);
    const bool back = trip / kLines % 2 != 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      one.calls.push_back(
          {.station = line[back ? line.size() - 1 - i : i], .arrives_s = at, .departs_s = at + 20});
      at += 20 + 90 + static_cast<Seconds>(chance() % 60);
    }
    out.trips.push_back(std::move(one));
  }
  std::vector<Walk> walks;
  for (int i = 0; i < 300; ++i) {
    const auto a = static_cast<StationIndex>(chance() % kStations);
    const auto b = static_cast<StationIndex>(chance() % kStations);
    const auto walk = static_cast<Seconds>(120 + chance() % 600);
    walks.push_back({.from = a, .to = b, .walk_s = walk});
    walks.push_back({.from = b, .to = a, .walk_s = walk});
  }
  out.walks = closed(kStations, walks, 900);
  return out;
}

// Dijkstra over arrivals and departures as they come, without any idea of a timetable in order.
class Events {
 public:
  explicit Events(const Timetable& timetable)
      : t_{timetable}, leaving_(timetable.stations()), next_(timetable.connections.size(), kEnd) {
    std::vector<std::uint32_t> last(timetable.runs.size(), kEnd);
    for (std::uint32_t c = 0; c < timetable.connections.size(); ++c) {
      const Connection& one = timetable.connections[c];
      leaving_[one.from].push_back(c);
      if (last[one.trip] != kEnd) next_[last[one.trip]] = c;
      last[one.trip] = c;
    }
  }

  std::vector<Seconds> earliest(StationIndex from, Seconds departs_s, Seconds until_s) {
    seen_.assign(t_.connections.size(), 0);
    tried_.assign(t_.stations(), kNever);
    until_s_ = until_s;
    std::vector<Seconds> out(t_.stations(), kNever);
    out[from] = departs_s;
    open_.emplace(departs_s, from, kEnd);
    for (std::uint32_t p = t_.paths_from[from]; p < t_.paths_from[from + 1]; ++p) {
      const Seconds there = departs_s + t_.paths[p].walk_s;
      out[t_.paths[p].to] = std::min(out[t_.paths[p].to], there);
      open_.emplace(there, t_.paths[p].to, kEnd);
    }
    while (!open_.empty()) {
      const auto [at, station, by] = open_.top();
      open_.pop();
      if (by == kEnd) {
        ready(station, at);
      } else {
        arrived(station, at, by, out);
      }
    }
    return out;
  }

 private:
  static constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();
  using Event = std::tuple<Seconds, StationIndex, std::uint32_t>;

  void board(std::uint32_t c) {
    if (seen_[c] || t_.connections[c].departs_s >= until_s_) return;
    seen_[c] = 1;
    open_.emplace(t_.connections[c].arrives_s(), static_cast<StationIndex>(t_.connections[c].to),
                  c);
  }
  // What leaves before an earlier readiness was tried then.
  void ready(StationIndex station, Seconds at) {
    const auto& all = leaving_[station];
    const auto first = std::ranges::lower_bound(
        all, at, {}, [&](std::uint32_t c) { return t_.connections[c].departs_s; });
    for (auto it = first; it != all.end() && t_.connections[*it].departs_s < until_s_; ++it) {
      if (t_.connections[*it].departs_s >= tried_[station]) break;
      if (t_.connections[*it].boards) board(*it);
    }
    tried_[station] = std::min(tried_[station], at);
  }
  void arrived(StationIndex station, Seconds at, std::uint32_t by, std::vector<Seconds>& out) {
    if (next_[by] != kEnd) board(next_[by]);
    if (!t_.connections[by].alights) return;
    out[station] = std::min(out[station], at);
    open_.emplace(at + t_.change_s[station], station, kEnd);
    for (std::uint32_t p = t_.paths_from[station]; p < t_.paths_from[station + 1]; ++p) {
      const Seconds there = at + t_.paths[p].walk_s;
      out[t_.paths[p].to] = std::min(out[t_.paths[p].to], there);
      open_.emplace(there, t_.paths[p].to, kEnd);
    }
  }

  const Timetable& t_;
  std::vector<std::vector<std::uint32_t>> leaving_;  // by station, in order of departure
  std::vector<std::uint32_t> next_;                  // in the trip
  std::vector<char> seen_;
  std::vector<Seconds> tried_;
  Seconds until_s_ = kNever;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> open_;
};

// Of this thread or of the whole process: what other programs take does not count.
double cpu_s(clockid_t of) {
  timespec now{};
  ::clock_gettime(of, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

const char* verdict(bool met) { return met ? "met" : "MISSED"; }

bool one_to_all(std::ostream& out, const Timetable& timetable) {
  Scan scan{timetable};
  Events events{timetable};
  std::vector<double> scanned, plain;
  std::int64_t differences = 0, arrivals = 0;
  for (StationIndex from = 0; from < kStations; from += 3) {
    const Seconds departs = 7 * 3'600 + static_cast<Seconds>(from % 121) * 60;
    double begun = cpu_s(CLOCK_THREAD_CPUTIME_ID);
    const auto got = scan.earliest(from, departs, departs + kHorizon);
    scanned.push_back((cpu_s(CLOCK_THREAD_CPUTIME_ID) - begun) * 1e3);
    begun = cpu_s(CLOCK_THREAD_CPUTIME_ID);
    const auto expected = events.earliest(from, departs, departs + kHorizon);
    plain.push_back((cpu_s(CLOCK_THREAD_CPUTIME_ID) - begun) * 1e3);
    for (StationIndex s = 0; s < kStations; ++s) differences += got[s] != expected[s];
    arrivals += kStations;
  }
  constexpr double kGoalMs = 0.15;
  const double own = median(scanned), other = median(plain);
  out << "  result    one to all, two hours, processor time, " << timetable.connections.size()
      << " connections: " << own << " ms, goal " << kGoalMs << ' ' << verdict(own <= kGoalMs)
      << "; Dijkstra over events " << other << " ms, " << other / own << " times slower; "
      << differences << " of " << arrivals << " arrivals differ\n";
  return own <= kGoalMs && differences == 0;
}

bool all_stations(std::ostream& out, const Timetable& timetable) {
  const Window window{.first_s = 7 * 3'600, .last_s = 9 * 3'600};
  std::atomic<std::int64_t> reached = 0;
  const auto begun = Steady::now();
  const double cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID);
  for_each_station(timetable, 2, [&](Scan& scan, StationIndex from) {
    std::int64_t n = 0;
    for (const Spread& spread : spreads(scan, from, window, kHorizon)) n += spread.best_s != kNever;
    reached += n;
  });
  const double spent = cpu_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  const double took = seconds_since(begun);
  constexpr double kGoalS = 10;
  out << "  result    " << kStations << " stations x " << window.size()
      << " departures, 2 threads: " << took << " s, goal " << kGoalS << ' '
      << verdict(took <= kGoalS) << ", processor time " << spent << " s" << "; " << reached
      << " pairs\n";
  return took <= kGoalS;
}

double peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1'024;
}

void two_digits(std::string& out, int value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

// The text is made while it is read, in pieces, as a file would come.
bool large_feed(std::ostream& out) {
  constexpr int kFeedTrips = 400'000, kFeedStops = 20'000;
  gtfs::Reader reader;
  const auto table = [&](std::string_view name, const std::string& text) {
    reader.begin(name);
    reader.bytes(text);
    reader.end();
  };
  std::string text = "stop_id,stop_name,stop_lat,stop_lon\n";
  for (int s = 0; s < kFeedStops; ++s) text += "S" + std::to_string(s) + ",Stop,30.1,104.2\n";
  const auto begun = Steady::now();
  const double cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID);
  table("stops.txt", text);
  table("routes.txt", "route_id,route_type\nR,3\n");
  table("calendar.txt",
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "D,1,1,1,1,1,1,1,20260101,20261231\n");
  text = "route_id,service_id,trip_id\n";
  for (int t = 0; t < kFeedTrips; ++t) text += "R,D,T" + std::to_string(t) + "\n";
  table("trips.txt", text);
  reader.begin("stop_times.txt");
  text = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n";
  for (int t = 0; t < kFeedTrips; ++t) {
    const std::string trip = "T" + std::to_string(t) + ",";
    for (int c = 0; c < kCalls; ++c) {
      const int minute = 300 + t % 900 + c * 2;
      std::string at;
      two_digits(at, minute / 60);
      at += ':';
      two_digits(at, minute % 60);
      at += ":00,";
      text += trip + at + at + "S" + std::to_string((t * 7 + c) % kFeedStops) + "," +
              std::to_string(c + 1) + "\n";
    }
    if (text.size() > 1 << 16) {
      reader.bytes(text);
      text.clear();
    }
  }
  reader.bytes(text);
  reader.end();
  const gtfs::Feed feed = reader.finish();
  const double spent = cpu_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  const double took = seconds_since(begun), peak = peak_mib();
  BASHU_ASSERT(feed.schedule && feed.stop_times == std::uint64_t{kFeedTrips} * kCalls);
  constexpr double kGoalS = 15, kGoalMib = 2'048;
  out << "  result    GTFS of " << feed.stop_times << " stop times, text made meanwhile: " << took
      << " s, goal " << kGoalS << ' ' << verdict(took <= kGoalS) << ", processor time " << spent
      << " s" << "; peak of the process " << peak << " MiB, goal " << kGoalMib << ' '
      << verdict(peak <= kGoalMib) << "\n";
  return took <= kGoalS && peak <= kGoalMib;
}

bool national(std::ostream& out) {
  constexpr int kTrains = 10'000, kPlaces = 2'800, kHalts = 12;
  std::string stations = "station,division,lon,lat\n", calls = "number,station,arrives,departs\n";
  for (int s = 0; s < kPlaces; ++s) stations += "S" + std::to_string(s) + ",510104,104.1,30.6\n";
  for (int t = 0; t < kTrains; ++t) {
    for (int c = 0; c < kHalts; ++c) {
      const int arrives = (t * 7 + c * 25) % 1'440, departs = (arrives + 2) % 1'440;
      calls += "G" + std::to_string(t) + ",S" + std::to_string((t * 13 + c * 3) % kPlaces) + ",";
      for (const int minute : {arrives, departs}) {
        const bool end = (minute == arrives && c == 0) || (minute == departs && c == kHalts - 1);
        if (!end) {
          two_digits(calls, minute / 60);
          calls += ':';
          two_digits(calls, minute % 60);
        }
        calls += minute == arrives ? ',' : '\n';
      }
    }
  }
  const Date day = *Date::parse("2026-03-02");
  const auto begun = Steady::now();
  rail::Reader reader{{.first = day.plus_days(-1), .last = day.plus_days(2)}};
  reader.stations("stations.csv", stations);
  reader.calls("calls.csv", calls);
  const rail::List list = reader.finish();
  const Timetable timetable = on_day(list.schedule, day);
  const double took = seconds_since(begun);
  BASHU_ASSERT(list.schedule.trips.size() == kTrains);
  constexpr double kGoalS = 2;
  out << "  result    railway of " << kTrains << " trains read and made a day of "
      << timetable.connections.size() << " connections (three days): " << took << " s, goal "
      << kGoalS << ' ' << verdict(took <= kGoalS) << "\n";
  return took <= kGoalS;
}

// The reference circle, from the working directory.
bool county_pairs(std::ostream& out) {
  const std::string folder = "circles/chengdu-chongqing/network/";
  const CircleFile file = read_circle([&](std::string_view name) -> std::optional<std::string> {
    std::ifstream in{folder + std::string{name}};
    if (!in) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  });
  if (file.circle.places.empty()) {
    out << "  result    " << folder << " is not here: county pairs not measured\n";
    return false;
  }
  const Window window{.first_s = 6 * 3'600, .last_s = 22 * 3'600, .step_s = 600};
  auto begun = Steady::now();
  const Standing standing =
      standing_on(file.circle, file.circle.openings, *Date::parse("2028-01-01"));
  const double made = seconds_since(begun) * 1e3;
  begun = Steady::now();
  (void)minutes_from(standing, file.circle.cores().front(), window);
  const double one = seconds_since(begun) * 1e3;
  begun = Steady::now();
  const Times times = times_between(standing, window, 2);
  const double took = seconds_since(begun);
  constexpr double kGoalS = 5;
  out << "  result    " << times.places << " counties, all pairs, " << window.size()
      << " departures x " << standing.timetables.size() << " draws, 2 threads: " << took
      << " s, goal " << kGoalS << ' ' << verdict(took <= kGoalS) << "; a network of a day " << made
      << " ms, from one core " << one << " ms\n";
  return took <= kGoalS;
}

}  // namespace

bool network(std::ostream& out) {
  const Folder folder;
  print_setup(out, "network", folder.path());
  out << std::fixed << std::setprecision(3);
  const Timetable timetable = on_day(city(), *Date::parse("2026-03-02"), 0);
  bool met = one_to_all(out, timetable);
  met = all_stations(out, timetable) && met;
  met = national(out) && met;
  met = county_pairs(out) && met;
  return large_feed(out) && met;
}

}  // namespace bashu::bench
