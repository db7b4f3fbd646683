// Earliest arrivals from one place to everywhere, exactly, by scanning a day's connections once
// (connection scan). What is skipped is decided on arrival *by vehicle*: with walks that may not be
// joined beyond a limit, a station reached on foot may still be worth reaching by train, since from
// a train one may walk on.
//
// A Scan keeps its buffers: one for each thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "network/timetable.h"

namespace bashu::network {

// A station from which one may set out, and when one stands there (after access by road or foot).
struct Start {
  StationIndex station = 0;
  Seconds at_s = 0;
};

class Scan {
 public:
  // The timetable must outlive it.
  explicit Scan(const Timetable& timetable);

  // By station; kNever: not reached by trains that depart before `until_s`. Valid until the next
  // call. Setting out needs no change; walking from a start does not either.
  std::span<const Seconds> earliest(std::span<const Start> from, Seconds until_s = kNever);
  std::span<const Seconds> earliest(StationIndex from, Seconds departs_s, Seconds until_s = kNever);

 private:
  struct Label {
    Seconds ready_s, vehicle_s, arrival_s;
  };
  void reset();
  void ride(Seconds first_s, Seconds until_s);
  void arrive(StationIndex station, Seconds at_s);

  const Timetable& timetable_;
  std::vector<Label> labels_;          // by station
  std::vector<std::uint8_t> boarded_;  // by trip
  std::vector<Seconds> arrivals_;
};

// Latest departures by which one still arrives at `to` by `arrives_s`; -1: none that leaves at or
// after `from_s`. `backwards` is the timetable reversed.
[[nodiscard]] std::vector<Seconds> latest_departures(Scan& backwards, StationIndex to,
                                                     Seconds arrives_s, Seconds from_s = 0);

// Departures every `step_s` from `first_s` to `last_s`, both included.
struct Window {
  Seconds first_s = 0, last_s = 0, step_s = 60;
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>((last_s - first_s) / step_s) + 1;
  }
};
// Over the departures of a window: how long the journey takes. Of an even number the lower median.
struct Spread {
  Seconds best_s = kNever, median_s = kNever, worst_s = kNever;
  friend bool operator==(const Spread&, const Spread&) = default;
};
// By station. `longest_s`: a journey that takes longer counts as none.
[[nodiscard]] std::vector<Spread> spreads(Scan& scan, StationIndex from, const Window& window,
                                          Seconds longest_s);

// Calls `work(source)` for each station, shared among `threads`; each source is worked on by
// one thread with a Scan of its own, so that results do not depend on how many there are.
void for_each_station(const Timetable& timetable, unsigned threads,
                      const std::function<void(Scan&, StationIndex)>& work);

}  // namespace bashu::network
