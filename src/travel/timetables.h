// Stations and timetables as both sides keep them, and the circle of a day made from them.
//
//     transport/station     each kept by the side it lies in; goes before one of the folder
//     transport/timetable   an edition of a side: its first day, how many trains it has
//     transport/train       a train of an edition: where it calls and when
//
// Of a side that edition is in force which began last; before the first of any side, each one's
// first. One of which trains are missing is not there yet. A train runs as the newest edition of
// those sides says in which it calls; of equally new ones that of the side in which it begins. A
// newer edition that tells a train no more ends it, for the sides in which it calls. Once there is
// an edition, trains of the folder run no more. A side is who keeps the record: nobody tells a
// timetable for another.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/circle.h"
#include "views/session.h"

namespace bashu::travel {

struct TrainCall {
  std::string station;
  std::optional<int> arrives_min, departs_min;  // after midnight of the day on which it begins
  friend bool operator==(const TrainCall&, const TrainCall&) = default;
};
using Calls = std::vector<TrainCall>;  // in order; empty: it does not run

struct Edition {
  Date valid_from;
  std::map<std::string, Calls, std::less<>> trains;  // by number
  std::string key;                                   // of its record
  std::uint64_t position = 0;                        // of the entry that wrote it
};
struct StationTold {
  std::string side;
  std::string english, division;
  std::int32_t east_e6 = 0, north_e6 = 0;
  std::optional<Date> opened, closed;
};

struct Timetables {
  std::map<std::string, StationTold, std::less<>> stations;           // by name
  std::map<std::string, std::vector<Edition>, std::less<>> editions;  // by side, oldest first
};
[[nodiscard]] Timetables read_timetables(views::Session& session);

// Of a side; nullptr: none is.
[[nodiscard]] const Edition* in_force(const Timetables& told, std::string_view side, Date day);

// A train on which a side's word is not what counts; nullptr: it does not run.
struct TrainDiffers {
  std::string number;
  const Calls* counts = nullptr;
  const Calls* they_say = nullptr;
};
// In order of numbers.
[[nodiscard]] std::vector<TrainDiffers> differing(const Timetables& told, Date day,
                                                  std::string_view side);

// The circle of the folder with the stations and trains of a day; `by`: by the word of that side,
// where it has one. Calls at stations that are closed that day are left out, and so are trains that
// call where no station is known.
[[nodiscard]] network::Circle circle_on(const network::Circle& folder, const Timetables& told,
                                        Date day, std::string_view by = {});

}  // namespace bashu::travel
