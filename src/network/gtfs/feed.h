// A timetable as GTFS Schedule (the reference of 2024), read table by table in pieces.
//
//     for each name of kTables that the feed has: begin(name), bytes(...) ..., end()
//     finish() ─► Schedule, and what was found wrong: with file, line and field
//
// A faulty row is left out and told; a trip that needs it is left out too. A feed that cannot be
// read at all (no stops, no days) tells why and gives no schedule. Memory: about 40 bytes a stop
// time while it is read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/notice.h"
#include "network/timetable.h"

namespace bashu::network::gtfs {

// In the order in which they are read.
inline constexpr std::array<std::string_view, 9> kTables{
    "stops.txt",      "routes.txt",      "calendar.txt",  "calendar_dates.txt", "trips.txt",
    "stop_times.txt", "frequencies.txt", "transfers.txt", "pathways.txt"};

struct Options {
  Seconds platform_change_s = 120;  // between stops of one station, where nothing else is said
  Seconds change_s = 60;            // at one stop
  Seconds walk_limit_s = 900;       // walks are joined up to here
};

struct Feed {
  std::optional<Schedule> schedule;
  std::vector<std::uint32_t> parents;  // by station: the one it belongs to, or itself
  std::vector<Notice> notices;         // errors first
  std::uint64_t stop_times = 0, trips_left_out = 0;
};

class Reader {
 public:
  explicit Reader(Options options);
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void begin(std::string_view table);
  void bytes(std::string_view piece);
  void end();
  [[nodiscard]] Feed finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// `25:10:00` and ` 7:05:30`; nullopt: no time.
[[nodiscard]] std::optional<Seconds> parse_time(std::string_view text);

}  // namespace bashu::network::gtfs
