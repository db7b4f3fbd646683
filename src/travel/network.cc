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

std::shared_ptr<const network::Times> Matrices::times(const network::Openings& openings, Date day) {
  // What is open on a day decides it, with the stations there are on that day.
  std::string of = day.text();
  for (const std::string& shut : network::unfinished(openings, day)) of += " " + shut;
  const std::lock_guard lock{mutex_};
  const auto found = std::ranges::find(kept_, of, [](const auto& one) { return one.first; });
  if (found != kept_.end()) return found->second;
  auto made = std::make_shared<const network::Times>(
      network::times_between(network::standing_on(*circle_, openings, day), network::kDayWindow,
                             std::thread::hardware_concurrency()));
  kept_.emplace_back(std::move(of), made);
  if (kept_.size() > kKept) kept_.pop_front();
  return made;
}

}  // namespace bashu::travel
