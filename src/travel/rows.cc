#include "travel/rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace bashu::travel {

namespace {

constexpr network::Seconds kMinute = 60, kMinutesMax = 2 * 24 * 60;

class Writer {
 public:
  Writer(const Listed& listed, const Told& told) : listed_{listed}, told_{told} {
    for (const network::Station& station : listed.trains.stations) ++called_[station.name];
  }

  Rows write() {
    for (network::StationIndex s = 0; s < listed_.trains.stations.size(); ++s) {
      if (own(s)) out_.stations.push_back(station(s));
    }
    std::map<std::string, Value> trains;  // in order of numbers
    for (const network::Trip& trip : listed_.trains.trips) {
      const auto own_call = [&](const network::Call& call) { return own(call.station); };
      if (!listed_.trains.services[trip.service].on(listed_.day)) continue;
      if (std::ranges::none_of(trip.calls, own_call)) continue;
      if (trip.headway || trip.calls.back().departs_s >= kMinutesMax * kMinute) {
        ++out_.left_out;
      } else {
        trains.insert_or_assign(trip.id, train(trip));
      }
    }
    for (auto& [number, row] : trains) out_.trains.push_back(std::move(row));
    Value::Record edition = begun("transport/timetables");
    edition["valid_from"] = told_.valid_from.text();
    edition["trains"] = static_cast<std::int64_t>(trains.size());
    out_.trains.emplace_back(std::move(edition));
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool own(network::StationIndex s) const {
    return std::ranges::any_of(told_.divisions, [&](const std::string& begins) {
      return listed_.divisions[s].starts_with(begins);
    });
  }
  // One of several that are called the same is told by its id too.
  [[nodiscard]] std::string name(network::StationIndex s) const {
    const network::Station& station = listed_.trains.stations[s];
    if (station.name.empty()) return station.id;
    return called_.at(station.name) > 1 ? station.name + " (" + station.id + ")" : station.name;
  }
  [[nodiscard]] Value::Record begun(const char* feed) const {
    return {{"to", feed}, {"source", told_.source}, {"side", told_.side}};
  }
  [[nodiscard]] Value station(network::StationIndex s) const {
    const network::Station& station = listed_.trains.stations[s];
    Value::Record out = begun("transport/stations");
    out["station"] = name(s);
    if (called_.at(station.name) == 1 && station.id != station.name) out["english"] = station.id;
    out["division"] = listed_.divisions[s];
    out["east"] = std::int64_t{station.lon_e6};
    out["north"] = std::int64_t{station.lat_e6};
    if (listed_.since[s]) out["opened_on"] = listed_.since[s]->text();
    return out;
  }
  // Whole minutes, as station pages have them: of a second within one that minute.
  [[nodiscard]] Value train(const network::Trip& trip) const {
    Value::List calls;
    for (std::size_t i = 0; i < trip.calls.size(); ++i) {
      const network::Call& call = trip.calls[i];
      const bool alights = call.alights && i > 0;
      const bool boards = call.boards && i + 1 < trip.calls.size();
      if (!alights && !boards) continue;  // it stops for nobody
      Value::Record one{{"station", name(call.station)}};
      if (alights) one["arrives"] = std::int64_t{call.arrives_s / kMinute};
      if (boards) one["departs"] = std::int64_t{call.departs_s / kMinute};
      calls.emplace_back(std::move(one));
    }
    if (calls.size() == 1) calls.clear();
    Value::Record out = begun("transport/trains");
    out["valid_from"] = told_.valid_from.text();
    out["number"] = trip.id;
    out["calls"] = std::move(calls);
    return out;
  }

  const Listed& listed_;
  const Told& told_;
  std::map<std::string, int, std::less<>> called_;
  Rows out_;
};

}  // namespace

Rows rows_of(const Listed& listed, const Told& told) { return Writer{listed, told}.write(); }

std::vector<std::string> nearest_counties(const network::Schedule& trains,
                                          const std::vector<network::Place>& counties) {
  std::vector<std::string> out;
  for (const network::Station& station : trains.stations) {
    const double narrow = std::cos(station.lat_e6 / 1e6 * std::numbers::pi / 180);
    const auto away = [&](const network::Place& place) {
      return std::hypot((place.lon_e6 - station.lon_e6) * narrow, place.lat_e6 - station.lat_e6);
    };
    const auto nearest = std::ranges::min_element(counties, {}, away);
    out.push_back(nearest == counties.end() ? std::string{} : nearest->code);
  }
  return out;
}

}  // namespace bashu::travel
