// A time of day as timetables write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "network/timetable.h"

namespace bashu::network {

// `08:30`; on a later day `00:40 +1`.
[[nodiscard]] std::string clock(Seconds at);
// Of `08:30`, to 47:59; nullopt: it is none.
[[nodiscard]] std::optional<Seconds> time_of_day(std::string_view text);

}  // namespace bashu::network
