#include "travel/network.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "network/circle_files.h"
#include "node/files.h"

namespace bashu::travel {

std::expected<std::shared_ptr<const network::Circle>, Fault> load_network(
    const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / "places.csv")) return nullptr;
  std::optional<Fault> failed;
  network::CircleFile file =
      network::read_circle([&](std::string_view name) -> std::optional<std::string> {
        const auto path = folder / name;
        if (!std::filesystem::exists(path)) return std::nullopt;
        auto text = node::read_file(path);
        if (text) return std::move(*text);
        failed = text.error();
        return std::nullopt;
      });
  if (failed) return std::unexpected{*failed};
  if (!file.notices.empty() && file.notices.front().error) {
    const network::Notice& first = file.notices.front();
    return std::unexpected{Fault{.what = (folder / first.file).string() + ":" +
                                         std::to_string(first.line) + " " + first.field + " '" +
                                         first.value + "': " + first.what}};
  }
  return std::make_shared<const network::Circle>(std::move(file.circle));
}

std::shared_ptr<Computed::Known> Computed::known(const network::Openings& openings, Date day) {
  std::string open;
  for (const std::string& shut : network::unfinished(openings, day)) open += shut + " ";
  for (const auto& since : circle_->since) open += since && day < *since ? '-' : '+';
  const auto find = [&] {
    const auto found =
        std::ranges::find(kept_, open, [](const auto& one) -> auto& { return one->open; });
    return found == kept_.end() ? nullptr : *found;
  };
  {
    const std::lock_guard lock{kept_mutex_};
    if (auto found = find()) return found;
  }
  auto made = std::make_shared<Known>(open, network::standing_on(*circle_, openings, day));
  const std::lock_guard lock{kept_mutex_};
  if (auto found = find()) return found;  // another was quicker
  if (kept_.size() == kKept) kept_.pop_front();
  return kept_.emplace_back(std::move(made));
}

std::shared_ptr<const network::Times> Computed::times(const network::Openings& openings, Date day) {
  const auto one = known(openings, day);
  const auto kept = [&] {
    const std::lock_guard lock{kept_mutex_};
    return one->times;
  };
  if (auto times = kept()) return times;
  const std::lock_guard alone{working_};
  if (auto times = kept()) return times;
  auto made = std::make_shared<const network::Times>(network::times_between(
      one->standing, network::kDayWindow, std::thread::hardware_concurrency()));
  const std::lock_guard lock{kept_mutex_};
  return one->times = std::move(made);
}

std::vector<network::Spread> Computed::spreads(const network::Openings& openings, Date day,
                                               std::uint32_t from) {
  const auto one = known(openings, day);
  {
    const std::lock_guard lock{kept_mutex_};
    const auto found = one->spreads.find(from);
    if (found != one->spreads.end()) return found->second;
  }
  auto made = network::minutes_from(one->standing, from, network::kDayWindow);
  const std::lock_guard lock{kept_mutex_};
  return one->spreads.insert_or_assign(from, std::move(made)).first->second;
}

}  // namespace bashu::travel
