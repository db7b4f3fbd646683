#include "network/offsets.h"

#include <gtest/gtest.h>

#include "network/test_networks.h"

namespace bashu::network {
namespace {

Trip every(std::string line, StationIndex from, StationIndex to, Seconds headway) {
  Trip out = test::trip(line + std::to_string(from), {{from, 0}, {to, 1'200}});
  out.line = std::move(line);
  out.headway = Trip::Headway{
      .first_s = 6 * 3'600, .end_s = 22 * 3'600, .headway_s = headway, .phased = false};
  return out;
}

TEST(Offsets, OfOneLineAreAllTried) {
  Schedule schedule = test::stations(2);
  schedule.trips = {every("bus", 0, 1, 600)};
  // At 08:00 the bus leaves after 0, 1, ... 9 minutes.
  EXPECT_EQ(over_offsets(schedule, test::kMonday, 0, 1, 8 * 3'600),
            (Spread{.best_s = 1'200, .median_s = 1'440, .worst_s = 1'740}));
}

TEST(Offsets, OfTwoLinesMeetInMoreThanOneWay) {
  Schedule schedule = test::stations(3);
  schedule.trips = {every("a", 0, 1, 600), every("b", 1, 2, 600)};
  const Spread got = over_offsets(schedule, test::kMonday, 0, 2, 8 * 3'600);
  EXPECT_LE(got.best_s, 2'400 + 120);
  EXPECT_GE(got.worst_s, 2'400 + 900);
  EXPECT_LE(got.worst_s, 2'400 + 540 + 600);
  EXPECT_EQ(over_offsets(schedule, test::kMonday, 0, 2, 8 * 3'600), got);
}

TEST(Offsets, WithoutSuchALineThereIsOneAnswer) {
  Schedule schedule = test::stations(2);
  schedule.trips = {test::trip("train", {{0, 8 * 3'600 + 60}, {1, 9 * 3'600}})};
  EXPECT_EQ(over_offsets(schedule, test::kMonday, 0, 1, 8 * 3'600),
            (Spread{.best_s = 3'600, .median_s = 3'600, .worst_s = 3'600}));
}

}  // namespace
}  // namespace bashu::network
