#include "network/roads.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace bashu::network {

namespace {

constexpr std::uint32_t kNoSection = std::numeric_limits<std::uint32_t>::max();

struct Found {
  std::vector<Seconds> times;
  std::vector<std::uint32_t> by;  // the section by which a place was reached
};

Found search(const Roads& roads, std::uint32_t from, Date day) {
  std::vector<std::vector<std::uint32_t>> at(roads.places);
  for (std::uint32_t s = 0; s < roads.sections.size(); ++s) {
    if (!roads.sections[s].open_on(day)) continue;
    at[roads.sections[s].a].push_back(s);
    at[roads.sections[s].b].push_back(s);
  }
  Found found{.times = std::vector<Seconds>(roads.places, kNever),
              .by = std::vector<std::uint32_t>(roads.places, kNoSection)};
  using Step = std::pair<Seconds, std::uint32_t>;
  std::priority_queue<Step, std::vector<Step>, std::greater<>> open;
  found.times[from] = 0;
  open.emplace(0, from);
  while (!open.empty()) {
    const auto [time, here] = open.top();
    open.pop();
    if (time > found.times[here]) continue;
    for (const std::uint32_t s : at[here]) {
      const Section& section = roads.sections[s];
      const std::uint32_t there = section.a == here ? section.b : section.a;
      const Seconds then = time + section.drive_s();
      if (then >= found.times[there]) continue;
      found.times[there] = then;
      found.by[there] = s;
      open.emplace(then, there);
    }
  }
  return found;
}

}  // namespace

bool Section::open_on(Date day) const {
  if (closed_on && *closed_on <= day) return false;
  if (through_on && day < *through_on) return false;
  return std::ranges::all_of(
      halves, [&](const std::optional<Date>& opened) { return opened && *opened <= day; });
}

Seconds Section::drive_s() const {
  const std::int64_t metres_an_hour = std::int64_t{speed_kmh} * 1'000;
  return static_cast<Seconds>((length_m * 3'600 + metres_an_hour - 1) / metres_an_hour);
}

std::vector<Seconds> drive_times(const Roads& roads, std::uint32_t from, Date day) {
  return search(roads, from, day).times;
}

std::vector<std::uint32_t> drive(const Roads& roads, std::uint32_t from, std::uint32_t to,
                                 Date day) {
  const Found found = search(roads, from, day);
  std::vector<std::uint32_t> way;
  for (std::uint32_t at = to; at != from && found.by[at] != kNoSection;) {
    const Section& section = roads.sections[found.by[at]];
    way.push_back(found.by[at]);
    at = section.a == at ? section.b : section.a;
  }
  std::ranges::reverse(way);
  return way;
}

}  // namespace bashu::network
