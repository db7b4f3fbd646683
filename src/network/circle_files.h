// A circle's network as CSV files in one folder:
//
//     stations.csv   as rail/list.h
//     calls.csv      as rail/list.h
//     timetable.csv  of: the day whose trains are held to run every day
//     places.csv     code, name, english, lon, lat, population, core (yes), basis (shared: assumed)
//     lines.csv      line, name, english, since, first, last (HH:MM), headway_min, plan, project,
//                    approved, building, trial, closed
//     stops.csv      line, station, minutes (since the first stop), in order
//     roads.csv      road, section, a, b (places), km, speed_kmh, since, plan, project, approved,
//                    building, trial, closed
//     buses.csv      line, name, english, station, towards, towards_english, walk_min, last (HH:MM:
//                    the last bus from that station), since, closed, basis (published; else
//                    assumed)
//     scenarios.csv  scenario, name, english (in its first row), line, change, value:
//                    open DATE, shift MONTHS, without
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/circle.h"
#include "network/notice.h"

namespace bashu::network {

struct CircleFile {
  Circle circle;
  std::vector<Notice> notices;  // errors first; what a faulty row tells is left out
};
// `text(name)`: of a file, nullopt if there is none. A missing file is a table without rows.
[[nodiscard]] CircleFile read_circle(
    const std::function<std::optional<std::string>(std::string_view name)>& text);

}  // namespace bashu::network
