#include "travel/network.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "network/circle_files.h"
#include "node/files.h"
#include "views/read/records.h"

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

namespace {

// What a circle of a day depends on: the edition of each side, and the stations closed by then.
std::string in_force_on(const Timetables& told, Date day, std::string_view by) {
  std::string out{by};
  for (const auto& [side, editions] : told.editions) {
    const Edition* edition = in_force(told, side, day);
    out += " " + (edition ? edition->valid_from.text() : std::string{});
  }
  out += " ";
  for (const auto& [name, station] : told.stations) {
    if (station.closed) out += *station.closed <= day ? '-' : '+';
  }
  return out;
}

}  // namespace

Computed::TimetablesPtr Computed::timetables(views::Session& session) {
  const std::array changed{views::last_change(session, "transport/station"),
                           views::last_change(session, "transport/timetable"),
                           views::last_change(session, "transport/train")};
  {
    const std::lock_guard lock{kept_mutex_};
    const auto found = std::ranges::find(told_, changed, &Told::changed);
    if (found != told_.end()) return found->timetables;
  }
  auto read = std::make_shared<const Timetables>(read_timetables(session));
  const std::lock_guard lock{kept_mutex_};
  const auto found = std::ranges::find(told_, changed, &Told::changed);
  if (found != told_.end()) return found->timetables;  // another was quicker
  if (told_.size() == kTold) told_.pop_front();
  return told_.emplace_back(changed, std::move(read)).timetables;
}

Computed::CirclePtr Computed::circle_on(const TimetablesPtr& told, Date day, std::string_view by) {
  if (told->editions.empty() && told->stations.empty()) return circle_;
  if (!by.empty() && differing(*told, day, by).empty()) return circle_on(told, day);
  const std::string in_force = in_force_on(*told, day, by);
  const auto find = [&]() -> CirclePtr {
    const auto found = std::ranges::find_if(
        on_day_, [&](const OnDay& one) { return one.told == told && one.in_force == in_force; });
    return found == on_day_.end() ? nullptr : found->circle;
  };
  {
    const std::lock_guard lock{kept_mutex_};
    if (auto found = find()) return found;
  }
  auto made = std::make_shared<const network::Circle>(travel::circle_on(*circle_, *told, day, by));
  const std::lock_guard lock{kept_mutex_};
  if (auto found = find()) return found;  // another was quicker
  if (on_day_.size() == kKept) on_day_.pop_front();
  return on_day_.emplace_back(told, in_force, std::move(made)).circle;
}

std::shared_ptr<Computed::Known> Computed::known(const CirclePtr& circle,
                                                 const network::Openings& openings, Date day) {
  std::string open;
  for (const std::string& shut : network::unfinished(openings, day)) open += shut + " ";
  for (const auto& since : circle->since) open += since && day < *since ? '-' : '+';
  const auto find = [&] {
    const auto found = std::ranges::find_if(
        kept_, [&](const auto& one) { return one->circle == circle && one->open == open; });
    return found == kept_.end() ? nullptr : *found;
  };
  {
    const std::lock_guard lock{kept_mutex_};
    if (auto found = find()) return found;
  }
  auto made = std::make_shared<Known>(circle, open, network::standing_on(*circle, openings, day));
  const std::lock_guard lock{kept_mutex_};
  if (auto found = find()) return found;  // another was quicker
  if (kept_.size() == kKept) kept_.pop_front();
  return kept_.emplace_back(std::move(made));
}

std::shared_ptr<const network::Times> Computed::times(const CirclePtr& circle,
                                                      const network::Openings& openings, Date day) {
  const auto one = known(circle, openings, day);
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

std::vector<network::Spread> Computed::spreads(const CirclePtr& circle,
                                               const network::Openings& openings, Date day,
                                               std::uint32_t from) {
  const auto one = known(circle, openings, day);
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
