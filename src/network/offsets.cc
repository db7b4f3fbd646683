#include "network/offsets.h"

#include <algorithm>
#include <map>
#include <string>

namespace bashu::network {

namespace {

// Van der Corput's sequence in whole steps of `range`: the digits of `n` in `base` mirrored.
std::uint64_t mirrored(std::uint64_t n, std::uint64_t base, std::uint64_t range) {
  std::uint64_t numerator = 0, denominator = 1;
  for (; n > 0; n /= base) {
    numerator = numerator * base + n % base;
    denominator *= base;
  }
  return numerator * range / denominator;
}

std::uint64_t prime_after(std::uint64_t prime) {
  for (std::uint64_t next = prime + 1;; ++next) {
    bool divided = false;
    for (std::uint64_t d = 2; d * d <= next && !divided; ++d) divided = next % d == 0;
    if (!divided) return next;
  }
}

}  // namespace

Spread over_offsets(const Schedule& schedule, Date day, StationIndex from, StationIndex to,
                    Seconds departs_s, Seconds step_s) {
  std::map<std::string, Seconds, std::less<>> headways;  // of unphased lines, the longest
  for (const Trip& trip : schedule.trips) {
    if (!trip.headway || trip.headway->phased) continue;
    Seconds& longest = headways[trip.line.empty() ? trip.id : trip.line];
    longest = std::max(longest, trip.headway->headway_s);
  }
  std::size_t count = 1;
  for (const auto& [line, headway] : headways) {
    const auto steps = static_cast<std::size_t>((headway + step_s - 1) / step_s);
    count = headways.size() == 1 ? steps : std::min(kOffsetsMax, count * steps);
  }
  std::vector<Seconds> taken;
  for (std::size_t n = 0; n < count; ++n) {
    std::map<std::string, Seconds, std::less<>> chosen;
    std::uint64_t base = 2;
    for (const auto& [line, headway] : headways) {
      const auto steps = static_cast<std::uint64_t>((headway + step_s - 1) / step_s);
      chosen[line] =
          static_cast<Seconds>(headways.size() == 1 ? n : mirrored(n, base, steps)) * step_s;
      base = prime_after(base);
    }
    Offsets offsets;
    for (const Trip& trip : schedule.trips) {
      const auto it = chosen.find(trip.line.empty() ? trip.id : trip.line);
      offsets.push_back(trip.headway && !trip.headway->phased ? it->second : 0);
    }
    const Timetable timetable = on_day(schedule, day, 1, offsets);
    const Seconds arrives = Scan{timetable}.earliest(from, departs_s)[to];
    taken.push_back(arrives == kNever ? kNever : arrives - departs_s);
  }
  std::ranges::sort(taken);
  return {
      .best_s = taken.front(), .median_s = taken[(taken.size() - 1) / 2], .worst_s = taken.back()};
}

}  // namespace bashu::network
