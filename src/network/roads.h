// Roads between places: sections with a length and a speed, each open from a day on. A section over
// a border has two halves, each opened by its own side; it carries traffic once both are open, or
// from the day it was opened through, whichever is later.
//
// Pure; plain Dijkstra: an intercity graph has hundreds of sections, not millions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "network/timetable.h"

namespace bashu::network {

struct Section {
  std::string id;
  std::uint32_t a = 0, b = 0;  // places; both directions
  std::int64_t length_m = 0;
  std::int32_t speed_kmh = 0;  // at which it is driven, not the limit of its design
  // Days on which its parts opened, one for each side it lies on; empty where none is known yet.
  std::vector<std::optional<Date>> halves{};
  std::optional<Date> through_on{};  // of a crossing, if it opened later than both halves
  std::optional<Date> closed_on{};

  [[nodiscard]] bool open_on(Date day) const;
  // Rounded up to the next second. No length takes no time; the speed must be positive.
  [[nodiscard]] Seconds drive_s() const;
};

struct Roads {
  std::uint32_t places = 0;
  std::vector<Section> sections;
};

// Driving times from `from` on `day`, by place; kNever: no way.
[[nodiscard]] std::vector<Seconds> drive_times(const Roads& roads, std::uint32_t from, Date day);
// The sections of the quickest way, from the start on; empty if there is none.
[[nodiscard]] std::vector<std::uint32_t> drive(const Roads& roads, std::uint32_t from,
                                               std::uint32_t to, Date day);

}  // namespace bashu::network
