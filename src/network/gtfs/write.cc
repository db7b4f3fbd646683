#include "network/gtfs/write.h"

#include <csv.h>

#include <array>
#include <cstdio>
#include <set>

namespace bashu::network::gtfs {

namespace {

std::string quoted(const std::string& text) {
  std::string out(csv_write(nullptr, 0, text.data(), text.size()), '\0');
  csv_write(out.data(), out.size(), text.data(), text.size());
  return out;
}

std::string clock(Seconds at) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", at / 3'600, at / 60 % 60, at % 60);
  return text.data();
}

std::string degrees(std::int32_t e6) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.6f", e6 / 1e6);
  return text.data();
}

std::string compact(Date day) {
  std::string out = day.text();
  std::erase(out, '-');
  return out;
}

// Ids in order, each used once.
template <typename Thing>
std::vector<std::string> ids_of(const std::vector<Thing>& things) {
  std::vector<std::string> out;
  std::set<std::string> used;
  for (const Thing& thing : things) {
    std::string id = thing.id;
    while (id.empty() || !used.insert(id).second) {
      id = thing.id + "-" + std::to_string(out.size());
      if (used.contains(id)) id += "-again";
    }
    out.push_back(quoted(id));
  }
  return out;
}

class Writer {
 public:
  explicit Writer(const Schedule& schedule)
      : schedule_{schedule},
        stations_{ids_of(schedule.stations)},
        services_{ids_of(schedule.services)},
        trips_{ids_of(schedule.trips)} {}

  std::map<std::string, std::string> tables(const std::string& agency) {
    std::map<std::string, std::string> out;
    out["agency.txt"] = "agency_id,agency_name,agency_url,agency_timezone\n1," + quoted(agency) +
                        ",https://example.org,Asia/Shanghai\n";
    out["stops.txt"] = stops();
    out["routes.txt"] = routes();
    out["calendar_dates.txt"] = days();
    out["trips.txt"] = trips();
    out["stop_times.txt"] = stop_times();
    out["transfers.txt"] = transfers();
    if (std::string text = frequencies(); !text.empty()) out["frequencies.txt"] = std::move(text);
    return out;
  }

 private:
  [[nodiscard]] std::string stops() const {
    std::string out = "stop_id,stop_name,stop_lat,stop_lon\n";
    for (std::size_t s = 0; s < stations_.size(); ++s) {
      const Station& one = schedule_.stations[s];
      out += stations_[s] + ',' + quoted(one.name.empty() ? one.id : one.name) + ',' +
             degrees(one.lat_e6) + ',' + degrees(one.lon_e6) + '\n';
    }
    return out;
  }

  static std::string route_of(const Trip& trip) { return trip.line.empty() ? trip.id : trip.line; }
  [[nodiscard]] std::string routes() const {
    std::map<std::string, bool> rails;  // by name
    for (const Trip& trip : schedule_.trips) rails[route_of(trip)] |= trip.rail;
    std::string out = "route_id,agency_id,route_short_name,route_type\n";
    for (const auto& [name, rail] : rails) {
      out += quoted(name) + ",1," + quoted(name) + (rail ? ",2\n" : ",3\n");
    }
    return out;
  }

  [[nodiscard]] std::string days() const {
    std::string out = "service_id,date,exception_type\n";
    for (std::size_t s = 0; s < services_.size(); ++s) {
      const Service& service = schedule_.services[s];
      for (std::size_t n = 0; n < service.runs.size(); ++n) {
        if (!service.runs[n]) continue;
        out += services_[s] + ',' + compact(service.first.plus_days(static_cast<std::int64_t>(n))) +
               ",1\n";
      }
    }
    return out;
  }

  [[nodiscard]] std::string trips() const {
    std::string out = "route_id,service_id,trip_id\n";
    for (std::size_t t = 0; t < trips_.size(); ++t) {
      const Trip& trip = schedule_.trips[t];
      out += quoted(route_of(trip)) + ',' + services_[trip.service] + ',' + trips_[t] + '\n';
    }
    return out;
  }

  [[nodiscard]] std::string stop_times() const {
    std::string out =
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n";
    for (std::size_t t = 0; t < trips_.size(); ++t) {
      const auto& calls = schedule_.trips[t].calls;
      for (std::size_t c = 0; c < calls.size(); ++c) {
        out += trips_[t] + ',' + clock(calls[c].arrives_s) + ',' + clock(calls[c].departs_s) + ',' +
               stations_[calls[c].station] + ',' + std::to_string(c + 1) +
               (calls[c].boards ? ",0" : ",1") + (calls[c].alights ? ",0\n" : ",1\n");
      }
    }
    return out;
  }

  [[nodiscard]] std::string frequencies() const {
    std::string out;
    for (std::size_t t = 0; t < trips_.size(); ++t) {
      const auto& every = schedule_.trips[t].headway;
      if (!every) continue;
      out += trips_[t] + ',' + clock(every->first_s) + ',' + clock(every->end_s) + ',' +
             std::to_string(every->headway_s) + (every->phased ? ",1\n" : ",0\n");
    }
    return out.empty() ? out : "trip_id,start_time,end_time,headway_secs,exact_times\n" + out;
  }

  [[nodiscard]] std::string transfers() const {
    std::string out = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n";
    const auto add = [&](std::size_t from, std::size_t to, Seconds takes) {
      out += stations_[from] + ',' + stations_[to] + ",2," + std::to_string(takes) + '\n';
    };
    for (std::size_t s = 0; s < stations_.size(); ++s) add(s, s, schedule_.stations[s].change_s);
    for (const Walk& walk : schedule_.walks) {
      if (walk.from != walk.to) add(walk.from, walk.to, walk.walk_s);
    }
    return out;
  }

  const Schedule& schedule_;
  std::vector<std::string> stations_, services_, trips_;  // ids as they are written
};

}  // namespace

std::map<std::string, std::string> tables(const Schedule& schedule, const std::string& agency) {
  return Writer{schedule}.tables(agency);
}

}  // namespace bashu::network::gtfs
