// A circle's network as its folder tells it, and what of it is computed once for all who ask.
#pragma once

#include <deque>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/error.h"
#include "network/circle.h"

namespace bashu::travel {

// A folder as network/circle_files.h tells its files; null if it has no places.csv. A file with an
// error is refused, and the fault tells which row.
[[nodiscard]] std::expected<std::shared_ptr<const network::Circle>, Fault> load_network(
    const std::filesystem::path& folder);

// Minutes between all places take seconds to compute: the last few are kept, and one is computed at
// a time, so that many who ask do not take all of the machine. Thread-safe.
class Matrices {
 public:
  explicit Matrices(std::shared_ptr<const network::Circle> circle) : circle_{std::move(circle)} {}

  [[nodiscard]] std::shared_ptr<const network::Times> times(const network::Openings& openings,
                                                            Date day);
  // Other work that takes so long, with nothing of its kind beside it.
  template <typename Work>
  [[nodiscard]] auto alone(Work work) {
    const std::lock_guard lock{mutex_};
    return work();
  }

 private:
  static constexpr std::size_t kKept = 8;
  std::shared_ptr<const network::Circle> circle_;
  std::mutex mutex_;  // held while one is computed
  std::deque<std::pair<std::string, std::shared_ptr<const network::Times>>> kept_;  // newest last
};

}  // namespace bashu::travel
