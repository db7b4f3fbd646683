// What rides of a circle's network cost, by tariffs that both sides agreed to
// (docs/formats/tariff.md). Which group of which tariff a line belongs to stands beside the
// network:
//
//     network/fares.csv    line, tariff, group
//     tariffs/*.yaml       each in force from day to day; of several on one day the newest version
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "fares/tariff.h"
#include "network/cheapest.h"
#include "network/circle.h"

namespace bashu::travel {

class RideFares {
 public:
  struct Line {
    std::string line, tariff, group;
  };
  RideFares() = default;  // no tariff is known
  // Each group must be one of a tariff of that name.
  RideFares(std::vector<fares::Tariff> tariffs, std::vector<Line> lines);

  // Whose tariff prices a line on a day; nullopt: none that is known.
  struct Whose {
    std::string tariff;
    std::int64_t version = 0;
    std::string party;
    std::optional<std::int64_t> most_fen{};  // of its dearest ride; nullopt: it rises without end
    friend bool operator==(const Whose&, const Whose&) = default;
  };
  [[nodiscard]] std::optional<Whose> whose(std::string_view line, Date day) const;

  // Of whom prices are asked, in the words of the tariffs; empty: of nobody for whom one is
  // special.
  struct Rider {
    std::string medium, issuer, rider_class;
  };
  // Of a timetable whose trips are of these lines, at the times of each ride; places are called by
  // their ids or their names. The stations must outlive it.
  [[nodiscard]] network::Fares on(Date day, std::span<const std::string> lines,
                                  std::span<const network::Station> stations,
                                  const Rider& rider) const;
  [[nodiscard]] network::Fares on(Date day, std::span<const std::string> lines,
                                  std::span<const network::Station> stations) const {
    return on(day, lines, stations, Rider{});
  }
  // Of the draw that journeys are looked for in.
  [[nodiscard]] network::Fares on(const network::Standing& standing, const network::Circle& circle,
                                  const Rider& rider) const;
  [[nodiscard]] network::Fares on(const network::Standing& standing,
                                  const network::Circle& circle) const {
    return on(standing, circle, Rider{});
  }

 private:
  struct Priced {
    const fares::Tariff* tariff = nullptr;
    const fares::Group* group = nullptr;
  };
  [[nodiscard]] std::optional<Priced> priced(std::string_view line, Date day) const;

  std::shared_ptr<const std::vector<fares::Tariff>> tariffs_ =
      std::make_shared<const std::vector<fares::Tariff>>();
  std::vector<Line> lines_;
};

// The line of a leg, as tariffs name it.
[[nodiscard]] const std::string& line_of(const network::Standing& standing,
                                         network::TripIndex trip);

// Of a circle's network in `folder`: what stands in its fares.csv and in `tariffs` beside the
// folder; nothing where there is no such file. A row that names what is not there is refused.
[[nodiscard]] std::expected<RideFares, Fault> load_fares(const std::filesystem::path& folder,
                                                         const network::Circle& circle);

}  // namespace bashu::travel
