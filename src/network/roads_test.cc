#include "network/roads.h"

#include <gtest/gtest.h>

namespace bashu::network {
namespace {

Date day(const char* text) { return *Date::parse(text); }

Roads over_the_border(std::optional<Date> ours, std::optional<Date> theirs,
                      std::optional<Date> through) {
  return {.places = 3,
          .sections = {{.id = "G1",
                        .a = 0,
                        .b = 1,
                        .length_m = 100'000,
                        .speed_kmh = 100,
                        .halves = {day("2015-01-01")}},
                       {.id = "G2",
                        .a = 1,
                        .b = 2,
                        .length_m = 50'000,
                        .speed_kmh = 80,
                        .halves = {ours, theirs},
                        .through_on = through}}};
}

TEST(Roads, ARoadOverABorderNeedsBothHalves) {
  const Date now = day("2021-06-01");
  const Date early = day("2020-01-01"), late = day("2021-03-01"), never = day("2023-01-01");
  EXPECT_EQ(drive_times(over_the_border(early, {}, {}), 0, now)[2], kNever);
  EXPECT_EQ(drive_times(over_the_border({}, early, {}), 0, now)[2], kNever);
  EXPECT_EQ(drive_times(over_the_border(early, late, never), 0, now)[2], kNever);
  EXPECT_EQ(drive_times(over_the_border(early, late, {}), 0, now)[2], 3'600 + 2'250);
  EXPECT_EQ(drive_times(over_the_border(early, late, {}), 0, early)[2], kNever);
}

TEST(Roads, TheQuickestWayIsNotAlwaysTheShortest) {
  Roads roads = over_the_border(day("2015-01-01"), day("2015-01-01"), {});
  roads.sections.push_back({.id = "lane",
                            .a = 0,
                            .b = 2,
                            .length_m = 90'000,
                            .speed_kmh = 40,
                            .halves = {day("2000-01-01")}});
  EXPECT_EQ(drive(roads, 0, 2, day("2021-01-01")), (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(drive(roads, 0, 2, day("2014-01-01")), (std::vector<std::uint32_t>{2}));
  EXPECT_TRUE(drive(roads, 1, 0, day("2014-01-01")).empty());
  EXPECT_TRUE(drive(roads, 1, 1, day("2021-01-01")).empty());
}

}  // namespace
}  // namespace bashu::network
