// Timetables on disk: a GTFS feed (.zip), or a folder with a railway's stations.csv and calls.csv.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "main/console.h"
#include "network/notice.h"
#include "network/timetable.h"

namespace bashu::cli {

struct NetworkFile {
  network::Schedule schedule;              // empty where the notices say why
  std::vector<std::string> divisions;      // by station: its county, of a railway's list
  std::vector<std::optional<Date>> since;  // by station: nobody calls there before; the same
  std::vector<network::Notice> notices;
  std::uint64_t trips_left_out = 0;
  bool readable = true;
};

// `on`: a day that the railway's list, which names none, is taken to be of.
[[nodiscard]] std::expected<NetworkFile, Fault> read_network(const std::filesystem::path& path,
                                                             Date on);

// By id or by name; nullopt, and told, if it is none. A name that several stations carry must be
// given as an id.
[[nodiscard]] std::optional<network::StationIndex> station(const Console& console,
                                                           const network::Schedule& schedule,
                                                           const std::string& name);

// A feed with these tables; the same bytes for the same schedule.
[[nodiscard]] std::expected<void, Fault> write_gtfs(const network::Schedule& schedule,
                                                    const std::filesystem::path& path);

}  // namespace bashu::cli
