// bashu network rows: what a side tells of stations and trains, as rows for bashu import: its
// stations, which both sides need first, and an edition of its timetable.

#include <algorithm>
#include <filesystem>

#include "base/json.h"
#include "main/network_files.h"
#include "main/network_rows.h"
#include "main/network_words.h"
#include "network/circle_files.h"
#include "node/files.h"
#include "travel/network.h"
#include "travel/rows.h"

namespace bashu::cli {

namespace {

using namespace network;
using network_words::say;
using network_words::wrong;
namespace fs = std::filesystem;

std::expected<std::vector<Place>, Exit> counties(const Console& console, const fs::path& folder) {
  auto circle = travel::load_network(folder);
  if (!circle) return std::unexpected{console.fail(circle.error())};
  if (!*circle) return std::unexpected{wrong(console, "no_places", {{"path", folder.string()}})};
  return (*circle)->places;
}

// Of a feed stations lie in the nearest county; a folder tells theirs.
std::expected<travel::Listed, Exit> listed(const Console& console, const NetworkRows& what,
                                           Date on) {
  auto file = read_network(what.path, on);
  if (!file) return std::unexpected{console.fail(file.error())};
  if (!file->readable || std::ranges::any_of(file->notices, &Notice::error)) {
    console.err << say(console, "has_faults",
                       {{"count", std::to_string(file->notices.size())}, {"file", what.path}})
                << '\n';
    if (!file->readable) return std::unexpected{Exit::refused};
  }
  travel::Listed out{.trains = std::move(file->schedule),
                     .divisions = std::move(file->divisions),
                     .since = std::move(file->since),
                     .day = on};
  out.since.resize(out.trains.stations.size());
  const bool unknown = out.divisions.empty() ||
                       std::ranges::find(out.divisions, std::string{}) != out.divisions.end();
  if (!unknown) return out;
  if (what.counties.empty()) return std::unexpected{wrong(console, "no_county")};
  const auto places = counties(console, what.counties);
  if (!places) return std::unexpected{places.error()};
  const auto nearest = travel::nearest_counties(out.trains, *places);
  out.divisions.resize(nearest.size());
  std::size_t assumed = 0;
  for (std::size_t s = 0; s < nearest.size(); ++s) {
    if (!out.divisions[s].empty()) continue;
    out.divisions[s] = nearest[s];
    ++assumed;
  }
  console.err << say(console, "county_assumed", {{"n", std::to_string(assumed)}}) << '\n';
  return out;
}

std::expected<void, Fault> write(const fs::path& path, const Value::List& rows) {
  std::string text;
  for (const Value& row : rows) text += canonical_json(row) + "\n";
  return node::write_file(path, text, 0644);
}

}  // namespace

Exit network_rows(const Console& console, const NetworkRows& what) {
  const auto on = Date::parse(what.on);
  if (!on) return wrong(console, "bad_date", {{"text", what.on}});
  const auto from = what.valid_from.empty() ? on : Date::parse(what.valid_from);
  if (!from) return wrong(console, "bad_date", {{"text", what.valid_from}});
  const auto of = listed(console, what, *on);
  if (!of) return of.error();
  const travel::Rows rows = travel::rows_of(*of, {.side = what.party,
                                                  .source = what.source,
                                                  .divisions = what.divisions,
                                                  .valid_from = *from});
  if (rows.stations.empty()) return wrong(console, "no_own_station", {{"party", what.party}});
  std::error_code error;
  fs::create_directories(what.out, error);
  const fs::path out = what.out;
  for (const auto& [name, list] : {std::pair{"1-stations.ndjson", &rows.stations},
                                   std::pair{"2-timetable.ndjson", &rows.trains}}) {
    if (const auto done = write(out / name, *list); !done) return console.fail(done.error());
  }
  if (rows.left_out > 0) {
    console.err << say(console, "rows_left_out", {{"n", std::to_string(rows.left_out)}}) << '\n';
  }
  console.out << say(console, "rows_written",
                     {{"stations", std::to_string(rows.stations.size())},
                      {"trains", std::to_string(rows.trains.size() - 1)},
                      {"day", from->text()},
                      {"party", what.party},
                      {"path", what.out}})
              << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
