// A circle's network as its folder and the registers of timetables tell it, with what of it is
// computed once for all who ask.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "network/circle.h"
#include "travel/ride_fares.h"
#include "travel/timetables.h"

namespace bashu::travel {

// A folder as network/circle_files.h tells its files; null if it has no places.csv. A file with an
// error is refused, and the fault tells which row.
[[nodiscard]] std::expected<std::shared_ptr<const network::Circle>, Fault> load_network(
    const std::filesystem::path& folder);

// Minutes of a network depend on its trains and on what is open, not on the day: there are as many
// networks as editions, openings and scenarios, so most of what is asked was computed before. What
// takes the whole machine is computed one at a time, and what is kept does not wait for it.
// Thread-safe.
class Computed {
 public:
  using CirclePtr = std::shared_ptr<const network::Circle>;
  using TimetablesPtr = std::shared_ptr<const Timetables>;

  explicit Computed(CirclePtr circle, RideFares fares = {})
      : circle_{std::move(circle)}, fares_{std::move(fares)} {}

  // Of the folder.
  [[nodiscard]] const network::Circle& circle() const { return *circle_; }
  [[nodiscard]] const RideFares& fares() const { return fares_; }
  // On record; the same until a record of a station, an edition or a train changes.
  [[nodiscard]] TimetablesPtr timetables(views::Session& session);
  // The folder's with the stations and trains of a day; the same as long as they are. `by`: by the
  // word of a side.
  [[nodiscard]] CirclePtr circle_on(const TimetablesPtr& told, Date day, std::string_view by = {});

  // Median minutes between all places over a day.
  [[nodiscard]] std::shared_ptr<const network::Times> times(const CirclePtr& circle,
                                                            const network::Openings& openings,
                                                            Date day);
  [[nodiscard]] std::vector<network::Spread> spreads(const CirclePtr& circle,
                                                     const network::Openings& openings, Date day,
                                                     std::uint32_t from);
  // Other work that takes as long as times(), with nothing of its kind beside it.
  template <typename Work>
  [[nodiscard]] auto alone(Work work) {
    const std::lock_guard lock{working_};
    return work();
  }

 private:
  static constexpr std::size_t kKept = 64;  // networks, and circles of a day
  static constexpr std::size_t kTold = 4;
  struct Known {
    CirclePtr circle;
    std::string open;  // which network of that circle it is
    network::Standing standing;
    std::shared_ptr<const network::Times> times{};                    // under kept_mutex_
    std::map<std::uint32_t, std::vector<network::Spread>> spreads{};  // the same
  };
  struct Told {
    std::array<std::int64_t, 3> changed;  // where the registers changed last
    TimetablesPtr timetables;
  };
  struct OnDay {
    TimetablesPtr told;
    std::string in_force;
    CirclePtr circle;
  };
  std::shared_ptr<Known> known(const CirclePtr& circle, const network::Openings& openings,
                               Date day);

  CirclePtr circle_;
  RideFares fares_;
  std::mutex working_;  // held while minutes between all places are computed
  std::mutex kept_mutex_;
  std::deque<std::shared_ptr<Known>> kept_;  // newest last, as in what follows
  std::deque<Told> told_;
  std::deque<OnDay> on_day_;
};

}  // namespace bashu::travel
