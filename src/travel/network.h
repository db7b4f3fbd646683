// A circle's network as its folder tells it, with what of it is computed once for all who ask.
#pragma once

#include <deque>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "network/circle.h"
#include "travel/ride_fares.h"

namespace bashu::travel {

// A folder as network/circle_files.h tells its files; null if it has no places.csv. A file with an
// error is refused, and the fault tells which row.
[[nodiscard]] std::expected<std::shared_ptr<const network::Circle>, Fault> load_network(
    const std::filesystem::path& folder);

// Minutes of a network depend on what is open, not on the day: there are as many networks as
// openings and scenarios, so most of what is asked was computed before. What takes the whole
// machine is computed one at a time, and what is kept does not wait for it. Thread-safe.
class Computed {
 public:
  explicit Computed(std::shared_ptr<const network::Circle> circle, RideFares fares = {})
      : circle_{std::move(circle)}, fares_{std::move(fares)} {}

  [[nodiscard]] const network::Circle& circle() const { return *circle_; }
  [[nodiscard]] const RideFares& fares() const { return fares_; }
  // Median minutes between all places over a day.
  [[nodiscard]] std::shared_ptr<const network::Times> times(const network::Openings& openings,
                                                            Date day);
  [[nodiscard]] std::vector<network::Spread> spreads(const network::Openings& openings, Date day,
                                                     std::uint32_t from);
  // Other work that takes as long as times(), with nothing of its kind beside it.
  template <typename Work>
  [[nodiscard]] auto alone(Work work) {
    const std::lock_guard lock{working_};
    return work();
  }

 private:
  static constexpr std::size_t kKept = 64;  // networks
  struct Known {
    std::string open;  // which network it is
    network::Standing standing;
    std::shared_ptr<const network::Times> times{};                    // under kept_mutex_
    std::map<std::uint32_t, std::vector<network::Spread>> spreads{};  // the same
  };
  std::shared_ptr<Known> known(const network::Openings& openings, Date day);

  std::shared_ptr<const network::Circle> circle_;
  RideFares fares_;
  std::mutex working_;  // held while minutes between all places are computed
  std::mutex kept_mutex_;
  std::deque<std::shared_ptr<Known>> kept_;  // newest last
};

}  // namespace bashu::travel
