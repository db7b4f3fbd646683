// bashu network rows: what a side tells of stations and trains, as rows for bashu import.
#pragma once

#include <string>
#include <vector>

#include "main/console.h"

namespace bashu::cli {

struct NetworkRows {
  std::string path, on;    // a GTFS feed, or a folder with stations.csv and calls.csv
  std::string valid_from;  // of the edition; empty: that day
  std::string party, source;
  std::vector<std::string> divisions;  // how codes of its counties begin
  std::string counties;                // a folder with places.csv, for stations without a county
  std::string out;                     // a folder
};
Exit network_rows(const Console& console, const NetworkRows& what);

}  // namespace bashu::cli
