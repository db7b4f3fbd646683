// A schedule as GTFS tables, for anybody's router. Days are written one by one, walks and changes
// as transfers; reading them again gives the same journeys.
#pragma once

#include <map>
#include <string>

#include "network/timetable.h"

namespace bashu::network::gtfs {

// File names and their text. `agency` names who publishes. Stations and trips get ids of their own
// where one id is used twice.
[[nodiscard]] std::map<std::string, std::string> tables(const Schedule& schedule,
                                                        const std::string& agency);

}  // namespace bashu::network::gtfs
