// Fares as others have published them, rated tap by tap. Numbers are typed anew from the sources
// that docs/sources.md names; amounts are hundredths of whatever currency a place has.
#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "fares/gtfs_fares.h"
#include "fares/rate.h"
#include "fares/tap_rows.h"

namespace bashu::fares {
namespace {

using Fen = std::vector<Money>;
using Lines = std::vector<std::string>;

Tariff tariff_in(const Value& value) {
  auto tariff = read_tariff(value);
  for (const Wrong& wrong : tariff ? std::vector<Wrong>{} : tariff.error()) {
    ADD_FAILURE() << wrong.where << ": " << wrong.what;
  }
  return tariff.value_or(Tariff{});
}
// Of the members of a tariff by rules 2, all but its head.
std::string json_of(const std::string& members) {
  return R"({"tariff":"t","version":1,"rules":2,"from":"2020-01-01",)" + members + "}";
}
Tariff tariff_of(const std::string& members) {
  const auto value = parse_json(json_of(members));
  EXPECT_TRUE(value) << members;
  return value ? tariff_in(*value) : Tariff{};
}
std::string wrong_of(const std::string& members) {
  const auto tariff = read_tariff(*parse_json(json_of(members)));
  std::string out;
  for (const Wrong& wrong : tariff ? std::vector<Wrong>{} : tariff.error()) {
    out += wrong.where + ": " + wrong.what + "\n";
  }
  return out;
}

// `6 08:00 in tube 2 medium=card`: on that day of March 2023, of which the 6th is a Monday.
std::vector<Tap> taps_of(const Lines& lines) {
  std::vector<Tap> out;
  for (const std::string& line : lines) {
    std::istringstream words{line};
    std::string day, clock, kind, group, place, more;
    words >> day >> clock >> kind >> group >> place;
    Value::Record row{
        {"id", std::to_string(out.size()) + "/" + line},
        {"token", "x"},
        {"at", "2023-03-" + std::string(day.size() < 2 ? "0" : "") + day + " " + clock + ":00"},
        {"kind", kind},
        {"group", group},
        {"place", place},
        {"issuer", "home"},
        {"sequence", std::to_string(out.size())}};
    while (words >> more) {
      const std::size_t at = more.find('=');
      row[more.substr(0, at)] = more.substr(at + 1);
    }
    EXPECT_EQ(tap_of(row, out.emplace_back()), "") << line;
  }
  return out;
}
Fen paid(const Tariff& tariff, const Lines& lines) {
  const auto ordered = in_order(taps_of(lines));
  auto rides = pair(tariff, ordered);
  rate(tariff, ordered, rides);
  Fen out;
  for (const Ride& ride : rides) out.push_back(ride.paid());
  return out;
}
Money sum(const Fen& all) {
  Money out = 0;
  for (const Money one : all) out += one;
  return out;
}
// Within one group, at such a time.
Fen one_ride(const Tariff& tariff, const std::string& when, const std::string& until,
             const std::string& group, const std::string& from, const std::string& to,
             const std::string& who = "") {
  const std::string day = when.substr(0, when.find(' '));
  return paid(tariff, {when + " in " + group + " " + from + who,
                       day + " " + until + " out " + group + " " + to + who});
}

struct Case {
  const char* what;
  Lines taps;
  Fen pays;
};
void expect(const Tariff& tariff, const std::vector<Case>& cases) {
  for (const Case& one : cases) EXPECT_EQ(paid(tariff, one.taps), one.pays) << one.what;
}

// Rows of [from, to, fare] of a table whose places are numbered so.
template <std::size_t N>
std::string rows(const std::array<int, N>& names, const std::array<std::array<int, N>, N>& fares) {
  std::string out;
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t k = 0; k < N; ++k) {
      out += (out.empty() ? "[\"" : ",[\"") + std::to_string(names.at(i)) + "\",\"" +
             std::to_string(names.at(k)) + "\"," + std::to_string(fares.at(i).at(k)) + "]";
    }
  }
  return "[" + out + "]";
}

// ---- Chongqing and Chengdu: upper bounds belong to their band, 180 minutes in the paid area.

TEST(Published, BandsOfBothMetros) {
  const auto metro = [](const std::string& bands) {
    std::string metres;
    for (int km = 1; km <= 120; ++km) {
      for (const int more : {0, 1}) {
        metres += (metres.empty() ? "[\"0\",\"" : ",[\"0\",\"") + std::to_string(km) +
                  (more ? "+" : "") + "\"," + std::to_string(km * 1'000 + more) + "]";
      }
    }
    return tariff_of(R"("groups":{"m":{"party":"p","limit":10800,"overtime":1000,"missing":1000,)" +
                     bands + R"(,"metres":[)" + metres + R"(],"operators":[{"name":"o"}]}})");
  };
  struct Edge {
    const char* to;
    Money fare;
  };
  const auto check = [](const Tariff& tariff, const std::vector<Edge>& edges) {
    for (const Edge& one : edges) {
      EXPECT_EQ(one_ride(tariff, "6 08:00", "11:00", "m", "0", one.to), Fen{one.fare}) << one.to;
      EXPECT_EQ(one_ride(tariff, "6 08:00", "11:01", "m", one.to, "0"), Fen{one.fare + 1'000});
    }
  };
  check(metro(R"("bands":[[6000,200],[11000,300],[17000,400],[24000,500],[32000,600],[41000,700],
        [51000,800],[63000,900],[999999,1000]])"),
        {{"1", 200},
         {"6", 200},
         {"6+", 300},
         {"11", 300},
         {"11+", 400},
         {"17", 400},
         {"17+", 500},
         {"24", 500},
         {"24+", 600},
         {"32", 600},
         {"32+", 700},
         {"41", 700},
         {"41+", 800},
         {"51", 800},
         {"51+", 900},
         {"63", 900},
         {"63+", 1'000},
         {"120", 1'000}});
  // No ride costs more than 7 yuan now.
  check(metro(R"("bands":[[6000,200],[11000,300],[17000,400],[24000,500],[32000,600]],
        "each":9000,"adds":100,"most":700)"),
        {{"32", 600}, {"32+", 700}, {"41+", 700}, {"120", 700}});
  check(
      metro(R"("bands":[[4000,200],[8000,300],[12000,400],[18000,500],[24000,600],[32000,700],
        [40000,800],[50000,900]],"each":20000,"adds":100)"),
      {{"4", 200},    {"4+", 300},    {"8", 300},     {"8+", 400},    {"12", 400},   {"12+", 500},
       {"18", 500},   {"18+", 600},   {"24", 600},    {"24+", 700},   {"32", 700},   {"32+", 800},
       {"40", 800},   {"40+", 900},   {"50", 900},    {"50+", 1'000}, {"70", 1'000}, {"70+", 1'100},
       {"90", 1'100}, {"90+", 1'200}, {"110", 1'200}, {"110+", 1'300}});
}

TEST(Published, ChongqingsTransfer) {
  const Tariff tariff = tariff_of(R"("groups":{
    "bus":{"party":"p","flat":200,"operators":[{"name":"o"}]},
    "small":{"party":"p","flat":150,"operators":[{"name":"o"}]},
    "rail":{"party":"p","table":[["a","b",400]],"operators":[{"name":"o"}]}},
    "discounts":[{"name":"card","media":["card"],"ppm":100000}],
    "transfers":[{"name":"hour","media":["card"],"window":3600,"same_line_gap":900,
    "takes_off":"up_to","amount":200}])");
  const std::string card = " medium=card";
  const auto bus = [&](const char* clock, const std::string& more) {
    return std::string{"6 "} + clock + " single bus stop" + more;
  };
  expect(tariff,
         {{"a tenth off", {bus("08:00", card)}, {180}},
          {"none of who pays by code", {bus("08:00", ""), bus("08:20", "")}, {200, 200}},
          {"free within the hour", {bus("08:00", card), bus("09:00", card)}, {180, 0}},
          {"and not after it", {bus("08:00", card), bus("09:01", card)}, {180, 180}},
          {"a cheaper ride too",
           {bus("08:00", card), "6 08:30 single small stop medium=card"},
           {180, 0}},
          {"what exceeds 2 yuan is paid without the tenth",
           {bus("08:00", card), "6 08:30 in rail a medium=card", "6 08:50 out rail b medium=card"},
           {180, 200}},
          {"on one line after 15 minutes only",
           {bus("08:00", card + " line=601"), bus("08:14", card + " line=601")},
           {180, 180}},
          {"and then it is free",
           {bus("08:00", card + " line=601"), bus("08:15", card + " line=601")},
           {180, 0}},
          {"never within one vehicle",
           {bus("08:00", card + " vehicle=7"), bus("08:20", card + " vehicle=7")},
           {180, 180}}});
}

// Discounts of the city where one lives are not given by the gates of others.
TEST(Published, TheDeltasDiscountsEndAtTheCity) {
  const Tariff tariff = tariff_of(R"("groups":{"m":{"party":"p","table":[["a","b",500]],
    "operators":[{"name":"o"}]}},"discounts":[{"name":"ours","issuers":["here"],"ppm":100000}])");
  EXPECT_EQ(one_ride(tariff, "6 08:00", "08:30", "m", "a", "b", " issuer=here"), Fen{450});
  EXPECT_EQ(one_ride(tariff, "6 08:00", "08:30", "m", "a", "b", " issuer=there"), Fen{500});
}

// ---- London, 2023: zones, dearer on weekdays from 06:30 to 09:30 and from 16:00 to 19:00.

struct London {
  int from, to;
  Money peak, other;
};
constexpr std::array kLondon{
    London{1, 1, 280, 270}, London{1, 2, 340, 280}, London{1, 3, 370, 300}, London{1, 4, 440, 320},
    London{1, 5, 510, 350}, London{1, 6, 560, 360}, London{1, 7, 640, 470}, London{1, 8, 780, 470},
    London{1, 9, 790, 480}, London{2, 2, 190, 180}, London{2, 3, 210, 190}, London{2, 4, 280, 190},
    London{2, 5, 300, 200}, London{2, 6, 340, 210}, London{2, 7, 470, 330}, London{2, 8, 540, 340},
    London{2, 9, 540, 340}, London{3, 3, 190, 180}, London{3, 4, 210, 190}, London{3, 5, 280, 190},
    London{3, 6, 300, 200}, London{3, 7, 380, 220}, London{3, 8, 460, 220}, London{3, 9, 480, 220},
    London{4, 4, 190, 180}, London{4, 5, 210, 190}, London{4, 6, 280, 190}, London{4, 7, 310, 220},
    London{4, 8, 380, 220}};

std::string london_tube() {
  std::string peak, other, zones;
  for (const London& one : kLondon) {
    const std::string pair = (peak.empty() ? "[\"" : ",[\"") + std::to_string(one.from) + "\",\"" +
                             std::to_string(one.to) + "\",";
    peak += pair + std::to_string(one.peak) + "]";
    other += pair + std::to_string(one.other) + "]";
  }
  for (int zone = 1; zone <= 9; ++zone) {
    const std::string name = std::to_string(zone);
    for (const char* station : {"a", "b"}) {
      zones += (zones.empty() ? "\"" : ",\"") + name + station + "\":\"" + name + "\"";
    }
  }
  return R"("tube":{"party":"p","missing":940,"zones":{)" + zones + R"(},"zone_fares":[)" + other +
         R"(],"instead":[{"days":[1,2,3,4,5],"from":23400,"until":34200,"zone_fares":[)" + peak +
         R"(]},{"days":[1,2,3,4,5],"from":57600,"until":68400,"zone_fares":[)" + peak +
         R"(]}],"operators":[{"name":"o"}]})";
}
const char* const kLondonBus = R"("bus":{"party":"p","flat":175,"operators":[{"name":"o"}]})";
const char* const kHopper = R"("transfers":[{"name":"hopper","from":["bus"],"to":["bus"],
    "through":true,"window":3600,"takes_off":"up_to","amount":175,"most":100,
    "another_vehicle":false}])";

TEST(Published, LondonsZones) {
  const Tariff tariff = tariff_of("\"groups\":{" + london_tube() + "}");
  for (const London& one : kLondon) {
    const std::string from = std::to_string(one.from) + "a", to = std::to_string(one.to) + "b";
    for (const char* peak : {"7 06:30", "10 09:29", "7 16:00", "10 18:59"}) {
      EXPECT_EQ(one_ride(tariff, peak, "23:00", "tube", from, to), Fen{one.peak}) << from << to;
    }
    for (const char* other : {"7 06:29", "7 09:30", "7 15:59", "7 19:00", "11 08:00", "12 17:00"}) {
      EXPECT_EQ(one_ride(tariff, other, "23:00", "tube", to, from), Fen{one.other}) << from << to;
    }
  }
}

TEST(Published, LondonsHopperAndCaps) {
  const Tariff tariff = tariff_of("\"day_begins\":16200,\"groups\":{" + london_tube() + "," +
                                  kLondonBus + "}," + kHopper + R"(,"caps":[
    {"name":"bus day","groups":["bus"],"period":"day","limit":525},
    {"name":"bus week","groups":["bus"],"period":"week","limit":2470},
    {"name":"tube day","groups":["tube"],"period":"day","limit":850},
    {"name":"tube week","groups":["tube"],"period":"week","limit":4270}])");
  const auto bus = [](const char* when) { return std::string{when} + " single bus stop"; };
  const Lines tube_2{"7 08:00 in tube 1a", "7 08:30 out tube 2a", "7 11:00 in tube 1a",
                     "7 11:30 out tube 2a"};
  Lines tube_5 = tube_2;
  for (const char* more :
       {"7 12:00 in tube 1a",  // never left
        "7 13:00 in tube 1a", "7 13:30 out tube 2a", "7 14:00 in tube 1a", "7 14:30 out tube 2a"}) {
    tube_5.emplace_back(more);
  }
  expect(tariff, {{"free within the hour, then again from the next fare",
                   {bus("7 08:00"), bus("7 08:30"), bus("7 09:00"), bus("7 09:01"), bus("7 09:59")},
                   {175, 0, 0, 175, 0}},
                  {"also with the tube in between",
                   {bus("7 08:00"), "7 08:10 in tube 1a", "7 08:20 out tube 2a", bus("7 08:30")},
                   {175, 340, 0}},
                  {"three fares a day, which ends at 04:29",
                   {bus("7 05:00"), bus("7 08:00"), bus("7 12:00"), bus("7 16:00"), bus("8 04:29"),
                    bus("8 06:00")},
                   {175, 175, 175, 0, 0, 175}},
                  {"half past four is the next day", {bus("7 04:29"), bus("7 04:30")}, {175, 0}},
                  {"the fare for a missing tap does not count towards the cap",
                   tube_5,
                   {340, 280, 940, 230, 0}}});
  EXPECT_EQ(paid(tariff, tube_2), (Fen{340, 280}));
  // Monday to Sunday.
  Lines week;
  for (const char* day : {"6", "7", "8", "9", "10", "11", "12", "13"}) {
    for (const char* clock : {" 06:00", " 12:00", " 18:00", " 23:00"}) {
      week.push_back(bus((std::string{day} + clock).c_str()));
    }
  }
  const Fen all = paid(tariff, week);
  EXPECT_EQ(sum({all.begin(), all.begin() + 16}), 4 * 525);
  EXPECT_EQ(sum({all.begin(), all.begin() + 28}), 2'470);
  EXPECT_EQ(all[28], 175);
}

// ---- Leicester: three operators, and a cap over all of them: 5 a day, 19.50 a week. What a ride
// costs and one operator's own cap are examples.

TEST(Published, LeicestersCapOverThreeOperators) {
  const auto bus = [](const std::string& name) {
    return "\"" + name + R"(":{"party":"p","flat":200,"operators":[{"name":")" + name + "\"}]}";
  };
  const Tariff tariff =
      tariff_of("\"groups\":{" + bus("arriva") + "," + bus("centrebus") + "," + bus("first") +
                R"(},"caps":[{"name":"arriva","groups":["arriva"],"period":"day","limit":450},
    {"name":"day","period":"day","limit":500},{"name":"week","period":"week","limit":1950}])");
  expect(tariff,
         {{"one operator's",
           {"6 07:00 single arriva x", "6 08:00 single arriva x", "6 09:00 single arriva x",
            "6 10:00 single first x", "6 11:00 single first x"},
           {200, 200, 50, 50, 0}},
          {"over all",
           {"6 07:00 single arriva x", "6 08:00 single centrebus x", "6 09:00 single first x"},
           {200, 200, 100}}});
  Lines week;
  for (const char* day : {"6", "7", "8", "9", "10"}) {
    for (const char* one :
         {" 07:00 single arriva x", " 12:00 single centrebus x", " 18:00 single first x"}) {
      week.push_back(std::string{day} + one);
    }
  }
  EXPECT_EQ(sum(paid(tariff, week)), 1'950);
}

// ---- Seattle: within two hours the difference to the dearest fare is paid; a dearer ride begins
// them anew. Ferries of the state take no transfers.

std::string orca_group(const std::string& name, int fare, int senior) {
  return "\"" + name + R"(":{"party":"p","flat":)" + std::to_string(fare) +
         R"(,"instead":[{"classes":["senior"],"flat":)" + std::to_string(senior) +
         R"(},{"classes":["youth"],"flat":0}],"operators":[{"name":")" + name + "\"}]}";
}
Tariff orca() {
  const std::string takes = R"(["kitsap","community","metro","sound","east","west","taxi"])";
  return tariff_of("\"groups\":{" + orca_group("kitsap", 349, 100) + "," +
                   orca_group("community", 349, 125) + "," + orca_group("metro", 349, 100) + "," +
                   orca_group("sound", 325, 100) + "," + orca_group("east", 200, 100) + "," +
                   orca_group("west", 1'000, 500) + "," + orca_group("taxi", 575, 300) + "," +
                   orca_group("ferry", 349, 175) + R"(},"transfers":[{"name":"orca","from":)" +
                   takes + ",\"to\":" + takes + R"(,"window":7200,"inclusive":false,
    "takes_off":"difference","most":100,"another_vehicle":false,"through":true,"renews":true}])");
}
struct Leg {
  int minute;
  const char* group;
};
Lines legs(const std::vector<Leg>& all, const char* who = "") {
  Lines out;
  for (const Leg& one : all) {
    const int at = 11 * 60 + one.minute;
    out.push_back("7 " + std::to_string(at / 60) + ":" + (at % 60 < 10 ? "0" : "") +
                  std::to_string(at % 60) + " single " + one.group + " x" + who);
  }
  return out;
}

TEST(Published, SeattlesTwoHours) {
  const Tariff tariff = orca();
  std::vector<Leg> every_half_hour;
  for (int n = 1; n <= 10; ++n) {
    every_half_hour.push_back({30 * (n - 1), "kitsap"});
    const int fares = n <= 4 ? 1 : n <= 8 ? 2 : 3;
    EXPECT_EQ(sum(paid(tariff, legs(every_half_hour))), 349 * fares) << n;
    EXPECT_EQ(sum(paid(tariff, legs(every_half_hour, " class=senior"))), 100 * fares) << n;
    EXPECT_EQ(sum(paid(tariff, legs(every_half_hour, " class=youth"))), 0) << n;
  }
  const std::vector<Leg> mixed{{0, "metro"},   {20, "metro"},   {45, "community"}, {60, "metro"},
                               {130, "metro"}, {131, "kitsap"}, {132, "kitsap"}};
  expect(tariff,
         {{"by leg", legs({{0, "kitsap"}, {2, "community"}, {3, "community"}}), {349, 0, 0}},
          {"a ferry in between neither transfers nor ends the two hours",
           legs({{0, "kitsap"}, {1, "ferry"}, {2, "community"}}),
           {349, 349, 0}},
          {"nor begins them",
           legs({{0, "ferry"},
                 {30, "kitsap"},
                 {60, "kitsap"},
                 {90, "kitsap"},
                 {120, "kitsap"},
                 {149, "kitsap"}}),
           {349, 349, 0, 0, 0, 0}},
          {"two windows and two ferries",
           legs({{0, "kitsap"}, {30, "ferry"}, {60, "kitsap"}, {121, "kitsap"}, {150, "ferry"}}),
           {349, 349, 0, 349, 349}},
          {"two hours later to the minute",
           legs({{0, "sound"}, {120, "sound"}, {240, "sound"}}),
           {325, 325, 325}},
          {"seven legs", legs(mixed), {349, 0, 0, 0, 349, 0, 0}},
          {"seven of a senior, for whom the third is dearer",
           legs(mixed, " class=senior"),
           {100, 0, 25, 0, 0, 0, 0}},
          {"a dearer ride begins them anew",
           legs({{0, "east"}, {100, "metro"}, {150, "west"}}),
           {200, 149, 651}},
          {"and for seniors it is none",
           legs({{0, "east"}, {100, "metro"}, {150, "west"}}, " class=senior"),
           {100, 0, 500}}});
}

// 2.50 and 2.75 are ridden, 2.75 is paid: each operator gets its part of that.
TEST(Published, SeattlesOperatorsShareWhatIsPaid) {
  const Tariff tariff = tariff_of(R"("groups":{
    "metro":{"party":"p","flat":250,"operators":[{"name":"metro"}]},
    "sound":{"party":"q","flat":275,"operators":[{"name":"sound"}]}},
    "transfers":[{"name":"orca","window":7200,"inclusive":false,"takes_off":"difference",
    "most":100,"another_vehicle":false,"shared":true}])");
  for (const auto& [first, second] : {std::pair{"metro", "sound"}, std::pair{"sound", "metro"}}) {
    const auto all = rated(tariff, taps_of(legs({{0, first}, {40, second}})));
    ASSERT_EQ(all.size(), 2U);
    for (const Posting& one : all) {
      EXPECT_EQ(one.from_issuer, one.operator_name == "metro" ? 131 : 144) << first;
      EXPECT_EQ(one.fare, one.from_issuer + one.off);
    }
  }
  const auto alone = rated(tariff, taps_of(legs({{0, "metro"}, {120, "sound"}})));
  EXPECT_EQ(alone.at(0).from_issuer, 250);
  EXPECT_EQ(alone.at(1).from_issuer, 275);
}

// ---- Portland and Vancouver, two states: the difference within three hours, in both directions.

TEST(Published, TheTwoStatesTransfer) {
  const Tariff tariff = tariff_of(R"("groups":{
    "trimet":{"party":"p","flat":1000,"operators":[{"name":"o"}]},
    "ctran":{"party":"q","flat":500,"operators":[{"name":"c"}]}},
    "transfers":[{"name":"hop","window":10800,"takes_off":"difference","most":100,
    "another_vehicle":false}])");
  expect(tariff, {{"the cheaper one is free", legs({{0, "trimet"}, {60, "ctran"}}), {1'000, 0}},
                  {"of the dearer one the rest", legs({{0, "ctran"}, {60, "trimet"}}), {500, 500}},
                  {"in three hours", legs({{0, "ctran"}, {180, "trimet"}}), {500, 500}},
                  {"and no later", legs({{0, "ctran"}, {181, "trimet"}}), {500, 1'000}}});
}

// ---- New York, 2019: tables of zones and of stations. Dear are trains that come into the city on
// weekdays from 6 to 10, and those that leave it from 16 to 20.

constexpr std::array kIslandZones{1, 3, 4, 7, 9, 10, 12, 14};
constexpr std::array<std::array<int, 8>, 8> kIslandPeak{{
    {900, 1'075, 1'250, 1'400, 1'675, 1'975, 2'350, 2'225},
    {1'075, 550, 825, 1'000, 1'225, 1'525, 1'475, 2'600},
    {1'250, 825, 325, 325, 600, 750, 1'125, 1'775},
    {1'400, 1'000, 325, 325, 325, 600, 1'000, 1'650},
    {1'675, 1'225, 600, 325, 325, 325, 750, 1'350},
    {1'975, 1'525, 750, 600, 325, 325, 325, 950},
    {2'350, 2'025, 1'125, 1'000, 750, 325, 325, 650},
    {3'050, 2'600, 1'775, 1'650, 1'350, 950, 650, 325},
}};
constexpr std::array<std::array<int, 8>, 8> kIslandOther{{
    {650, 775, 925, 1'025, 1'200, 1'425, 1'700, 1'525},
    {775, 400, 600, 725, 900, 1'100, 1'000, 1'900},
    {925, 600, 325, 325, 600, 750, 1'125, 1'775},
    {1'025, 725, 325, 325, 325, 600, 1'000, 1'650},
    {1'200, 900, 600, 325, 325, 325, 750, 1'350},
    {1'425, 1'100, 750, 600, 325, 325, 325, 950},
    {1'700, 1'475, 1'125, 1'000, 750, 325, 325, 650},
    {2'225, 1'900, 1'775, 1'650, 1'350, 950, 650, 325},
}};

Tariff long_island() {
  // In the morning into the city, in the evening out of it; the other way as at other times.
  auto in = kIslandOther, out = kIslandOther;
  std::string zones;
  for (std::size_t i = 0; i < kIslandZones.size(); ++i) {
    const std::string name = std::to_string(kIslandZones.at(i));
    for (const char* station : {"a", "b"}) {
      zones += (zones.empty() ? "\"" : ",\"") + name + station + "\":\"" + name + "\"";
    }
    for (std::size_t k = 0; k < kIslandZones.size(); ++k) {
      if (k <= i) in.at(i).at(k) = kIslandPeak.at(i).at(k);
      if (k >= i) out.at(i).at(k) = kIslandPeak.at(i).at(k);
    }
  }
  return tariff_of(R"("groups":{"lirr":{"party":"p","zones":{)" + zones + R"(},"zone_fares":)" +
                   rows(kIslandZones, kIslandOther) +
                   R"(,"instead":[{"days":[1,2,3,4,5],"from":21600,"until":36000,"at":"last_tap",
    "zone_fares":)" +
                   rows(kIslandZones, in) +
                   R"(},{"days":[1,2,3,4,5],"from":57600,"until":72000,"zone_fares":)" +
                   rows(kIslandZones, out) + R"(}],"operators":[{"name":"o"}]}})");
}

TEST(Published, LongIslandsZones) {
  const Tariff tariff = long_island();
  for (std::size_t i = 0; i < kIslandZones.size(); ++i) {
    for (std::size_t k = 0; k < kIslandZones.size(); ++k) {
      const std::string from = std::to_string(kIslandZones.at(i)) + "a",
                        to = std::to_string(kIslandZones.at(k)) + "b";
      const Money peak = kIslandPeak.at(i).at(k), other = kIslandOther.at(i).at(k);
      const auto costs = [&](const char* when, const char* until, Money fare) {
        EXPECT_EQ(one_ride(tariff, when, until, "lirr", from, to), Fen{fare})
            << from << " " << to << " " << when;
      };
      costs("7 05:10", "06:00", k <= i ? peak : other);
      costs("7 05:10", "05:59", other);
      costs("7 09:20", "09:59", k <= i ? peak : other);
      costs("7 09:20", "10:00", other);
      costs("7 19:59", "21:00", k >= i ? peak : other);
      costs("7 12:00", "13:00", other);
      costs("11 08:00", "09:00", other);
    }
  }
}

TEST(Published, MetroNorthsTable) {
  struct Pair {
    const char *from, *to;
    Money peak, other;
  };
  const std::vector<Pair> pairs{{"Grand Central", "Harlem-125th St.", 825, 625},
                                {"Grand Central", "Spuyten Duyvil", 975, 725},
                                {"Grand Central", "Pelham", 1'125, 850},
                                {"Grand Central", "Ardsley-on-Hudson", 1'275, 975},
                                {"Grand Central", "Port Chester", 1'375, 1'025},
                                {"Grand Central", "Tarrytown", 1'475, 1'125},
                                {"Grand Central", "Cortlandt", 1'750, 1'325},
                                {"Grand Central", "Cold Spring", 2'000, 1'500},
                                {"Grand Central", "Tenmile River", 2'725, 2'025},
                                {"Harlem-125th St.", "New Rochelle", 1'125, 850},
                                {"Harlem-125th St.", "Pawling", 2'300, 1'750},
                                {"Katonah", "Hartsdale", 600, 600},
                                {"Yonkers", "Ludlow", 300, 300},
                                {"Rye", "Mamaroneck", 375, 375},
                                {"Poughkeepsie", "Irvington", 1'375, 1'375}};
  // What is not dearer in the peak is left to the group's own table.
  std::string other, peak;
  for (const Pair& one : pairs) {
    const std::string row = std::string{"[\""} + one.from + "\",\"" + one.to + "\",";
    other += (other.empty() ? "" : ",") + row + std::to_string(one.other) + "]";
    if (one.peak > one.other) {
      peak += (peak.empty() ? "" : ",") + row + std::to_string(one.peak) + "]";
    }
  }
  const Tariff tariff = tariff_of(R"("groups":{"mnr":{"party":"p","table":[)" + other +
                                  R"(],"instead":[{"days":[1,2,3,4,5],"from":57600,"until":72000,
    "table":[)" + peak + R"(]}],"operators":[{"name":"o"}]}})");
  const auto ordered = [](const char* at, const char* kind, const char* place) {
    Tap tap = taps_of({std::string{at} + " " + kind + " mnr x"}).front();
    tap.place = place;
    return tap;
  };
  for (const Pair& one : pairs) {
    for (const auto& [day, fare] : {std::pair{"8", one.peak}, std::pair{"12", one.other}}) {
      const std::string on = day;
      const auto all = rated(tariff, {ordered((on + " 17:00").c_str(), "in", one.from),
                                      ordered((on + " 18:00").c_str(), "out", one.to)});
      ASSERT_EQ(all.size(), 1U);
      EXPECT_EQ(all[0].from_issuer, fare) << one.from << " " << one.to;
    }
  }
}

// ---- GTFS Fares v2.

// Helsinki: who rides within two zones, three or four, by what and as whom.
TEST(Published, HelsinkisZonesByMediumAndRider) {
  const auto fares = [](int two, int three, int four) {
    const auto row = [](const char* pair, int fare) {
      return std::string{R"([")"} + pair[0] + R"(",")" + pair[1] + "\"," + std::to_string(fare) +
             "]";
    };
    std::string out;
    for (const char* pair : {"AA", "BB", "CC", "DD", "AB", "BC", "CD"}) out += row(pair, two) + ",";
    return R"("zone_fares":[)" + out + row("AC", three) + "," + row("BD", three) + "," +
           row("AD", four) + "]";
  };
  const std::string half = fares(160, 220, 240), ticket = fares(320, 440, 480);
  const Tariff tariff = tariff_of(
      R"("groups":{"hsl":{"party":"p","zones":{"a1":"A","a2":"A","b":"B","c":"C","d":"D"},)" +
      fares(340, 470, 510) +
      R"(,"instead":[{"media":["card"],"classes":["pensioner","reduced_mobility","child"],)" +
      half + R"(},{"media":["app"],"classes":["child"],)" + half +
      R"(},{"media":["ticket","card","app"],)" + ticket + R"(}],"operators":[{"name":"o"}]}})");
  struct Who {
    const char* who;
    Money two, three, four;
  };
  for (const Who& one : std::vector<Who>{{" medium=contactless", 340, 470, 510},
                                         {" medium=ticket", 320, 440, 480},
                                         {" medium=card", 320, 440, 480},
                                         {" medium=app", 320, 440, 480},
                                         {" medium=card class=pensioner", 160, 220, 240},
                                         {" medium=card class=reduced_mobility", 160, 220, 240},
                                         {" medium=card class=child", 160, 220, 240},
                                         {" medium=app class=child", 160, 220, 240},
                                         {" medium=app class=pensioner", 320, 440, 480},
                                         {" medium=ticket class=child", 320, 440, 480}}) {
    const auto ride = [&](const char* from, const char* to) {
      return one_ride(tariff, "8 02:00", "03:00", "hsl", from, to, one.who);
    };
    EXPECT_EQ(ride("a1", "a2"), Fen{one.two}) << one.who;
    EXPECT_EQ(ride("a1", "b"), Fen{one.two}) << one.who;
    EXPECT_EQ(ride("a1", "c"), Fen{one.three}) << one.who;
    EXPECT_EQ(ride("d", "b"), Fen{one.three}) << one.who;
    EXPECT_EQ(ride("d", "a2"), Fen{one.four}) << one.who;
  }
}

// Prices in the peak and out of it, by medium and rider; who goes on to the airport within three
// hours pays an extension of 6 instead of 10.
TEST(Published, PeakAndOffPeakWithAnExtensionToTheAirport) {
  // Pink is A, B, C; blue is C, D; the rest is full.
  const auto table = [](int one_area, int full) {
    std::string out;
    for (const char* pair : {"AB", "AC", "BC", "CD", "AD", "BD"}) {
      const bool all = std::string{pair} == "AD" || std::string{pair} == "BD";
      out += (out.empty() ? "[\"" : ",[\"") + std::string(1, pair[0]) + "\",\"" + pair[1] + "\"," +
             std::to_string(all ? full : one_area) + "]";
    }
    return "\"table\":[" + out + "]";
  };
  const auto peak = [&](const std::string& who, int one_area, int full) {
    std::string out;
    for (const char* time : {R"("from":18000,"until":34200,)", R"("from":54000,"until":68400,)"}) {
      out += R"({"days":[1,2,3,4,5],)" + std::string{time} + who + table(one_area, full) + "},";
    }
    return out;
  };
  const std::string app = R"("media":["app"],)", reduced = R"("classes":["reduced"],)";
  const Tariff tariff = tariff_of(
      R"("groups":{"core":{"party":"p",)" + table(300, 400) + ",\"instead\":[" +
      peak(app + reduced, 350, 550) + peak(app, 500, 700) + peak(reduced, 400, 600) +
      peak("", 600, 800) + "{" + app + reduced + table(150, 250) + "},{" + app + table(250, 350) +
      "},{" + reduced + table(200, 300) + R"(}],"operators":[{"name":"o"}]},
    "air":{"party":"p","flat":1000,"operators":[{"name":"o"}]}},"transfers":[{"name":"extension",
    "from":["core"],"to":["air"],"window":10800,"takes_off":"fixed","amount":600}])");
  struct Who {
    const char* who;
    Money off_peak, peak, blue;
  };
  for (const Who& one : std::vector<Who>{{"", 400, 800, 300},
                                         {" medium=app", 350, 700, 250},
                                         {" class=reduced", 300, 600, 200},
                                         {" medium=app class=reduced", 250, 550, 150}}) {
    const auto trip = [&](const char* in, const char* out, const char* air, const char* from) {
      return paid(tariff, {std::string{in} + " in core " + from + one.who,
                           std::string{out} + " out core D" + one.who,
                           std::string{air} + " single air D" + one.who});
    };
    EXPECT_EQ(trip("8 02:00", "8 04:00", "8 04:05", "A"), (Fen{one.off_peak, 600})) << one.who;
    EXPECT_EQ(trip("8 08:00", "8 10:00", "8 10:05", "A"), (Fen{one.peak, 600})) << one.who;
    EXPECT_EQ(trip("11 08:00", "11 10:00", "11 10:05", "A"), (Fen{one.off_peak, 600})) << one.who;
    EXPECT_EQ(trip("8 02:05", "8 03:00", "8 03:05", "C"), (Fen{one.blue, 600})) << one.who;
    EXPECT_EQ(trip("8 02:05", "8 03:00", "8 05:05", "C"), (Fen{one.blue, 600})) << one.who;
    EXPECT_EQ(trip("8 02:05", "8 03:00", "8 05:06", "C"), (Fen{one.blue, 1'000})) << one.who;
  }
  EXPECT_EQ(one_ride(tariff, "8 09:29", "10:00", "core", "A", "B"), Fen{600});
  EXPECT_EQ(one_ride(tariff, "8 09:30", "10:00", "core", "A", "B"), Fen{300});
}

const GtfsTerms kTerms{.name = "t", .version = 1, .from = *Date::parse("2020-01-01"), .party = "p"};

// The same as a feed says it, of what everybody pays: times of weekdays and of the weekend.
TEST(Published, PeakAndOffPeakInGtfs) {
  using Table = std::vector<std::map<std::string, std::string>>;
  GtfsTables feed;
  const auto add = [&](const std::string& table, const Lines& columns,
                       const std::vector<Lines>& all) {
    for (const Lines& cells : all) {
      auto& row = feed.try_emplace(table, Table{}).first->second.emplace_back();
      for (std::size_t i = 0; i < cells.size(); ++i) row[columns[i]] = cells[i];
    }
  };
  add("calendar",
      {"service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"},
      {{"weekday", "1", "1", "1", "1", "1", "0", "0"},
       {"weekend", "0", "0", "0", "0", "0", "1", "1"}});
  add("timeframes", {"timeframe_group_id", "start_time", "end_time", "service_id"},
      {{"offpeak", "00:00:00", "05:00:00", "weekday"},
       {"peak", "5:00:00", "9:30:00", "weekday"},
       {"offpeak", "9:30:00", "15:00:00", "weekday"},
       {"peak", "15:00:00", "19:00:00", "weekday"},
       {"offpeak", "19:00:00", "24:00:00", "weekday"},
       {"offpeak", "", "", "weekend"}});
  add("fare_products", {"fare_product_id", "amount", "currency"},
      {{"blue", "3.00", "CNY"},
       {"blue peak", "6.00", "CNY"},
       {"full", "4.00", "CNY"},
       {"full peak", "8.00", "CNY"},
       {"airport", "10.00", "CNY"},
       {"extension", "6.00", "CNY"}});
  add("stop_areas", {"area_id", "stop_id"}, {{"1", "A"}, {"2", "C"}, {"2", "D"}});
  const Lines leg{
      "leg_group_id",   "network_id", "from_area_id", "to_area_id", "from_timeframe_group_id",
      "fare_product_id"};
  add("fare_leg_rules", leg,
      {{"core", "core", "1", "2", "offpeak", "full"},
       {"core", "core", "1", "2", "peak", "full peak"},
       {"core", "core", "2", "2", "offpeak", "blue"},
       {"core", "core", "2", "2", "peak", "blue peak"},
       {"air", "air", "", "", "", "airport"}});
  add("fare_transfer_rules",
      {"from_leg_group_id", "to_leg_group_id", "duration_limit", "duration_limit_type",
       "fare_transfer_type", "fare_product_id"},
      {{"core", "air", "10800", "1", "0", "extension"}});
  const auto read = from_gtfs(feed, kTerms);
  ASSERT_TRUE(read) << read.error();
  std::string told;
  for (const Unsaid& one : read->unsaid) told += one.key + " " + one.of + "\n";
  EXPECT_EQ(told, "one_way 1 2\ntimeframe_gap core\n");
  const Tariff tariff = tariff_in(read->tariff);
  expect(tariff, {{"off the peak",
                   {"8 02:00 in core A", "8 04:00 out core D", "8 04:05 single air D"},
                   {400, 600}},
                  {"in the peak",
                   {"8 08:00 in core A", "8 10:00 out core D", "8 10:05 single air D"},
                   {800, 600}},
                  {"blue", {"8 02:05 in core C", "8 03:00 out core D"}, {300}},
                  {"its peak", {"8 18:59 in core C", "8 20:00 out core D"}, {600}},
                  {"after it", {"8 19:00 in core C", "8 20:00 out core D"}, {300}},
                  {"at the weekend", {"11 08:00 in core A", "11 10:00 out core D"}, {400}}});
  // Times at the end of a ride, and none that are not known.
  for (auto& row : feed["fare_leg_rules"]) {
    row["to_timeframe_group_id"] = std::exchange(row["from_timeframe_group_id"], "");
  }
  const auto at_end = from_gtfs(feed, kTerms);
  ASSERT_TRUE(at_end) << at_end.error();
  EXPECT_EQ(one_ride(tariff_in(at_end->tariff), "8 18:59", "19:10", "core", "C", "D"), Fen{300});
  EXPECT_EQ(one_ride(tariff_in(at_end->tariff), "8 14:00", "15:00", "core", "C", "D"), Fen{600});
  add("calendar_dates", {"service_id", "date"}, {{"weekday", "20230310"}});
  EXPECT_EQ(from_gtfs(feed, kTerms)->unsaid.at(0), (Unsaid{"calendar_dates", "weekday"}));
  feed.erase("calendar");
  const auto without = from_gtfs(feed, kTerms);
  ASSERT_TRUE(without) << without.error();
  EXPECT_EQ(without->unsaid.at(0), (Unsaid{"timeframe", "blue"}));
}

// A, B and what a transfer between them costs: as a feed says it, and as it is rated.
GtfsTables feed_of(const std::string& a, const std::string& b, const std::string& type,
                   const std::string& ab) {
  const auto product = [](const std::string& id, const std::string& amount) {
    return std::map<std::string, std::string>{
        {"fare_product_id", id}, {"amount", amount}, {"currency", "CNY"}};
  };
  const auto leg = [](const std::string& id) {
    return std::map<std::string, std::string>{
        {"leg_group_id", id}, {"network_id", id}, {"fare_product_id", id}};
  };
  GtfsTables out{{"fare_products", {product("a", a), product("b", b)}},
                 {"fare_leg_rules", {leg("a"), leg("b")}},
                 {"fare_transfer_rules",
                  {{{"from_leg_group_id", "a"},
                    {"to_leg_group_id", "b"},
                    {"fare_transfer_type", type},
                    {"duration_limit", "7200"},
                    {"duration_limit_type", "1"}}}}};
  if (!ab.empty()) {
    out["fare_products"].push_back(product("ab", ab));
    out["fare_transfer_rules"][0]["fare_product_id"] = "ab";
  }
  return out;
}
TEST(Published, WhatATransferCostsInGtfs) {
  struct Rule {
    const char *what, *type, *ab;
    Fen pays;
    const char* unsaid = "";
  };
  for (const Rule& one :
       std::vector<Rule>{{"A, and AB instead of B", "0", "1.00", {300, 100}},
                         {"A and nothing more", "0", "", {300, 0}},
                         {"A, B and AB, which is taken off", "1", "-0.50", {300, 150}},
                         {"A and B", "1", "", {300, 200}},
                         {"AB instead of both", "2", "4.00", {300, 100}},
                         {"AB that costs as much as A", "2", "3.00", {300, 0}},
                         {"AB that costs less", "2", "2.50", {300, 200}, "transfer_type"},
                         {"AB that is charged too", "1", "0.50", {300, 200}, "transfer_type"},
                         {"AB that is dearer than B", "0", "2.50", {300, 200}, "transfer_type"}}) {
    const auto read = from_gtfs(feed_of("3.00", "2.00", one.type, one.ab), kTerms);
    ASSERT_TRUE(read) << one.what << read.error();
    EXPECT_EQ(read->unsaid.empty() ? "" : read->unsaid[0].key, one.unsaid) << one.what;
    const Tariff tariff = tariff_in(read->tariff);
    EXPECT_EQ(paid(tariff, legs({{0, "a"}, {120, "b"}})), one.pays) << one.what;
    EXPECT_EQ(paid(tariff, legs({{0, "a"}, {121, "b"}})), (Fen{300, 200})) << one.what;
    // What a feed could say it says again.
    const auto again = from_gtfs(to_gtfs(tariff).tables, kTerms);
    ASSERT_TRUE(again) << one.what << again.error();
    EXPECT_EQ(paid(tariff_in(again->tariff), legs({{0, "a"}, {120, "b"}})), one.pays) << one.what;
  }
}

// The two states' transfer as a feed says it: the larger fare less the smaller one.
TEST(Published, TheTwoStatesTransferInGtfs) {
  const auto there = from_gtfs(feed_of("10", "5", "0", ""), kTerms);
  const auto back = from_gtfs(feed_of("5", "10", "0", "5"), kTerms);
  ASSERT_TRUE(there && back);
  EXPECT_EQ(paid(tariff_in(there->tariff), legs({{0, "a"}, {60, "b"}})), (Fen{1'000, 0}));
  EXPECT_EQ(paid(tariff_in(back->tariff), legs({{0, "a"}, {60, "b"}})), (Fen{500, 500}));
}

// ---- What is published and cannot be said: it is refused with its place, or told.

TEST(Published, WhatATariffCannotSayIsRefused) {
  const std::string bus = R"("groups":{"bus":{"party":"p","flat":175,"operators":[{"name":"o"}])",
                    caps = bus + R"(}},"caps":[{"name":"c","period":"day","limit":850)";
  // London: a cap by the zones that one was in, and caps that cross.
  EXPECT_EQ(wrong_of(caps + R"(,"zones":["1","2"]}])"), "caps[0].zones: is not known here\n");
  EXPECT_NE(
      wrong_of(caps + R"(},{"name":"bus week","groups":["bus"],"period":"week","limit":2470}])")
          .find("caps.bus week: crosses the cap c"),
      std::string::npos);
  // Long Island: fares by the way, of tickets that are bought via a station.
  EXPECT_EQ(wrong_of(bus + R"(,"via":[["a","b","c",425]]}})"),
            "groups.bus.via: is not known here\n");
  // Helsinki and others: tickets for a day or a week, and holidays.
  EXPECT_EQ(wrong_of(bus + R"(}},"products":[{"name":"day","price":400}])"),
            "products: is not known here\n");
  EXPECT_EQ(wrong_of(bus + R"(,"instead":[{"flat":100,"days":["holiday"]}]}})"),
            "groups.bus.instead[0].days[0]: must be a day of the week, from 1, Monday, to 7\n");
}

TEST(Published, WhatAFeedSaysAndATariffCannotIsTold) {
  GtfsTables tables = feed_of("3.00", "2.00", "1", "");
  tables["fare_leg_rules"].push_back({{"leg_group_id", "a"},
                                      {"network_id", "a"},
                                      {"fare_product_id", "b"},
                                      {"contains_exactly_area_set_id", "ABC"}});
  tables["fare_leg_rules"].push_back({{"leg_group_id", "a"},
                                      {"network_id", "a"},
                                      {"fare_product_id", "b"},
                                      {"rule_priority", "1"}});
  const auto read = from_gtfs(tables, kTerms);
  ASSERT_TRUE(read) << read.error();
  std::string told;
  for (const Unsaid& one : read->unsaid) told += one.key + " " + one.of + "\n";
  EXPECT_EQ(told, "area_sets b\nrule_priority a\n");
}

}  // namespace
}  // namespace bashu::fares
