#include "network/gtfs/write.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "network/gtfs/feed.h"
#include "network/scan.h"
#include "network/test_networks.h"

namespace bashu::network::gtfs {
namespace {

Feed read(const std::map<std::string, std::string>& files) {
  Reader reader{{.walk_limit_s = 15 * 60}};
  for (const std::string_view name : kTables) {
    const auto it = files.find(std::string{name});
    if (it == files.end()) continue;
    reader.begin(name);
    reader.bytes(it->second);
    reader.end();
  }
  return reader.finish();
}

RC_GTEST_PROP(GtfsOut, ReadAgainGivesTheSameArrivals, ()) {
  const Schedule written = test::random_schedule();
  RC_PRE(!written.trips.empty());
  const Feed feed = read(tables(written, "Test"));
  RC_ASSERT(feed.schedule.has_value());
  for (const Notice& notice : feed.notices) RC_ASSERT(!notice.error);
  const Timetable a = on_day(written, test::kMonday, 0),
                  b = on_day(*feed.schedule, test::kMonday, 0);
  RC_ASSERT(a.stations() == b.stations());
  Scan first{a}, second{b};
  for (StationIndex from = 0; from < a.stations(); ++from) {
    const auto x = first.earliest(from, 8 * 3'600 + 600),
               y = second.earliest(from, 8 * 3'600 + 600);
    RC_ASSERT(std::vector(x.begin(), x.end()) == std::vector(y.begin(), y.end()));
  }
}

TEST(GtfsOut, NamesAreQuotedAndIdsAreUsedOnce) {
  Schedule schedule = test::stations(2);
  schedule.stations[0].name = "A, \"the\" first";
  schedule.stations[1].id = schedule.stations[0].id;
  Trip every = test::trip("bus", {{0, 0}, {1, 600}});
  every.headway = Trip::Headway{.first_s = 0, .end_s = 36'000, .headway_s = 720, .phased = false};
  schedule.trips = {every};
  const auto files = tables(schedule, "Test");
  const Feed feed = read(files);
  ASSERT_TRUE(feed.schedule);
  EXPECT_EQ(feed.schedule->stations[0].name, "A, \"the\" first");
  EXPECT_NE(feed.schedule->stations[0].id, feed.schedule->stations[1].id);
  ASSERT_TRUE(feed.schedule->trips[0].headway);
  EXPECT_FALSE(feed.schedule->trips[0].headway->phased);
  EXPECT_EQ(feed.schedule->trips[0].headway->headway_s, 720);
}

}  // namespace
}  // namespace bashu::network::gtfs
