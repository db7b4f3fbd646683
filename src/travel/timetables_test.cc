#include "travel/timetables.h"

#include <gtest/gtest.h>

#include "travel/network.h"
#include "travel/record.h"
#include "travel/test_pack.h"
#include "views/test_journal.h"

namespace bashu::travel {
namespace {

using test::kTransport;
using views::test::day;
using views::test::Journal;

constexpr const char *kSichuan = "sichuan", *kChongqing = "chongqing";
constexpr const char *kOld = "2026-01-01", *kNew = "2026-07-01";

// Two places of 200 km, station A in one and B in the other, and a train of the folder that takes
// 90 minutes; who travels is at the station ten minutes before.
network::Circle folder() {
  network::Circle out;
  out.places = {{.code = "510001", .name = {}, .lon_e6 = 104'000'000, .lat_e6 = 30'000'000},
                {.code = "500001", .name = {}, .lon_e6 = 106'000'000, .lat_e6 = 30'000'000}};
  out.trains.stations = {{.id = "A", .name = "A", .lon_e6 = 104'000'000, .lat_e6 = 30'000'000},
                         {.id = "B", .name = "B", .lon_e6 = 106'000'000, .lat_e6 = 30'000'000}};
  out.divisions = {"510001", "500001"};
  out.since.resize(2);
  out.timetable_of = day("2025-06-01");
  out.trains.services = {{.id = "daily", .first = day("2025-06-01"), .runs = {true, true}}};
  out.trains.trips = {{.id = "F1",
                       .line = "F1",
                       .service = 0,
                       .calls = {{.station = 0, .arrives_s = 36'000, .departs_s = 36'000},
                                 {.station = 1, .arrives_s = 41'400, .departs_s = 41'400}}}};
  return out;
}

class TimetablesOnRecord : public testing::Test {
 protected:
  void SetUp() override {
    journal_.today("2026-01-05");
    journal_.adopt(kTransport);
  }
  void put(const char* reg, const std::string& key, const std::string& fields,
           const std::string& side) {
    journal_.add(core::RecordPut{.reg = core::RegisterId{std::string{"transport/"} + reg},
                                 .key = key,
                                 .keeper = core::PartyId{side},
                                 .side = core::PartyId{side},
                                 .fields = views::test::data(fields),
                                 .sided = {},
                                 .on = journal_.today(),
                                 .id = {},
                                 .sides = {}});
  }
  void station(const std::string& name, const std::string& side, int east,
               const std::string& more = {}) {
    const std::string division = side == kSichuan ? "510001" : "500001";
    put("station", name,
        R"({"station":")" + name + R"(","side":")" + side + R"(","division":")" + division +
            R"(","east":)" + std::to_string(east * 1'000'000) + R"(,"north":30000000)" + more + "}",
        side);
  }
  void stations() {
    station("A", kSichuan, 104);
    station("B", kChongqing, 106);
  }
  // From A to B, at ten, in so many minutes; 0: it does not run.
  void train(const std::string& side, const std::string& from, const std::string& number, int takes,
             const std::string& keeper = {}) {
    const std::string calls = R"({"station":"A","departs":600},{"station":"B","arrives":)" +
                              std::to_string(600 + takes) + "}";
    put("train", side + "/" + from + "/" + number,
        R"({"side":")" + side + R"(","valid_from":")" + from + R"(","number":")" + number +
            R"(","calls":[)" + (takes == 0 ? "" : calls) + "]}",
        keeper.empty() ? side : keeper);
  }
  void edition(const std::string& side, const std::string& from, int trains) {
    put("timetable", side + "/" + from,
        R"({"side":")" + side + R"(","valid_from":")" + from + R"(","trains":)" +
            std::to_string(trains) + "}",
        side);
  }

  OnRecord whole(const char* own = kSichuan, views::At at = {}) {
    const auto views = views::test::in_memory(journal_.steps(), 1, own);
    return on_record(computed_, *views, at, journal_.today()).value();
  }
  // Of the best journey from A's place to B's, without the ten before; 0: no way.
  int minutes(const char* on, std::string_view by = {}, const char* own = kSichuan,
              views::At at = {}) {
    const auto circle = computed_.circle_on(whole(own, at).timetables, day(on), by);
    const auto takes = computed_.spreads(circle, circle->openings, day(on), 0)[1].best_s;
    return takes == network::kNever ? 0 : takes / 60 - 10;
  }
  std::vector<std::string> changed(const char* on, const char* side) {
    std::vector<std::string> out;
    const auto told = whole().timetables;
    for (const TrainDiffers& one : differing(*told, day(on), side)) out.push_back(one.number);
    return out;
  }

  Journal journal_;
  Computed computed_{std::make_shared<const network::Circle>(folder())};
};

using Numbers = std::vector<std::string>;

TEST_F(TimetablesOnRecord, WithoutOneTheTrainsOfTheFolderRun) {
  EXPECT_EQ(minutes(kOld), 90);
  stations();
  EXPECT_EQ(minutes(kOld), 90);
  EXPECT_EQ(whole().timetables, whole().timetables);  // not read again
}

// What one side tells changes what both nodes say, as soon as its edition is whole.
TEST_F(TimetablesOnRecord, AnEditionCountsOnceAllItsTrainsAreThere) {
  stations();
  edition(kSichuan, kOld, 2);
  train(kSichuan, kOld, "G1", 70);
  EXPECT_EQ(minutes(kOld), 90);
  const std::uint64_t before = journal_.last();
  train(kSichuan, kOld, "G2", 80);
  EXPECT_EQ(minutes(kOld), 70);
  EXPECT_EQ(minutes(kOld, {}, kChongqing), 70);
  EXPECT_EQ(minutes("2020-01-01"), 70);  // before the first edition that one
  EXPECT_EQ(computed_.circle_on(whole().timetables, day(kOld))->timetable_of, day(kOld));
  EXPECT_EQ(minutes(kOld, {}, kSichuan, before), 90);  // as it was known
}

TEST_F(TimetablesOnRecord, TheNewerEditionOfThoseWhereATrainCallsCounts) {
  stations();
  train(kSichuan, kOld, "G1", 70);
  edition(kSichuan, kOld, 1);
  train(kChongqing, kOld, "G1", 70);
  edition(kChongqing, kOld, 1);
  EXPECT_EQ(changed(kOld, kChongqing), Numbers{});
  const auto same = whole().timetables;
  EXPECT_EQ(computed_.circle_on(same, day(kOld)), computed_.circle_on(same, day(kOld), kSichuan));

  train(kChongqing, kNew, "G3", 60);
  train(kChongqing, kNew, "G1", 62);
  edition(kChongqing, kNew, 2);
  EXPECT_EQ(minutes(kOld), 70);
  EXPECT_EQ(minutes(kNew), 60);
  // Sichuan has not taken it yet: by its word G1 takes longer, and G3 is not there.
  EXPECT_EQ(minutes(kNew, kSichuan), 70);
  EXPECT_EQ(changed(kNew, kSichuan), (Numbers{"G1", "G3"}));
  EXPECT_EQ(changed(kNew, kChongqing), Numbers{});
  EXPECT_EQ(minutes(kNew, kSichuan, kChongqing), 70);
  // It takes it without G3, which ends it for nobody: both editions are equally new.
  train(kSichuan, kNew, "G1", 62);
  edition(kSichuan, kNew, 1);
  EXPECT_EQ(minutes(kNew), 60);
  EXPECT_EQ(changed(kNew, kSichuan), Numbers{"G3"});
}

TEST_F(TimetablesOnRecord, OfEquallyNewEditionsThatOfTheSideWhereItBeginsCounts) {
  stations();
  train(kChongqing, kOld, "G1", 62);
  edition(kChongqing, kOld, 1);
  train(kSichuan, kOld, "G1", 75);
  edition(kSichuan, kOld, 1);
  EXPECT_EQ(minutes(kOld), 75);
  EXPECT_EQ(minutes(kOld, kChongqing), 62);
  EXPECT_EQ(changed(kOld, kChongqing), Numbers{"G1"});
  EXPECT_EQ(changed(kOld, kSichuan), Numbers{});
}

TEST_F(TimetablesOnRecord, ATrainEndsWithANewerEditionThatTellsItNoMore) {
  stations();
  train(kSichuan, kOld, "G1", 70);
  train(kSichuan, kOld, "G2", 80);
  edition(kSichuan, kOld, 2);
  train(kChongqing, kNew, "G2", 80);
  edition(kChongqing, kNew, 1);
  EXPECT_EQ(minutes("2026-06-30"), 70);
  EXPECT_EQ(minutes(kNew, kSichuan), 70);
  EXPECT_EQ(changed(kNew, kSichuan), Numbers{"G1"});
  train(kChongqing, kNew, "G2", 0);  // and told to run nowhere
  EXPECT_EQ(minutes(kNew), 0);
}

TEST_F(TimetablesOnRecord, NobodyTellsATimetableForAnother) {
  stations();
  train(kSichuan, kOld, "G1", 20, kChongqing);
  edition(kSichuan, kOld, 1);
  EXPECT_TRUE(whole().timetables->editions.empty());
  EXPECT_EQ(minutes(kOld), 90);
}

TEST_F(TimetablesOnRecord, TrainsCallWhereAStationIsOpen) {
  stations();
  train(kSichuan, kOld, "G1", 70);
  edition(kSichuan, kOld, 1);
  station("B", kChongqing, 106, R"(,"opened_on":"2026-02-01","closed_on":"2026-03-01")");
  EXPECT_EQ(minutes("2026-01-31"), 0);
  EXPECT_EQ(minutes("2026-02-01"), 70);
  EXPECT_EQ(minutes("2026-03-01"), 0);
}

}  // namespace
}  // namespace bashu::travel
