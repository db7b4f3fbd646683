#include "site/chart.h"

#include <gtest/gtest.h>

namespace bashu::site {
namespace {

Point point(int year, std::optional<std::int64_t> value) {
  return {.as_of = *Date::from_civil(year, 1, 1), .value = value, .error = {}};
}
std::string text(std::int64_t value) { return std::to_string(value); }

TEST(Chart, GridLinesAreRoundAndHoldAllValues) {
  EXPECT_EQ(round_steps(0, 95), (std::vector<std::int64_t>{0, 50, 100}));
  EXPECT_EQ(round_steps(0, 0), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(round_steps(-3, 5), (std::vector<std::int64_t>{-4, -2, 0, 2, 4, 6}));
  const auto large = round_steps(0, 9'000'000'000'000'000'000);
  EXPECT_GE(large.back(), 9'000'000'000'000'000'000);
}

TEST(Chart, ALineNeedsTwoValues) {
  EXPECT_TRUE(drawn({point(2020, 3), point(2021, std::nullopt)}, text).line.empty());
  EXPECT_FALSE(drawn({point(2020, 3), point(2021, 4)}, text).line.empty());
}

TEST(Chart, ADayWithoutAValueIsLeftOut) {
  const Chart chart = drawn({point(2019, 1), point(2020, std::nullopt), point(2021, 2)}, text);
  EXPECT_EQ(chart.dots.size(), 2U);
  EXPECT_EQ(chart.across.size(), 3U);
}

TEST(Chart, TheLargestValueStandsHighest) {
  const Chart chart = drawn({point(2020, 0), point(2021, 100)}, text);
  EXPECT_EQ(chart.dots[1].y, "16.0");
  EXPECT_EQ(chart.dots[0].x, "8.0");
}

}  // namespace
}  // namespace bashu::site
