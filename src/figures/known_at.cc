#include "figures/known_at.h"

#include <charconv>
#include <string>

#include "base/date.h"

namespace bashu::figures {

std::optional<KnownAt> parse_known_at(std::string_view text, int offset_minutes) {
  constexpr std::int64_t kDayMs = 86'400'000;
  constexpr std::int64_t kMinuteMs = 60'000;
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t found = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), found);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return found;
  };
  if (const auto position = number(text)) return KnownAt{.position = position, .time_ms = 0};
  constexpr std::size_t kDate = 10;  // 2021-09-25
  const auto day = Date::parse(text.substr(0, kDate));
  if (!day) return std::nullopt;
  const std::int64_t begin = std::int64_t{day->days()} * kDayMs;
  if (text.size() == kDate) {
    return KnownAt{.position = {}, .time_ms = begin + kDayMs - offset_minutes * kMinuteMs - 1};
  }
  // T10:00 or T10:00:30, then nothing, Z or +08:00
  text.remove_prefix(kDate);
  if (text.size() < 6 || (text[0] != 'T' && text[0] != ' ') || text[3] != ':') return std::nullopt;
  const auto hours = number(text.substr(1, 2));
  const auto minutes = number(text.substr(4, 2));
  text.remove_prefix(6);
  std::optional<std::uint64_t> seconds = 0;
  if (text.size() >= 3 && text[0] == ':') {
    seconds = number(text.substr(1, 2));
    text.remove_prefix(3);
  }
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59) {
    return std::nullopt;
  }
  std::int64_t offset = offset_minutes;
  if (text == "Z") {
    offset = 0;
  } else if (text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':') {
    const auto h = number(text.substr(1, 2));
    const auto m = number(text.substr(4, 2));
    if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
    offset = static_cast<std::int64_t>(*h * 60 + *m) * (text[0] == '-' ? -1 : 1);
  } else if (!text.empty()) {
    return std::nullopt;
  }
  const auto time = static_cast<std::int64_t>((*hours * 60 + *minutes) * 60 + *seconds) * 1'000;
  return KnownAt{.position = {}, .time_ms = begin + time - offset * kMinuteMs + 999};
}

std::optional<Period> parse_period(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  const auto first = Date::parse(text.substr(0, dots));
  const auto last = Date::parse(text.substr(dots + 2));
  if (!first || !last || *last < *first) return std::nullopt;
  return Period{*first, *last};
}

}  // namespace bashu::figures
