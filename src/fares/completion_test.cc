#include "fares/completion.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "base/json.h"

namespace bashu::fares {
namespace {

constexpr std::int64_t kMorning = 18'690 * 86'400 + 8 * 3'600;  // 2021-03-04 08:00, a Thursday
constexpr std::int64_t kDayMinutes = 24 * 60;

// A metro of four stations, a bus and another metro; `more` are further members.
Tariff tariff_with(const std::string& more) {
  const auto value = parse_json(R"({"tariff":"t","version":7,"from":"2021-01-01","day_begins":14400,
    "groups":{"m":{"party":"p","missing":900,"operators":[{"name":"o"}],"table":[["a","b",300],
      ["a","c",400],["b","c",200],["a","d",950]]},
    "n":{"party":"q","missing":700,"operators":[{"name":"n"}],"table":[["x","y",250]]},
    "bus":{"party":"p","flat":100,"operators":[{"name":"o"}]}})" +
                                more + "}");
  EXPECT_TRUE(value) << more;
  auto tariff = read_tariff(value.value_or(Value{}));
  for (const Wrong& wrong : tariff ? std::vector<Wrong>{} : tariff.error()) {
    ADD_FAILURE() << wrong.where << ": " << wrong.what;
  }
  return tariff.value_or(Tariff{});
}
Tariff completing(const std::string& rules, int most = 3) {
  return tariff_with(R"(,"completion":{"most":)" + std::to_string(most) + R"(,"rules":[)" + rules +
                     "]}");
}
constexpr const char* kNext = R"({"name":"next","by":"next_entry","within":14400})";
constexpr const char* kLast = R"({"name":"last","by":"last_exit","within":14400})";
constexpr const char* kUsual = R"({"name":"usual","by":"usual","days":30,"at_least":3})";

Tap tap(std::int64_t minutes, Tap::Kind kind, const std::string& place,
        const std::string& group = "m") {
  static int number = 0;
  Tap out{};
  out.id = "t" + std::to_string(++number), out.token = "x", out.at_s = kMorning + minutes * 60;
  out.kind = kind, out.group = group, out.place = place, out.issuer = "p";
  return out;
}
Tap in(std::int64_t minutes, const std::string& place, const std::string& group = "m") {
  return tap(minutes, Tap::Kind::in, place, group);
}
Tap out(std::int64_t minutes, const std::string& place, const std::string& group = "m") {
  return tap(minutes, Tap::Kind::out, place, group);
}
Tap bus(std::int64_t minutes, const std::string& stop) {
  return tap(minutes, Tap::Kind::single, stop, "bus");
}
void ride(std::vector<Tap>& taps, std::int64_t minutes, const std::string& from,
          const std::string& to) {
  taps.push_back(in(minutes, from));
  taps.push_back(out(minutes + 20, to));
}

// What the ride of the n-th posting was completed with: rule, place and fare; none of none.
std::string completed(const Tariff& tariff, std::vector<Tap> taps, std::size_t n) {
  const auto all = rated(tariff, std::move(taps));
  if (n >= all.size()) return "no such ride";
  const Posting& one = all[n];
  if (one.completion.empty()) return "none " + std::to_string(one.fare);
  return one.completion + " " + one.completed_at + " " + std::to_string(one.fare);
}

TEST(Completion, WhereOneGoesInNextIsWhereOneCameOut) {
  const Tariff tariff = completing(kNext);
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(60, "b")}, 0), "next b 300");
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(240, "b")}, 0), "next b 300");
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(241, "b")}, 0), "none 900") << "too late";
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(60, "a")}, 0), "none 900") << "where one went in";
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(60, "?")}, 0), "none 900") << "no fare is known";
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(60, "x", "n")}, 0), "none 900") << "another metro";
  EXPECT_EQ(completed(tariff, {in(0, "a")}, 0), "none 900") << "the last tap";
  EXPECT_EQ(completed(tariff, {out(0, "a"), in(60, "b")}, 0), "none 900") << "no entry is missing";
  // 03:50 belongs to the service day before, 04:10 does not.
  EXPECT_EQ(completed(tariff, {in(17 * 60, "a"), in(19 * 60 + 50, "b")}, 0), "next b 300");
  EXPECT_EQ(completed(tariff, {in(17 * 60, "a"), in(20 * 60 + 10, "b")}, 0), "none 900");
  // Never more than a missing tap costs.
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(60, "d")}, 0), "next d 900");
}

TEST(Completion, WhereOneChangesToIsWhereOneCameOut) {
  const Tariff tariff = completing(
      R"({"name":"next","by":"next_entry","within":14400,"interchanges":[["bus","stop","b"],
          ["bus","stop","c"],["n","x","c"]]})");
  EXPECT_EQ(completed(tariff, {in(0, "a"), bus(30, "stop"), in(60, "c")}, 0), "next b 300");
  EXPECT_EQ(completed(tariff, {in(0, "b"), bus(30, "stop")}, 0), "next c 200");
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(30, "x", "n")}, 0), "next c 400");
  EXPECT_EQ(completed(tariff, {in(0, "a"), bus(30, "elsewhere"), in(60, "c")}, 0), "none 900");
  EXPECT_EQ(completed(tariff, {in(0, "a"), out(30, "x", "n")}, 0), "none 900") << "came out there";
}

TEST(Completion, WhereOneCameOutLastIsWhereOneWentIn) {
  const Tariff tariff = completing(
      R"({"name":"last","by":"last_exit","within":14400,"interchanges":[["bus","s","a"]]})");
  std::vector<Tap> taps;
  ride(taps, 0, "a", "b");
  taps.push_back(out(60, "c"));
  EXPECT_EQ(completed(tariff, taps, 1), "last b 200");
  EXPECT_EQ(completed(tariff, {out(0, "a"), out(60, "b")}, 1), "last a 300");
  EXPECT_EQ(completed(tariff, {bus(0, "s"), out(60, "b")}, 1), "none 900")
      << "who taps once on a bus did so going in";
}

TEST(Completion, WhatIsUsualIsTheOtherEndOfMostRidesOfTheDaysBefore) {
  const Tariff tariff = completing(kUsual);
  std::vector<Tap> taps;
  ride(taps, 0, "a", "b");
  ride(taps, 600, "b", "a");  // both ways
  ride(taps, kDayMinutes, "a", "c");
  taps.push_back(in(5 * kDayMinutes, "a"));
  EXPECT_EQ(completed(tariff, taps, 3), "none 900") << "only twice";
  ride(taps, 2 * kDayMinutes, "a", "b");
  EXPECT_EQ(completed(tariff, taps, 4), "usual b 300");
  // A ride of the same day is no history, nor is one too long ago.
  std::vector<Tap> today;
  for (const int minutes : {0, 60, 120}) ride(today, minutes, "a", "b");
  today.push_back(in(180, "a"));
  EXPECT_EQ(completed(tariff, today, 3), "none 900");
  today.back().at_s += 30 * kDayMinutes * 60;
  EXPECT_EQ(completed(tariff, today, 3), "usual b 300");
  today.back().at_s += kDayMinutes * 60;
  EXPECT_EQ(completed(tariff, today, 3), "none 900");
  // Two that are as usual: neither.
  for (const int day : {2, 3}) ride(taps, day * kDayMinutes + 60, "a", "c");
  EXPECT_EQ(completed(tariff, taps, 6), "none 900");
  // A missing entry is completed the same way.
  taps.push_back(out(4 * kDayMinutes, "b"));
  EXPECT_EQ(completed(tariff, taps, 6), "usual a 300");
}

TEST(Completion, WhatWasCompletedCompletesNothingElse) {
  const Tariff tariff = completing(std::string{kNext} + "," + kUsual, 30);
  std::vector<Tap> taps;
  for (int day = 0; day < 4; ++day) {
    taps.push_back(in(day * kDayMinutes, "a"));
    taps.push_back(in(day * kDayMinutes + 60, "b"));
  }
  EXPECT_EQ(completed(tariff, taps, 6), "next b 300");
  EXPECT_EQ(completed(tariff, taps, 7), "none 900");
}

TEST(Completion, TheFirstRuleThatTellsCounts) {
  const Tariff tariff =
      completing(std::string{kNext} + R"(,{"name":"cards","by":"fare","fare":350,"media":["card"]},
                                          {"name":"all","by":"fare","fare":5000})");
  EXPECT_EQ(completed(tariff, {in(0, "a"), in(60, "b")}, 0), "next b 300");
  EXPECT_EQ(completed(tariff, {in(0, "a")}, 0), "all  900") << "never more than a missing tap";
  Tap card = in(0, "a");
  card.medium = "card";
  EXPECT_EQ(completed(tariff, {card}, 0), "cards  350");
}

TEST(Completion, SoManyOfAMonthAreCompleted) {
  const Tariff tariff = completing(R"({"name":"f","by":"fare","fare":350})", 2);
  std::vector<Tap> taps;
  for (const int day : {0, 1, 2, 28}) taps.push_back(in(day * kDayMinutes, "a"));
  std::vector<Money> fares;
  for (const Posting& one : rated(tariff, taps)) fares.push_back(one.fare);
  EXPECT_EQ(fares, (std::vector<Money>{350, 350, 900, 350}));
  // An earlier one that arrives late is counted before: the order of taps counts.
  taps.push_back(in(-kDayMinutes, "a"));
  fares.clear();
  for (const Posting& one : rated(tariff, taps)) fares.push_back(one.fare);
  EXPECT_EQ(fares, (std::vector<Money>{350, 350, 900, 900, 350}));
}

// As Transport for London has it: the maximum fare of 9.40 does not count toward the day's cap, a
// journey that was completed does.
TEST(Completion, ACompletedRideCountsTowardsACapAsTheCapSays) {
  const auto last = [](const std::string& caps) {
    const Tariff tariff = tariff_with(
        R"(,"completion":{"most":3,"rules":[{"name":"next","by":"next_entry","within":14400}]},
           "caps":[{"name":"day","period":"day","limit":500,"borne_by":"issuer")" +
        caps + "}]");
    std::vector<Tap> taps{in(0, "a"), in(60, "b"), out(80, "a")};
    ride(taps, 120, "a", "b");
    Money sum = 0;
    const auto ordered = in_order(taps);
    auto rides = pair(tariff, ordered);
    rate(tariff, ordered, rides);
    for (const Ride& one : rides) sum += one.paid();
    return sum;
  };
  EXPECT_EQ(last(""), 500);
  EXPECT_EQ(last(R"(,"counts_completed":false)"), 800);
}

TEST(Completion, DiscountsApplyToItAndNobodyChangesFromOrToIt) {
  const Tariff tariff = tariff_with(
      R"(,"completion":{"most":3,"rules":[{"name":"next","by":"next_entry","within":14400}]},
         "discounts":[{"name":"tenth","ppm":100000,"groups":["m"]}],
         "transfers":[{"name":"hour","window":14400,"takes_off":"up_to","amount":1000,"most":9}])");
  const auto paid = [&](std::vector<Tap> taps) {
    std::vector<Money> out;
    for (const Posting& one : rated(tariff, std::move(taps))) out.push_back(one.from_issuer);
    return out;
  };
  EXPECT_EQ(paid({in(0, "a"), in(60, "b"), out(80, "a"), bus(90, "s")}),
            (std::vector<Money>{270, 270, 0}));
  EXPECT_EQ(paid({bus(0, "s"), in(20, "a"), in(60, "b"), out(80, "a")}),
            (std::vector<Money>{100, 270, 270}));
}

TEST(Completion, APostingSaysRuleAndVersionAndTheSidesShareItAsAnyFare) {
  const auto all = rated(completing(kNext), {in(0, "a"), in(60, "b"), out(80, "a")});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].completion, "next");
  EXPECT_EQ(all[0].completed_at, "b");
  EXPECT_EQ(all[0].tariff_version, 7);
  EXPECT_EQ(all[0].fault, Fault::no_exit);
  EXPECT_EQ(all[0].first_tap, all[0].last_tap);
  EXPECT_EQ(all[0].from_issuer, 300);
  EXPECT_EQ(all[1].completion, "");
}

TEST(Completion, ATariffSaysWhatIsWrongWithItsRules) {
  const auto value = parse_json(
      R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{"b":{"party":"p","flat":1,
      "operators":[{"name":"o"}]}},"caps":[{"name":"c","period":"day","limit":1,
      "counts_missing":true,"counts_completed":false}],
      "completion":{"rules":[{"name":"a","by":"next_entry","interchanges":[["x","y"]],"days":3},
      {"name":"a","by":"usual","days":0,"groups":["z"]},{"name":"f","by":"fare"},
      {"name":"g","by":"guess"}]}})");
  const auto tariff = read_tariff(*value);
  ASSERT_FALSE(tariff);
  std::string all;
  for (const Wrong& wrong : tariff.error()) all += wrong.where + ": " + wrong.what + "\n";
  EXPECT_EQ(all,
            "caps[0].counts_completed: must be true where counts_missing is\n"
            "completion.most: is missing\n"
            "completion.rules[0].within: is missing\n"
            "completion.rules[0].interchanges[0]: must be [group, place, place where one changes]\n"
            "completion.rules[0].days: is not known here\n"
            "completion.rules[1].days: must be a whole number from 1 to 366\n"
            "completion.rules[1].at_least: is missing\n"
            "completion.rules[1].name: stands there twice\n"
            "completion.rules[2].fare: is missing\n"
            "completion.rules[3].by: must be one of: next_entry, last_exit, usual, fare\n"
            "completion.rules[3].within: is missing\n"
            "completion.a: there is no group z\n");
}

// Two weeks of a rider who often forgets to tap.
std::vector<Tap> random_taps() {
  std::vector<Tap> taps;
  const int n = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 60));
  std::int64_t at = 0;
  for (int i = 0; i < n; ++i) {
    at += *rc::gen::inRange(1, 700);
    const std::string place = *rc::gen::element<std::string>("a", "a", "b", "b", "c", "d");
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        taps.push_back(bus(at, *rc::gen::element<std::string>("stop", "s")));
        break;
      case 1:
        taps.push_back(in(at, "x", "n"));
        break;
      case 2:
      case 3:
        taps.push_back(out(at, place));
        break;
      default:
        taps.push_back(in(at, place));
    }
  }
  return taps;
}
Tariff random_tariff(bool completes) {
  std::string rules = R"({"name":"next","by":"next_entry","within":14400,"interchanges":[
    ["bus","stop","b"],["n","x","c"]]},)";
  rules += std::string{kLast} + R"(,{"name":"usual","by":"usual","days":7,"at_least":1},
    {"name":"f","by":"fare","fare":850,"groups":["n"]})";
  return tariff_with(
      (completes ? R"(,"completion":{"most":4,"rules":[)" + rules + "]}" : std::string{}) +
      R"(,"discounts":[{"name":"tenth","ppm":100000,"groups":["m"]},
          {"name":"much","ppm":300000,"above":1500}],
         "transfers":[{"name":"hour","window":3600,"takes_off":"difference","most":2}],
         "caps":[{"name":"week","period":"week","limit":1200,"borne_by":"place"}])");
}
Money paid(const Tariff& tariff, const std::vector<Tap>& taps) {
  Money sum = 0;
  for (const Posting& one : rated(tariff, taps)) sum += one.from_issuer;
  return sum;
}

RC_GTEST_PROP(Completion, TheOrderOfArrivalNeverMattersNorDoCopies, ()) {
  const Tariff tariff = random_tariff(true);
  const auto taps = random_taps();
  auto arrived = taps;
  for (const Tap& one : taps) {
    if (*rc::gen::arbitrary<bool>()) arrived.push_back(one);
  }
  const std::string salt = std::to_string(*rc::gen::inRange(0, 1'000));
  std::ranges::sort(arrived, {}, [&](const Tap& one) { return sha256(salt + one.id); });
  RC_ASSERT(rated(tariff, taps) == rated(tariff, arrived));
}

RC_GTEST_PROP(Completion, NothingCompletedCostsMoreThanAMissingTapAndNobodyPaysMoreForIt, ()) {
  const Tariff with = random_tariff(true), without = random_tariff(false);
  const auto taps = random_taps();
  std::map<std::string, int> of_month;
  for (const Posting& one : rated(with, taps)) {
    if (one.completion.empty()) continue;
    RC_ASSERT(one.fault == Fault::no_exit || one.fault == Fault::no_entry);
    RC_ASSERT(one.fare <= with.groups.at(one.party == "q" ? "n" : "m").missing);
    RC_ASSERT(++of_month[one.day.text().substr(0, 7)] <= 4);
  }
  RC_ASSERT(paid(with, taps) <= paid(without, taps));
}

// The real tap that comes late takes the place of what was completed, as if it had been there.
RC_GTEST_PROP(Completion, ARideWithBothTapsIsNeverCompleted, ()) {
  const Tariff with = random_tariff(true), without = random_tariff(false);
  const auto taps = random_taps();
  std::map<std::string, Money> full;
  for (const Posting& one : rated(without, taps)) {
    if (one.fault == Fault::none) full[one.first_tap] = one.fare;
  }
  for (const Posting& one : rated(with, taps)) {
    RC_ASSERT((one.fault == Fault::none) == full.contains(one.first_tap));
    if (one.fault != Fault::none) continue;
    RC_ASSERT(one.completion.empty());
    RC_ASSERT(one.fare == full.at(one.first_tap));
  }
}

}  // namespace
}  // namespace bashu::fares
