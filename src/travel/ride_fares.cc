#include "travel/ride_fares.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "fares/editions.h"
#include "fares/rate.h"
#include "network/table.h"
#include "node/files.h"
#include "packs/yaml.h"

namespace bashu::travel {

namespace {

namespace fs = std::filesystem;

Fault fault(const fs::path& file, std::uint64_t line, const std::string& what) {
  return {.what = file.string() + (line ? ":" + std::to_string(line) : "") + ": " + what};
}

std::expected<fares::Tariff, Fault> load_tariff(const fs::path& file) {
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  const packs::Document document = packs::read_yaml(*text);
  if (!document.findings.empty()) {
    const Finding& first = document.findings.front();
    return std::unexpected{fault(file, static_cast<std::uint64_t>(first.line), first.text)};
  }
  auto tariff = fares::read_tariff(document.root);
  if (tariff) return *std::move(tariff);
  const fares::Wrong& wrong = tariff.error().front();
  return std::unexpected{fault(file, static_cast<std::uint64_t>(document.at(wrong.where).line),
                               wrong.where + " " + wrong.what)};
}

// In order of names, each edition by itself.
std::expected<std::vector<fares::Tariff>, Fault> load_tariffs(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{folder, none}) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<fares::Tariff> out;
  for (const fs::path& file : files) {
    auto tariff = load_tariff(file);
    if (!tariff) return std::unexpected{tariff.error()};
    for (fares::Tariff& edition : fares::apart(*std::move(tariff))) {
      const bool twice = std::ranges::any_of(out, [&](const fares::Tariff& other) {
        return other.name == edition.name && other.version == edition.version;
      });
      if (twice) {
        return std::unexpected{fault(file, 0,
                                     "there is a version " + std::to_string(edition.version) +
                                         " of the tariff " + edition.name + " already")};
      }
      out.push_back(std::move(edition));
    }
  }
  return out;
}

bool knows(const network::Circle& circle, std::string_view line) {
  return std::ranges::find(circle.lines, line, &network::Line::code) != circle.lines.end() ||
         std::ranges::find(circle.buses, line, &network::Bus::code) != circle.buses.end() ||
         std::ranges::find(circle.trains.trips, line, &network::Trip::line) !=
             circle.trains.trips.end();
}

// What is wrong with a row; empty: nothing.
std::string wrong(const RideFares::Line& row, const std::vector<fares::Tariff>& tariffs,
                  const network::Circle& circle) {
  if (!knows(circle, row.line)) return "line '" + row.line + "' is no line of the network";
  bool named = false;
  for (const fares::Tariff& tariff : tariffs) {
    if (tariff.name != row.tariff) continue;
    named = true;
    if (!tariff.groups.contains(row.group)) {
      return "group '" + row.group + "' is not in version " + std::to_string(tariff.version) +
             " of the tariff " + tariff.name;
    }
  }
  return named ? "" : "tariff '" + row.tariff + "' is none of the tariffs beside the network";
}

// One ride, as its taps would be.
struct Taken {
  const fares::Group& group;
  const RideFares::Rider& rider;
  const network::Ride& ride;
  std::int64_t midnight_s = 0;

  [[nodiscard]] std::optional<fares::Money> fare(const std::string& from,
                                                 const std::string& to) const {
    if (group.instead.empty() || (group.two_taps && from == to)) {
      return fares::full_fare(group, from, to);
    }
    return fares::fare_of(group, tap(ride.departs_s), tap(ride.arrives_s), from, to);
  }

 private:
  [[nodiscard]] fares::Tap tap(network::Seconds at_s) const {
    fares::Tap out;
    out.at_s = midnight_s + at_s;
    out.group = group.name;
    out.medium = rider.medium;
    out.issuer = rider.issuer;
    out.rider_class = rider.rider_class;
    return out;
  }
};

// Which of the times between two at which prices of a group may change it is, of which day.
std::uint32_t between(const fares::Group& group, network::Seconds at_s) {
  std::set<std::int64_t> changes;
  for (const fares::Instead& one : group.instead) {
    if (one.by_last_tap) continue;
    changes.insert(one.from_s);
    changes.insert(one.until_s);
  }
  if (changes.empty()) return 0;
  constexpr std::int64_t kBefore = 8;  // days of which runs may be under way
  const std::int64_t moment = at_s + kBefore * network::kDay;
  const std::int64_t day = moment / network::kDay, clock = moment % network::kDay;
  const auto before = std::distance(changes.begin(), changes.upper_bound(clock));
  return static_cast<std::uint32_t>(day * (std::ssize(changes) + 1) + before);
}

}  // namespace

RideFares::RideFares(std::vector<fares::Tariff> tariffs, std::vector<Line> lines)
    : tariffs_{std::make_shared<const std::vector<fares::Tariff>>(std::move(tariffs))},
      lines_{std::move(lines)} {}

std::optional<RideFares::Priced> RideFares::priced(std::string_view line, Date day) const {
  std::optional<Priced> out;
  for (const Line& one : lines_) {
    if (one.line != line) continue;
    for (const fares::Tariff& tariff : *tariffs_) {
      if (tariff.name != one.tariff || !fares::in_force(tariff, day)) continue;
      if (out && out->tariff->version >= tariff.version) continue;
      out = {.tariff = &tariff, .group = &tariff.groups.at(one.group)};
    }
  }
  return out;
}

std::optional<RideFares::Whose> RideFares::whose(std::string_view line, Date day) const {
  const auto found = priced(line, day);
  if (!found) return std::nullopt;
  return Whose{.tariff = found->tariff->name,
               .version = found->tariff->version,
               .party = found->group->party,
               .most_fen = fares::dearest(*found->group)};
}

network::Fares RideFares::on(Date day, std::span<const std::string> lines,
                             std::span<const network::Station> stations, const Rider& rider) const {
  std::map<std::string_view, const fares::Group*> of_line;
  std::vector<const fares::Group*> groups;  // that are an area, each once
  std::vector<const fares::Group*> of;      // by trip; null: no tariff is known
  std::vector<std::uint32_t> areas;         // the same
  for (const std::string& line : lines) {
    const auto [it, fresh] = of_line.try_emplace(line, nullptr);
    if (fresh) {
      if (const auto found = priced(line, day)) it->second = found->group;
    }
    of.push_back(it->second);
    areas.push_back(network::kNoArea);
    if (!it->second || !it->second->two_taps) continue;
    const auto area = std::ranges::find(groups, it->second);
    areas.back() = static_cast<std::uint32_t>(area - groups.begin());
    if (area == groups.end()) groups.push_back(it->second);
  }
  const std::int64_t midnight_s = std::int64_t{day.days()} * network::kDay;
  // The tariffs are kept as long as somebody asks.
  const auto price = [kept = tariffs_, of, stations, midnight_s,
                      rider](const network::Ride& ride) -> std::optional<std::int64_t> {
    const fares::Group* group = of[ride.trip];
    if (!group) return std::nullopt;
    const network::Station &from = stations[ride.from], &to = stations[ride.to];
    const Taken taken{.group = *group, .rider = rider, .ride = ride, .midnight_s = midnight_s};
    if (const auto fare = taken.fare(from.id, to.id)) return fare;
    return taken.fare(from.name, to.name);
  };
  const auto entered = [kept = tariffs_, of](network::TripIndex trip, network::Seconds at_s) {
    return of[trip] ? between(*of[trip], at_s) : 0;
  };
  return {.of = price,
          .area = [areas = std::move(areas)](network::TripIndex trip) { return areas[trip]; },
          .entered = entered};
}

network::Fares RideFares::on(const network::Standing& standing, const network::Circle& circle,
                             const Rider& rider) const {
  std::vector<std::string> lines;
  const std::size_t trips = standing.timetables.front().runs.size();
  for (network::TripIndex trip = 0; trip < trips; ++trip) {
    lines.push_back(line_of(standing, trip));
  }
  return on(standing.day, lines, circle.trains.stations, rider);
}

const std::string& line_of(const network::Standing& standing, network::TripIndex trip) {
  return standing.trains[standing.timetables.front().runs[trip].trip].line;
}

std::expected<RideFares, Fault> load_fares(const fs::path& folder, const network::Circle& circle) {
  const fs::path file = folder / "fares.csv";
  if (!fs::exists(file)) return RideFares{};
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  auto tariffs = load_tariffs((folder / ".." / "tariffs").lexically_normal());
  if (!tariffs) return std::unexpected{tariffs.error()};
  std::vector<RideFares::Line> lines;
  std::optional<Fault> failed;
  const auto fail = [&](std::uint64_t line, const std::string& what) {
    if (!failed) failed = fault(file, line, what);
  };
  network::Table table{{"line", "tariff", "group"},
                       [&](const network::Row& row) {
                         enum : std::size_t { line, tariff, group };
                         const RideFares::Line one{.line = std::string{row[line]},
                                                   .tariff = std::string{row[tariff]},
                                                   .group = std::string{row[group]}};
                         const std::string what = wrong(one, *tariffs, circle);
                         if (!what.empty()) fail(row.line(), what);
                         lines.push_back(one);
                       },
                       fail};
  table.bytes(*text);
  table.end();
  if (failed) return std::unexpected{*failed};
  return RideFares{*std::move(tariffs), std::move(lines)};
}

}  // namespace bashu::travel
