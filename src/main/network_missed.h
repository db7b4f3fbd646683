// bashu network missed: trains that arrive after the last bus of a feeder line has left.
#pragma once

#include <string>
#include <vector>

#include "main/console.h"

namespace bashu::cli {

struct NetworkMissed {
  std::string path, on;               // a GTFS feed, or a circle's network; a day
  std::vector<std::string> feeders;   // lines; empty: every bus
  std::string format = "table", out;  // table, csv
};
Exit network_missed(const Console& console, const NetworkMissed& what);

}  // namespace bashu::cli
