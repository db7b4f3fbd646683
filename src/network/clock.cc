#include "network/clock.h"

#include <array>
#include <cstdio>

namespace bashu::network {

std::string clock(Seconds at) {
  std::array<char, 32> text;
  const int days = at / kDay, rest = at % kDay;
  if (days > 0) {
    std::snprintf(text.data(), text.size(), "%02d:%02d +%d", rest / 3'600, rest / 60 % 60, days);
  } else {
    std::snprintf(text.data(), text.size(), "%02d:%02d", rest / 3'600, rest / 60 % 60);
  }
  return text.data();
}

std::optional<Seconds> time_of_day(std::string_view text) {
  const std::string whole{text};
  unsigned hours = 0, minutes = 0;
  char end = 0;
  if (std::sscanf(whole.c_str(), "%2u:%2u%c", &hours, &minutes, &end) != 2 || hours > 47 ||
      minutes > 59) {
    return std::nullopt;
  }
  return static_cast<Seconds>(hours * 3'600 + minutes * 60);
}

}  // namespace bashu::network
