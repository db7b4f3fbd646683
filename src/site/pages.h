// The pages of the site. Each gives nullopt if there is no such page.
#pragma once

#include <string>

#include "site/ask.h"

namespace bashu::site {

// overview_page.cc
[[nodiscard]] Answered overview_page(Ask& ask);
// Every number of it beside what was published.
[[nodiscard]] Answered numbers_page(Ask& ask);

// figures_page.cc: the list of all figures.
[[nodiscard]] Answered figures_page(Ask& ask);

// figure_page.cc
[[nodiscard]] Answered figure_page(Ask& ask, const std::string& id);
// rows_page.cc: the records behind it.
[[nodiscard]] Answered rows_page(Ask& ask, const std::string& id);
// files.cc: `data.csv`, `data.xlsx`, `data.json`.
[[nodiscard]] Answered figure_file(Ask& ask, const std::string& id, const std::string& name);

// register_page.cc; register_file: files.cc
[[nodiscard]] Answered registers_page(Ask& ask);
[[nodiscard]] Answered register_page(Ask& ask, const std::string& id);
[[nodiscard]] Answered register_file(Ask& ask, const std::string& id, const std::string& name);
// record_page.cc
[[nodiscard]] Answered record_page(Ask& ask, const std::string& id, const std::string& key);

// map_page.cc
[[nodiscard]] Answered map_page(Ask& ask);
[[nodiscard]] bool has_map(const Ask& ask);  // there is one, and something to show on it

// lines_page.cc: lines and roads by status on a day; `data.csv`, ...
[[nodiscard]] Answered lines_page(Ask& ask);
[[nodiscard]] Answered lines_file(Ask& ask, const std::string& name);

// network_page.cc: minutes from a core, on a day, in a scenario; `data.geojson`, `data.csv`, ...
[[nodiscard]] Answered network_page(Ask& ask);
[[nodiscard]] Answered network_file(Ask& ask, const std::string& name);
[[nodiscard]] bool has_network(const Ask& ask);

// journey_page.cc: from one place to another; `data.geojson`, `data.csv`, ...
[[nodiscard]] Answered journey_page(Ask& ask);
[[nodiscard]] Answered journey_file(Ask& ask, const std::string& name);

// region_page.cc: what the network is to the whole region, and the pairs that stay beyond a limit.
[[nodiscard]] Answered region_page(Ask& ask);
[[nodiscard]] Answered region_file(Ask& ask, const std::string& name);

// missed_page.cc: trains that arrive after the last bus has left; `data.csv`, ... `link_missed`:
// the section MISSED that leads there, where there are such buses.
[[nodiscard]] Answered missed_page(Ask& ask);
[[nodiscard]] Answered missed_file(Ask& ask, const std::string& name);
void link_missed(Ask& ask, Date day, Slots slots);

// services_page.cc
[[nodiscard]] Answered services_page(Ask& ask);
[[nodiscard]] Answered service_page(Ask& ask, const std::string& id);

// entry_page.cc: an entry of the journal and its proof.
[[nodiscard]] Answered entry_page(Ask& ask, const std::string& position);
[[nodiscard]] Answered entry_proof(Ask& ask, const std::string& position);

// check_page.cc: what the code of a paper leads to; without one, where to enter it.
[[nodiscard]] Answered check_page(Ask& ask, const std::string& code);

// Says that something is not there or was not understood.
[[nodiscard]] Answer message_page(Ask& ask, int status, std::string_view title_key,
                                  std::string_view text_key);

}  // namespace bashu::site
