// What the registers of a node tell of the lines and roads of a circle's network: since when
// traffic passes, and when it is to.
//
//     transport/corridor         opened_on, through_on, by side ─► since
//                                approved_on, started_on, trial_on, closed_on, by side, dropped_on
//                                ─► its other stages
//     major-projects/project     through_on, started_on         ─► since, building, if no corridor
//                                says so
//     major-projects/milestone   planned_on of the last one     ─► plan
//     transport/scenario         opens_on, months or neither    ─► what may come otherwise
//
// Stations and trains: timetables.h.
// Only public registers are read, as they stood at a position of the journal; a node that holds
// neither pack has the network of its folder.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "network/circle.h"
#include "travel/timetables.h"
#include "views/views.h"

namespace bashu::travel {

class Computed;

// A record that the opening of a line or road follows.
struct Source {
  std::string reg, key;        // `transport/corridor`, X16
  std::uint64_t position = 0;  // of the entry that wrote it last
  friend bool operator==(const Source&, const Source&) = default;
};
using Sources = std::map<std::string, std::vector<Source>, std::less<>>;
struct OnRecord {
  network::Openings openings;
  Sources sources;  // by line or road
  // Those of the folder, and those both sides keep, which go before one of the same id.
  std::vector<network::Scenario> scenarios;
  Sources scenario_sources;  // by id, if on record
  // As each side alone says it, where a line has dates of sides; the same where it has none.
  std::map<std::string, network::Openings, std::less<>> by_side;
  std::set<std::string, std::less<>> border;  // what has a half on each side
  std::shared_ptr<const Timetables> timetables{};

  [[nodiscard]] const network::Scenario* scenario(std::string_view id) const {
    return network::scenario_of(scenarios, id);
  }
};
// The network of a circle as it is on record at a position: lines and roads that are not open there
// open after `today`, whatever was planned.
[[nodiscard]] std::expected<OnRecord, Fault> on_record(Computed& computed, views::Views& views,
                                                       views::At at, Date today);

}  // namespace bashu::travel
