#include "site/chart.h"

#include <array>
#include <charconv>

namespace bashu::site {

std::vector<std::int64_t> round_steps(std::int64_t low, std::int64_t high) {
  constexpr std::int64_t kLines = 4;
  const auto range = static_cast<double>(high) - static_cast<double>(low);
  std::int64_t step = 1;
  // 1, 2, 5, 10, 20, 50, ...
  for (int i = 0; static_cast<double>(step) * kLines < range; ++i)
    step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  std::int64_t at = low >= 0 ? 0 : -((-low + step - 1) / step) * step;
  std::vector<std::int64_t> steps{at};
  do {
    at += step;
    steps.push_back(at);
  } while (at < high);
  return steps;
}

std::string pixels(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 1);
  return std::string{text.data(), end.ptr};
}

}  // namespace bashu::site
