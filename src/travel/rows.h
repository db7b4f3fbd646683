// Rows for the feeds of the transport pack, by which a side records its stations and an edition of
// its timetable: stations that lie in it, and every train of a day that calls at one of them,
// whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "network/circle.h"

namespace bashu::travel {

struct Told {
  std::string side, source;
  std::vector<std::string> divisions;  // how codes of counties of that side begin
  Date valid_from;
};
// What is told of, and where its stations lie.
struct Listed {
  network::Schedule trains;
  std::vector<std::string> divisions;      // by station
  std::vector<std::optional<Date>> since;  // the same
  Date day;                                // whose trains they are
};
struct Rows {
  Value::List stations, trains;  // each with the feed it is for; the edition is the last of trains
  std::size_t left_out = 0;      // lines without a timetable, and trains of more than two days
};
[[nodiscard]] Rows rows_of(const Listed& listed, const Told& told);

// The county of each station as the one whose middle is nearest.
[[nodiscard]] std::vector<std::string> nearest_counties(
    const network::Schedule& trains, const std::vector<network::Place>& counties);

}  // namespace bashu::travel
