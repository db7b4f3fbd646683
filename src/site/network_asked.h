// What a page of the network is asked: from where, on which day, in which scenario, on the network
// as it is on record.
#pragma once

#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/circle.h"
#include "site/ask.h"
#include "travel/record.h"

namespace bashu::site {

struct NetworkAsked {
  std::shared_ptr<const network::Circle> circle;  // with the trains of that day
  std::uint32_t from = 0;                         // a place; the first core unless another is named
  Date day;
  std::optional<network::Scenario> scenario{};
  travel::OnRecord record;    // as planned
  network::Openings changed;  // and in the scenario
};
// nullopt: there is no such place, day or scenario, or no network.
[[nodiscard]] std::expected<std::optional<NetworkAsked>, Fault> network_asked(const Ask& ask);

// The query that asks the same of another place, day or scenario.
[[nodiscard]] Query query_of(const NetworkAsked& what, const network::Place& from, Date day,
                             const std::optional<network::Scenario>& scenario);
// Where the journeys from there to a place are shown.
[[nodiscard]] std::string journey_to(Ask& ask, const NetworkAsked& what, std::uint32_t place);

// The section SOURCE for each record that a line, road or scenario follows.
void fill_sources(Ask& ask, const travel::Sources& known, const std::string& code, Slots slots);
// The section LINE for each line and road, or for those of one status: what it is, each half of it
// by its own side, since when, and the records that say so.
void fill_lines(Ask& ask, const NetworkAsked& what, Slots slots,
                std::optional<network::Status> only = {});
[[nodiscard]] std::string status_said(const Ask& ask, network::Status status);
// What each side says of its half of what crosses the border; empty for all else.
[[nodiscard]] std::string halves_said(const Ask& ask, const NetworkAsked& what,
                                      const std::string& code);

// The section FILE for each way to take the page along: `path`/data.csv and the like.
void fill_files(Ask& ask, const std::vector<std::string>& path,
                std::initializer_list<const char*> kinds, const Query& query, Slots slots);

// In whole minutes, or that there is no way.
[[nodiscard]] std::string minutes_said(const Ask& ask, network::Seconds takes);

}  // namespace bashu::site
