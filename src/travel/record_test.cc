#include "travel/record.h"

#include <gtest/gtest.h>

#include "travel/network.h"
#include "travel/test_pack.h"
#include "views/test_journal.h"

namespace bashu::travel {
namespace {

using test::kTransport;
using views::test::data;
using views::test::day;
using views::test::Journal;

constexpr const char* kProjects = R"(
bashu: 2
pack: major-projects
version: 1
title: {zh: 项目, en: Projects}
types: {code: {type: text, max: 20, class: public, title: {zh: 代码, en: Code}}}
registers:
  project:
    title: {zh: 项目, en: Projects}
    kept: shared
    public: true
    key: [code]
    fields:
      code: code
      through_on: {type: day, class: public, optional: true, title: {zh: 贯通, en: Through}}
  milestone:
    title: {zh: 节点, en: Milestones}
    kept: shared
    public: true
    key: [code, number]
    fields:
      code: code
      number: {type: int, min: 1, max: 999, class: public, title: {zh: 序号, en: Number}}
      planned_on: {type: day, class: public, title: {zh: 计划, en: Planned on}}
figures: {projects: {title: {zh: 项目数, en: Projects}, of: project, count: true}}
scenarios:
  - {title: 无 / None, today: 2026-03-02, steps: [{figure: projects, is: 0}]}
)";

// Two places with a railway of 2024 between them, and a road that project P-1 builds.
network::Circle circle() {
  network::Circle out;
  out.places = {{.code = "100001", .name = {}, .lon_e6 = 104'000'000, .lat_e6 = 30'000'000},
                {.code = "100002", .name = {}, .lon_e6 = 106'000'000, .lat_e6 = 30'000'000}};
  out.roads = {
      {.code = "X", .section = {.id = {}, .a = 0, .b = 1, .length_m = 200'000, .speed_kmh = 100}}};
  out.openings = {{"R", {.since = day("2024-01-01"), .plan = {}}},
                  {"X", {.since = {}, .plan = day("2027-06-30")}}};
  out.projects = {{"X", "P-1"}};
  return out;
}

class Registers : public testing::Test {
 protected:
  void SetUp() override {
    journal_.today("2026-01-05");
    journal_.adopt(kTransport);
    journal_.adopt(kProjects);
  }
  void put(const char* reg, const char* key, const char* fields,
           std::vector<std::string> sided = {}, const char* side = "sichuan") {
    journal_.add(core::RecordPut{.reg = reg,
                                 .key = key,
                                 .keeper = side,
                                 .side = side,
                                 .fields = data(fields),
                                 .sided = std::move(sided),
                                 .on = journal_.today(),
                                 .id = {},
                                 .sides = {"chongqing", "sichuan"}});
  }
  OnRecord whole(const char* own = "sichuan", views::At at = {}) {
    const auto views = views::test::in_memory(journal_.steps(), 1, own);
    Computed computed{std::make_shared<const network::Circle>(circle_)};
    return on_record(computed, *views, at, journal_.today()).value();
  }
  network::Openings read(const char* own = "sichuan", views::At at = {}) {
    return whole(own, at).openings;
  }
  // By road on a day, in minutes; 0: no way.
  network::Seconds minutes(const network::Openings& openings, const char* on) {
    const auto standing = network::standing_on(circle_, openings, day(on));
    const network::Seconds takes =
        network::minutes_from(standing, 0, network::kDayWindow)[1].best_s;
    return takes == network::kNever ? 0 : takes / 60;
  }

  Journal journal_;
  network::Circle circle_ = circle();
};

TEST_F(Registers, WithoutARecordTheFolderStands) { EXPECT_EQ(read(), circle_.openings); }

// Who moves the opening of a project moves the circle, on both nodes alike.
TEST_F(Registers, AProjectThatIsLateMakesJourneysLonger) {
  put("major-projects/project", "P-1", R"({"code":"P-1"})");
  put("major-projects/milestone", "P-1|1",
      R"({"code":"P-1","number":1,"planned_on":"2026-06-30"})");
  put("major-projects/milestone", "P-1|2",
      R"({"code":"P-1","number":2,"planned_on":"2028-12-31"})");
  EXPECT_EQ(minutes(circle_.openings, "2027-06-30"), 120);
  EXPECT_EQ(minutes(read(), "2027-06-30"), 0);
  EXPECT_EQ(minutes(read(), "2028-12-31"), 120);
  const std::uint64_t before = journal_.last();
  put("major-projects/milestone", "P-1|2",
      R"({"code":"P-1","number":2,"planned_on":"2030-12-31"})");
  EXPECT_EQ(minutes(read(), "2028-12-31"), 0);
  EXPECT_EQ(minutes(read(), "2030-12-31"), 120);
  EXPECT_EQ(read("sichuan"), read("chongqing"));
  // As it was known before, it is what it was.
  EXPECT_EQ(minutes(read("sichuan", before), "2028-12-31"), 120);

  put("major-projects/project", "P-1", R"({"code":"P-1","through_on":"2026-01-04"})");
  EXPECT_EQ(minutes(read(), "2026-01-03"), 0);
  EXPECT_EQ(minutes(read(), "2026-01-04"), 120);
}

// What the corridor's register says of traffic goes before the project, whose plan it leaves.
TEST_F(Registers, ACorridorOpensWhenBothSidesSaySo) {
  put("major-projects/milestone", "P-1|1",
      R"({"code":"P-1","number":1,"planned_on":"2029-01-01"})");
  put("transport/corridor", "X", R"({"code":"X","crosses":true})");
  put("transport/corridor", "R", R"({"code":"R","crosses":true})");
  EXPECT_EQ(read().at("X"), (network::Opening{.since = {}, .plan = day("2029-01-01")}));
  // On record and not open: after today, whatever the folder says.
  EXPECT_EQ(read().at("R"), (network::Opening{.since = {}, .plan = day("2026-01-06")}));
  put("transport/corridor", "X", R"({"opened_on":"2026-01-01"})", {"opened_on"});
  EXPECT_FALSE(read().at("X").since);
  put("transport/corridor", "X", R"({"opened_on":"2026-01-03"})", {"opened_on"}, "chongqing");
  EXPECT_EQ(read().at("X").since, day("2026-01-03"));
}

// Each half is what its own side says; the whole is open when both are, and closed when one is.
TEST_F(Registers, EachHalfOfABorderRoadHasAStatusOfItsOwn) {
  using network::Status;
  const auto status = [](const network::Openings& openings, const char* on) {
    return network::status_on(openings.at("X"), day(on));
  };
  put("transport/corridor", "X", R"({"code":"X","crosses":true})");
  put("transport/corridor", "X", R"({"approved_on":"2020-01-01"})", {"approved_on"});
  put("transport/corridor", "X", R"({"started_on":"2021-01-01"})", {"started_on"});
  put("transport/corridor", "X", R"({"trial_on":"2023-01-01"})", {"trial_on"});
  put("transport/corridor", "X", R"({"opened_on":"2023-06-01"})", {"opened_on"});
  put("transport/corridor", "X", R"({"trial_on":"2024-01-01"})", {"trial_on"}, "chongqing");
  EXPECT_TRUE(whole().border.contains("X"));
  EXPECT_EQ(status(whole().by_side.at("sichuan"), "2024-01-01"), Status::open);
  EXPECT_EQ(status(whole().by_side.at("chongqing"), "2024-01-01"), Status::trial);
  EXPECT_EQ(status(read(), "2023-06-01"), Status::building);
  EXPECT_EQ(status(read(), "2024-01-01"), Status::trial);
  EXPECT_EQ(minutes(read(), "2024-01-01"), 0);
  put("transport/corridor", "X", R"({"opened_on":"2025-01-01"})", {"opened_on"}, "chongqing");
  EXPECT_EQ(minutes(read(), "2025-01-01"), 120);
  put("transport/corridor", "X", R"({"closed_on":"2025-03-01"})", {"closed_on"}, "chongqing");
  EXPECT_EQ(status(whole().by_side.at("sichuan"), "2025-03-01"), Status::open);
  EXPECT_EQ(status(read("chongqing"), "2025-03-01"), Status::closed);
  EXPECT_EQ(minutes(read(), "2025-02-28"), 120);
  EXPECT_EQ(minutes(read(), "2025-03-01"), 0);
  // That half opens again; then the other closes.
  put("transport/corridor", "X", R"({"opened_on":"2025-05-01"})", {"opened_on"}, "chongqing");
  EXPECT_EQ(status(read(), "2025-05-01"), Status::open);
  put("transport/corridor", "X", R"({"closed_on":"2025-09-01"})", {"closed_on"});
  EXPECT_EQ(status(read(), "2025-08-31"), Status::open);
  EXPECT_EQ(status(read(), "2025-09-01"), Status::closed);
  // Out of the plan is out of the network, whatever was planned.
  put("transport/corridor", "R", R"({"code":"R","crosses":false,"dropped_on":"2026-01-01"})");
  EXPECT_EQ(network::status_on(read().at("R"), day("2035-01-01")), Status::closed);
}

// What an opening follows is told with the entry that wrote it, and so is what one side says alone.
TEST_F(Registers, ItIsToldWhatItLeadsBackToAndWhatEachSideSays) {
  put("transport/corridor", "X", R"({"code":"X","crosses":true})");
  put("transport/corridor", "X", R"({"opened_on":"2026-01-01"})", {"opened_on"});
  const std::uint64_t at = journal_.last();
  put("transport/corridor", "Z", R"({"code":"Z","crosses":true})");
  put("major-projects/milestone", "P-1|1",
      R"({"code":"P-1","number":1,"planned_on":"2029-01-01"})");
  const OnRecord all = whole();
  ASSERT_EQ(all.sources.size(), 1U);
  EXPECT_EQ(all.sources.at("X"),
            (std::vector<Source>{{"transport/corridor", "X", at},
                                 {"major-projects/milestone", "P-1|1", journal_.last()}}));
  ASSERT_EQ(all.by_side.size(), 1U);
  EXPECT_EQ(minutes(all.openings, "2026-01-01"), 0);
  EXPECT_EQ(minutes(all.by_side.at("sichuan"), "2026-01-01"), 120);
  EXPECT_EQ(all.by_side.at("sichuan").at("R"), circle_.openings.at("R"));
}

// What may come otherwise is a record too: both hold the same, and the one on record goes before
// the folder's.
TEST_F(Registers, ScenariosOnRecordGoBeforeThoseOfTheFolder) {
  using Kind = network::Scenario::Change::Kind;
  circle_.scenarios = {{.id = "late", .name = {}, .changes = {{.code = "X"}}},
                       {.id = "own", .name = {}, .changes = {{.code = "X"}}}};
  put("transport/scenario", "late/R",
      R"({"scenario":"late","name":"晚","english":"Late","corridor":"R","change":"shift","months":24})");
  put("transport/scenario", "late/X",
      R"({"scenario":"late","name":"晚","english":"Late","corridor":"X","change":"open","opens_on":"2026-05-01"})");
  put("transport/scenario", "gone/X",
      R"({"scenario":"gone","name":"无","english":"Gone","corridor":"X","change":"planned"})");
  const OnRecord all = whole();
  ASSERT_EQ(all.scenarios.size(), 2U);
  EXPECT_FALSE(all.scenario("gone"));
  EXPECT_EQ(all.scenario("own")->changes.front().kind, Kind::without);
  const network::Scenario* late = all.scenario("late");
  ASSERT_TRUE(late);
  EXPECT_EQ(late->name, bilingual("晚", "Late"));
  const network::Openings then = network::apply(all.openings, *late);
  EXPECT_EQ(then.at("R").since, day("2026-01-01"));
  EXPECT_EQ(then.at("X").since, day("2026-05-01"));
  EXPECT_EQ(all.scenario_sources.at("late").size(), 2U);
  EXPECT_EQ(whole("chongqing").scenarios.size(), 2U);
  // It edits nothing.
  EXPECT_EQ(all.openings, circle_.openings);
}

}  // namespace
}  // namespace bashu::travel
