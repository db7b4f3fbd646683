// A national railway's timetable as station pages tell it: which train calls where and when, each
// call a row, in any order, with nothing said about midnight.
//
//     stations   station, division (GB/T 2260), lon, lat (degrees), english (optional; then the
//     id),
//                since (optional: nobody calls there before)
//     calls      number, station, arrives, departs (HH:MM; empty at an end)
//
// The order of a train's calls is that of the clock, from the call without an arrival on; without
// one, from after the longest time in which it calls nowhere. A train under way for more than 24 h
// cannot be told from such rows and is not.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "network/notice.h"
#include "network/timetable.h"

namespace bashu::network::rail {

inline constexpr Seconds kChange = 600;  // at every station

// Every train of a list runs on every day from `first` to `last`.
[[nodiscard]] Service daily(Date first, Date last);

struct Options {
  Date first, last;  // days on which every train runs
  Seconds change_s = kChange;
};

struct List {
  Schedule schedule;
  std::vector<std::string> divisions;      // by station
  std::vector<std::optional<Date>> since;  // the same
  std::vector<Notice> notices;
};

class Reader {
 public:
  explicit Reader(const Options& options);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Whole tables, stations first. `name` is shown in notices.
  void stations(std::string_view name, std::string_view text);
  void calls(std::string_view name, std::string_view text);
  [[nodiscard]] List finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bashu::network::rail
