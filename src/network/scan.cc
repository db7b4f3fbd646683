#include "network/scan.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace bashu::network {

Scan::Scan(const Timetable& timetable)
    : timetable_{timetable},
      labels_(timetable.stations()),
      boarded_(timetable.runs.size()),
      arrivals_(timetable.stations()) {}

void Scan::reset() {
  std::ranges::fill(labels_, Label{.ready_s = kNever, .vehicle_s = kNever, .arrival_s = kNever});
  std::ranges::fill(boarded_, std::uint8_t{0});
}

void Scan::arrive(StationIndex station, Seconds at_s) {
  Label& here = labels_[station];
  here.vehicle_s = at_s;
  here.arrival_s = std::min(here.arrival_s, at_s);
  here.ready_s = std::min(here.ready_s, at_s + timetable_.change_s[station]);
  for (std::uint32_t p = timetable_.paths_from[station]; p < timetable_.paths_from[station + 1];
       ++p) {
    const Footpath& path = timetable_.paths[p];
    Label& there = labels_[path.to];
    const Seconds then = at_s + path.walk_s;
    there.ready_s = std::min(there.ready_s, then);
    there.arrival_s = std::min(there.arrival_s, then);
  }
}

void Scan::ride(Seconds first_s, Seconds until_s) {
  const auto& all = timetable_.connections;
  const auto first = std::ranges::lower_bound(
      all, first_s, {}, [](const Connection& connection) { return connection.departs_s; });
  for (auto it = first; it != all.end() && it->departs_s < until_s; ++it) {
    const Connection& connection = *it;
    if (!boarded_[connection.trip]) {
      if (labels_[connection.from].ready_s > connection.departs_s || !connection.boards) continue;
      boarded_[connection.trip] = 1;
    }
    const auto to = static_cast<StationIndex>(connection.to);
    const Seconds arrives = connection.arrives_s();
    if (arrives < labels_[to].vehicle_s && connection.alights) arrive(to, arrives);
  }
}

std::span<const Seconds> Scan::earliest(std::span<const Start> from, Seconds until_s) {
  reset();
  Seconds first = kNever;
  for (const Start& start : from) {
    first = std::min(first, start.at_s);
    const auto set_out = [&](StationIndex station, Seconds at) {
      labels_[station].ready_s = std::min(labels_[station].ready_s, at);
      labels_[station].arrival_s = std::min(labels_[station].arrival_s, at);
    };
    set_out(start.station, start.at_s);
    for (std::uint32_t p = timetable_.paths_from[start.station];
         p < timetable_.paths_from[start.station + 1]; ++p) {
      set_out(timetable_.paths[p].to, start.at_s + timetable_.paths[p].walk_s);
    }
  }
  ride(first, until_s);
  std::ranges::transform(labels_, arrivals_.begin(), &Label::arrival_s);
  return arrivals_;
}

std::span<const Seconds> Scan::earliest(StationIndex from, Seconds departs_s, Seconds until_s) {
  const Start start{.station = from, .at_s = departs_s};
  return earliest(std::span{&start, 1}, until_s);
}

std::vector<Seconds> latest_departures(Scan& backwards, StationIndex to, Seconds arrives_s,
                                       Seconds from_s) {
  std::vector<Seconds> out;
  for (const Seconds mirrored : backwards.earliest(to, kMirror - arrives_s)) {
    const Seconds departs = mirrored == kNever ? -1 : kMirror - mirrored;
    out.push_back(departs < from_s ? -1 : departs);
  }
  return out;
}

std::vector<Spread> spreads(Scan& scan, StationIndex from, const Window& window,
                            Seconds longest_s) {
  const std::size_t samples = window.size();
  std::vector<Seconds> taken;  // by departure, then by station
  std::size_t stations = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const Seconds departs = window.first_s + static_cast<Seconds>(i) * window.step_s;
    const auto arrivals = scan.earliest(from, departs, departs + longest_s);
    stations = arrivals.size();
    for (const Seconds arrival : arrivals) {
      const Seconds took = arrival == kNever ? kNever : arrival - departs;
      taken.push_back(took > longest_s ? kNever : took);
    }
  }
  std::vector<Spread> out(stations);
  std::vector<Seconds> column(samples);
  for (std::size_t s = 0; s < stations; ++s) {
    for (std::size_t i = 0; i < samples; ++i) column[i] = taken[i * stations + s];
    const auto middle = column.begin() + static_cast<std::ptrdiff_t>((samples - 1) / 2);
    std::ranges::nth_element(column, middle);
    out[s] = {.best_s = *std::min_element(column.begin(), middle + 1),
              .median_s = *middle,
              .worst_s = *std::max_element(middle, column.end())};
  }
  return out;
}

void for_each_station(const Timetable& timetable, unsigned threads,
                      const std::function<void(Scan&, StationIndex)>& work) {
  std::atomic<StationIndex> next = 0;
  const auto run = [&] {
    Scan scan{timetable};
    while (true) {
      const StationIndex station = next++;
      if (station >= timetable.stations()) return;
      work(scan, station);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(run);
  run();
}

}  // namespace bashu::network
