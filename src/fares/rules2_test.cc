#include "fares/rules2.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "fares/denied.h"

namespace bashu::fares {
namespace {

constexpr std::int64_t kMorning = 18'690 * 86'400 + 8 * 3'600;  // 2021-03-04 08:00

std::string wrong_of(const std::string& json) {
  const auto tariff = read_tariff(*parse_json(json));
  std::string out;
  for (const Wrong& wrong : tariff ? std::vector<Wrong>{} : tariff.error()) {
    out += wrong.where + ": " + wrong.what + "\n";
  }
  return out;
}

// Buses at 4 yuan and a metro of two operators; `more` members.
std::string json_of(const std::string& more, int rules = 2) {
  return R"({"tariff":"t","version":1,"from":"2021-01-01","rules":)" + std::to_string(rules) +
         R"(,"groups":{"bus":{"party":"p","flat":400,"operators":[{"name":"b"}]},
         "metro":{"party":"p","table":[["a","b",701]],"missing":900,
         "operators":[{"name":"m"},{"name":"n"},{"name":"o"}]}})" +
         more + "}";
}
Tariff tariff_of(const std::string& more, int rules = 2) {
  EXPECT_EQ(wrong_of(json_of(more, rules)), "");
  return read_tariff(*parse_json(json_of(more, rules))).value_or(Tariff{});
}

Tap tap(int minute, Tap::Kind kind, const std::string& group, const std::string& place) {
  Tap out{};
  out.id = std::to_string(minute) + place, out.token = "x", out.at_s = kMorning + minute * 60;
  out.kind = kind, out.group = group, out.place = place, out.issuer = "q";
  return out;
}
Tap bus(int minute) { return tap(minute, Tap::Kind::single, "bus", "s"); }

std::vector<Ride> rides(const Tariff& tariff, std::vector<Tap> taps) {
  const auto ordered = in_order(std::move(taps));
  auto out = pair(tariff, ordered);
  rate(tariff, ordered, out);
  return out;
}
std::vector<Money> paid(const Tariff& tariff, std::vector<Tap> taps) {
  std::vector<Money> out;
  for (const Ride& ride : rides(tariff, std::move(taps))) out.push_back(ride.paid());
  return out;
}
using Fen = std::vector<Money>;

TEST(Rules2, ARideIsRatedByTheEditionOfItsDayOrByNone) {
  const Tariff tariff = tariff_of(R"(,"to":"2021-03-03","editions":[{"version":2,
    "from":"2021-03-05","to":"2021-03-05","groups":{"bus":{"party":"p","flat":500,
    "operators":[{"name":"b"}]}}}])");
  const auto all = rated(tariff, {bus(-1'440), bus(0), bus(1'440), bus(2'880)});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].fare, 400);
  EXPECT_EQ(all[1].fault, Fault::not_in_force);
  EXPECT_EQ(all[1].fare, 0);
  EXPECT_EQ(all[2].fare, 500);
  EXPECT_EQ(all[2].tariff_version, 2);
  EXPECT_EQ(all[3].fault, Fault::not_in_force);
  EXPECT_EQ(wrong_of(json_of(R"(,"editions":[{"version":1,"from":"2020-01-01"}])")),
            "editions[0].version: must rise from the edition before\n"
            "editions[0].from: begins before the edition before ends\n");
}

TEST(Rules2, TheStrictestCapCountsAndAllCountWhatIsPaid) {
  const std::string caps = R"(,"caps":[{"name":"day","period":"day","limit":600},
    {"name":"week","period":"week","limit":900}])";
  // Thursday 400 and 200, Friday 300; under 1 the day counts what the week had taken off already.
  EXPECT_EQ(paid(tariff_of(caps), {bus(0), bus(60), bus(1'440), bus(1'500)}),
            (Fen{400, 200, 300, 0}));
}

TEST(Rules2, CapsThatCrossAreRefused) {
  EXPECT_NE(wrong_of(json_of(R"(,"caps":[{"name":"all","period":"day","limit":500},
    {"name":"metro","period":"week","limit":500,"groups":["metro"]}])"))
                .find("caps.metro: crosses the cap all"),
            std::string::npos);
  EXPECT_EQ(wrong_of(json_of(R"(,"caps":[{"name":"all","period":"week","limit":500},
    {"name":"metro","period":"day","limit":500,"groups":["metro"]}])")),
            "");
}

TEST(Rules2, ASingleTapAtAGateIsCharged) {
  const std::vector<Tap> once{tap(0, Tap::Kind::single, "metro", "a")};
  EXPECT_EQ(paid(tariff_of("", 1), once), Fen{0});
  EXPECT_EQ(paid(tariff_of(""), once), Fen{900});
  EXPECT_EQ(rides(tariff_of(""), once)[0].fault, Fault::unknown_fare);
}

TEST(Rules2, AFixedTransferNeverCostsMoreThanTheRide) {
  const auto fixed = [](int amount) {
    return tariff_of(R"(,"transfers":[{"name":"f","window":3600,"takes_off":"fixed",
      "another_vehicle":false,"amount":)" +
                     std::to_string(amount) + "}]");
  };
  EXPECT_EQ(paid(fixed(100), {bus(0), bus(10)}), (Fen{400, 100}));
  EXPECT_EQ(paid(fixed(500), {bus(0), bus(10)}), (Fen{400, 400}));
}

TEST(Rules2, ADiscountThatTakesOffMoreDoesNotBeginAnotherChain) {
  const Tariff tariff = tariff_of(R"(,"discounts":[{"name":"d","ppm":1000000,"media":["pass"]}],
    "transfers":[{"name":"t","window":900,"takes_off":"up_to","amount":200,
    "another_vehicle":false}])");
  std::vector<Tap> taps{bus(0), bus(10), bus(20)};
  EXPECT_EQ(paid(tariff, taps), (Fen{400, 200, 400})) << "the third is beyond the window";
  taps[1].medium = "pass";
  EXPECT_EQ(paid(tariff, taps), (Fen{400, 0, 400})) << "and stays so";
  taps[0].medium = "pass", taps[1].medium = "";
  EXPECT_EQ(paid(tariff, taps), (Fen{0, 200, 400})) << "a ride that cost nothing begins one too";
}

TEST(Rules2, AnAccumulatedDiscountSaysWhichRidesCount) {
  const std::string above = R"(,"discounts":[{"name":"d","above":300,"ppm":500000)";
  EXPECT_EQ(wrong_of(json_of(above + "}]")), "discounts[0].counts: is missing\n");
  const std::vector<Tap> taps{bus(0), tap(10, Tap::Kind::in, "metro", "a"),
                              tap(40, Tap::Kind::out, "metro", "b"), bus(60)};
  EXPECT_EQ(paid(tariff_of(above + R"(,"counts":{"groups":["metro"]}}])"), taps),
            (Fen{400, 701, 200}));
  EXPECT_EQ(paid(tariff_of(above + R"(,"counts":{"groups":["bus"]}}])"), taps),
            (Fen{400, 350, 200}));
}

TEST(Rules2, ADenialIsLiftedFromItsEndOn) {
  Denied denied;
  deny(denied, {.token = "x", .from_s = kMorning, .until_s = kMorning + 1'800});
  deny(denied, {.token = "x", .from_s = kMorning});
  const auto refused = [&](int minute, int rules) {
    return rated(tariff_of("", rules), {bus(minute)}, denied)[0].denied;
  };
  EXPECT_TRUE(refused(29, 2));
  EXPECT_FALSE(refused(30, 2));
  EXPECT_TRUE(refused(30, 1));
}

TEST(Rules2, SeveralBearOneDiscountAndOperatorsPartsAddUp) {
  const Tariff tariff = tariff_of(R"(,"fee":10000,"discounts":[{"name":"d","ppm":10000,
    "borne_by":{"operators":1,"place":1,"issuer":1}}])");
  const auto all =
      rated(tariff, {tap(0, Tap::Kind::in, "metro", "a"), tap(30, Tap::Kind::out, "metro", "b")});
  Money issuer = 0, place = 0, off = 0, fee = 0;
  for (const Posting& one : all) {
    EXPECT_EQ(one.fare, one.from_issuer + one.from_place + one.off);
    issuer += one.from_issuer, place += one.from_place, off += one.off, fee += one.fee;
  }
  EXPECT_EQ((Fen{issuer, place, off, fee}), (Fen{696, 2, 3, 7}));
}

// Bus at 4 yuan, at night 6; `more` of the entry.
Tariff at_night(const std::string& more) {
  const std::string json = R"({"tariff":"t","version":1,"from":"2021-01-01","rules":2,"groups":{
    "bus":{"party":"p","flat":400,"instead":[{"from":79200,"until":18000,"flat":600)" +
                           more + R"(}],"operators":[{"name":"b"}]}}})";
  EXPECT_EQ(wrong_of(json), "");
  return read_tariff(*parse_json(json)).value_or(Tariff{});
}

TEST(Rules2, ATimeThatEndsOnTheNextDayBelongsToTheDayOnWhichItBegan) {
  const int ten = 14 * 60, five = 21 * 60;  // in the evening of Thursday, in the morning of Friday
  EXPECT_EQ(paid(at_night(""), {bus(ten - 1), bus(ten), bus(five - 1), bus(five)}),
            (Fen{400, 600, 600, 400}));
  EXPECT_EQ(paid(at_night(R"(,"days":[4])"), {bus(ten), bus(five - 1), bus(ten + 1'440)}),
            (Fen{600, 600, 400}));
  EXPECT_EQ(paid(at_night(R"(,"days":[5])"), {bus(ten), bus(five - 1), bus(ten + 1'440)}),
            (Fen{400, 400, 600}));
}

TEST(Rules2, PricesOfSomeAreTheDearestToo) {
  const Group group = at_night(R"(,"issuers":["q"])").groups.at("bus");
  EXPECT_EQ(dearest(group), 600);
  EXPECT_EQ(full_fare(group, "s", "s"), 400) << "of whom nothing is known";
  Tap night = bus(14 * 60);
  EXPECT_EQ(fare_of(group, night, night, "s", "s"), 600);
  night.issuer = "r";
  EXPECT_EQ(fare_of(group, night, night, "s", "s"), 400);
}

TEST(Rules2, ACompletedRideCostsWhatItDoesAtThatTime) {
  const std::string json = R"({"tariff":"t","version":1,"from":"2021-01-01","rules":2,"groups":{
    "metro":{"party":"p","table":[["a","b",300],["a","c",500]],"missing":900,
    "instead":[{"from":28800,"until":32400,"table":[["a","b",350]]}],"operators":[{"name":"m"}]}},
    "completion":{"most":9,"rules":[{"name":"next","by":"next_entry","within":7200}]}})";
  ASSERT_EQ(wrong_of(json), "");
  const Tariff tariff = *read_tariff(*parse_json(json));
  const auto costs = [&](int minute, const char* next) {
    return paid(tariff, {tap(minute, Tap::Kind::in, "metro", "a"),
                         tap(minute + 90, Tap::Kind::in, "metro", next)})[0];
  };
  EXPECT_EQ(costs(59, "b"), 350);
  EXPECT_EQ(costs(60, "b"), 300);
  EXPECT_EQ(costs(59, "c"), 500) << "which the time does not have";
}

TEST(Rules2, WhatSharesIsBorneByOperatorsAlone) {
  const std::string shared = R"(,"transfers":[{"name":"t","window":900,"shared":true,
    "takes_off":"difference"}])";
  EXPECT_EQ(wrong_of(json_of(shared)), "");
  EXPECT_EQ(wrong_of(json_of(shared + R"(,"discounts":[{"name":"d","ppm":1,"borne_by":"place"}])")),
            "discounts.d: must be borne by operators, since a transfer is shared\n");
  EXPECT_EQ(wrong_of(json_of(shared + R"(,"editions":[{"version":2,"from":"2022-01-01","caps":[
    {"name":"c","period":"day","limit":1,"borne_by":{"issuer":1}}]}])")),
            "caps.c: must be borne by operators, since a transfer is shared\n");
  EXPECT_EQ(wrong_of(json_of(R"(,"transfers":[{"name":"t","through":true,"to":["bus"]}])")),
            "transfers[0].through: needs from and to: else there is nothing to go through\n");
  EXPECT_EQ(wrong_of(json_of(shared, 1)), "transfers[0].shared: is not known here\n");
}

// Generated tariffs: caps that do not cross, transfers, accumulated discounts, several bearers.
Discount some_discount() {
  Discount out{.name = "d", .scope = {}, .off_ppm = *rc::gen::inRange(0, 1'000'001)};
  if (*rc::gen::arbitrary<bool>()) out.scope.groups = {"bus"};
  if (*rc::gen::arbitrary<bool>()) out.above = *rc::gen::inRange(0, 3'000);
  if (*rc::gen::arbitrary<bool>()) out.counts.groups = {"metro"};
  for (auto& weight : out.borne_by) weight = *rc::gen::inRange(0, 4);
  return out;
}
Transfer some_transfer() {
  Transfer out{.name = "t", .from = {}, .to = {}, .scope = {}};
  if (*rc::gen::arbitrary<bool>()) out.to = {"bus"};
  out.window_s = *rc::gen::inRange(0, 20'000);
  out.from_last_out = *rc::gen::arbitrary<bool>();
  out.another_vehicle = false;
  out.off =
      *rc::gen::element(Transfer::Off::up_to, Transfer::Off::difference, Transfer::Off::fixed);
  out.amount = *rc::gen::inRange(0, 900);
  out.most = *rc::gen::inRange(1, 4);
  out.renews = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) {
    out.through = true;
    out.from = out.to = {*rc::gen::element<std::string>("bus", "metro")};
  }
  return out;
}
Tariff some_tariff() {
  Tariff out = tariff_of(R"(,"fee":30000)");
  if (*rc::gen::arbitrary<bool>()) {
    out.groups.at("bus").instead.push_back({.scope = {},
                                            .days = {0, 1, 2, 3, 4},
                                            .from_s = *rc::gen::inRange(0, 86'400),
                                            .until_s = *rc::gen::inRange(0, 86'400),
                                            .prices = Flat{*rc::gen::inRange(0, 900)}});
  }
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) out.discounts.push_back(some_discount());
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) out.transfers.push_back(some_transfer());
  for (const auto period : {Cap::Period::day, Cap::Period::week, Cap::Period::month}) {
    if (*rc::gen::arbitrary<bool>()) continue;
    out.caps.push_back({.name = "c",
                        .scope = {},
                        .period = period,
                        .limit = *rc::gen::inRange(0, 4'000),
                        .bearer = *rc::gen::element(Bearer::place, Bearer::issuer)});
  }
  if (*rc::gen::arbitrary<bool>()) {
    out.caps.push_back({.name = "b",
                        .scope = {.groups = {"bus"}, .media = {}, .issuers = {}, .classes = {}},
                        .period = Cap::Period::day,
                        .limit = *rc::gen::inRange(0, 1'500)});
  }
  return out;
}
std::vector<Tap> some_taps() {
  std::vector<Tap> out;
  int at = 0;
  for (int i = *rc::gen::inRange(0, 40); i > 0; --i) {
    at += *rc::gen::element(7, 50, 700, 3'000);
    if (*rc::gen::arbitrary<bool>()) {
      out.push_back(bus(at));
    } else {
      out.push_back(tap(at, Tap::Kind::in, "metro", "a"));
      if (*rc::gen::inRange(0, 5) > 0) out.push_back(tap(at + 5, Tap::Kind::out, "metro", "b"));
    }
  }
  return out;
}
Money sum_of(const std::vector<Money>& all) {
  Money out = 0;
  for (const Money one : all) out += one;
  return out;
}

RC_GTEST_PROP(Rules2, NobodyPaysMoreForOneMoreDiscountOrTransfer, ()) {
  Tariff tariff = some_tariff();
  const auto taps = some_taps();
  const Money before = sum_of(paid(tariff, taps));
  if (*rc::gen::arbitrary<bool>()) {
    tariff.discounts.push_back(some_discount());
  } else {
    tariff.transfers.push_back(some_transfer());
  }
  RC_ASSERT(sum_of(paid(tariff, taps)) <= before);
}

RC_GTEST_PROP(Rules2, TheOrderOfTheFileDoesNotMatterToRiders, ()) {
  Tariff tariff = some_tariff();
  const auto taps = some_taps();
  const auto before = paid(tariff, taps);
  std::ranges::reverse(tariff.discounts);
  std::ranges::reverse(tariff.transfers);
  std::ranges::reverse(tariff.caps);
  RC_ASSERT(paid(tariff, taps) == before);
}

RC_GTEST_PROP(Rules2, TheOrderOfArrivalDoesNotMatterNorDoCopies, ()) {
  const Tariff tariff = some_tariff();
  const auto taps = some_taps();
  auto arrived = taps;
  for (const Tap& one : taps) {
    if (*rc::gen::arbitrary<bool>()) arrived.push_back(one);
  }
  std::vector<std::pair<int, Tap>> shuffled;
  for (const Tap& one : arrived) shuffled.emplace_back(*rc::gen::inRange(0, 1'000), one);
  std::ranges::stable_sort(shuffled, {}, [](const auto& one) { return one.first; });
  for (std::size_t i = 0; i < arrived.size(); ++i) arrived[i] = shuffled[i].second;
  RC_ASSERT(rated(tariff, arrived) == rated(tariff, taps));
}

// Batches come day by day: what is rated once stays as it is, unless a tap of before is late.
RC_GTEST_PROP(Rules2, WhatComesLaterChangesNoRideOfBefore, ()) {
  const Tariff tariff = some_tariff();
  const auto taps = some_taps();
  const auto all = paid(tariff, taps);
  for (std::size_t n = 1; n < taps.size(); ++n) {
    if (taps[n - 1].kind == Tap::Kind::in) continue;  // may still be completed by its exit
    const auto first = paid(tariff, {taps.begin(), taps.begin() + static_cast<std::ptrdiff_t>(n)});
    RC_ASSERT(std::equal(first.begin(), first.end(), all.begin()));
  }
}

// Operators share; riders do not notice it.
RC_GTEST_PROP(Rules2, WhatIsSharedIsWhatIsPaidAndInProportion, ()) {
  Tariff tariff = tariff_of(R"(,"fee":30000)");
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    tariff.discounts.push_back(some_discount());
    tariff.discounts.back().borne_by = {};
  }
  if (*rc::gen::arbitrary<bool>()) {
    tariff.caps.push_back({.name = "c",
                           .scope = {},
                           .period = Cap::Period::day,
                           .limit = *rc::gen::inRange(0, 4'000)});
  }
  tariff.transfers.push_back(some_transfer());
  const auto taps = some_taps();
  const auto apart = rides(tariff, taps);
  tariff.transfers[0].shared = true;
  const auto together = rides(tariff, taps);
  Money moved = 0, from_issuer = 0;
  for (std::size_t i = 0; i < apart.size(); ++i) {
    RC_ASSERT(together[i].paid() == apart[i].paid());
    RC_ASSERT(apart[i].moved == 0);
    RC_ASSERT(together[i].paid() + together[i].moved >= 0);
    RC_ASSERT(together[i].paid() + together[i].moved <= together[i].fare);
    moved += together[i].moved;
    from_issuer += together[i].paid();
  }
  RC_ASSERT(moved == 0);
  for (const Posting& one : rated(tariff, taps)) {
    RC_ASSERT(one.fare == one.from_issuer + one.from_place + one.off);
    RC_ASSERT(std::min({one.from_issuer, one.off, one.fee, one.relief}) >= 0);
    RC_ASSERT(one.relief <= one.off);
    from_issuer -= one.from_issuer;
  }
  RC_ASSERT(from_issuer == 0);
}

RC_GTEST_PROP(Rules2, NoCapIsExceededAndAllPartsAddUp, ()) {
  const Tariff tariff = some_tariff();
  const auto ordered = in_order(some_taps());
  auto all = pair(tariff, ordered);
  rate(tariff, ordered, all);
  std::map<std::pair<std::size_t, std::int64_t>, Money> spent;
  Money fares = 0;
  for (const Ride& ride : all) {
    RC_ASSERT(ride.paid() >= 0);
    fares += ride.fare;
    const Tap& first = ordered[ride.first];
    for (std::size_t i = 0; i < tariff.caps.size(); ++i) {
      const Cap& cap = tariff.caps[i];
      if (ride.missing() || (!cap.scope.groups.empty() && first.group != "bus")) continue;
      Money& sum = spent[{i, period(cap.period, service_day(tariff, first.at_s))}];
      sum += ride.paid();
      RC_ASSERT(sum <= cap.limit);
    }
  }
  for (const Posting& one : postings(tariff, ordered, all)) {
    RC_ASSERT(one.fare == one.from_issuer + one.from_place + one.off);
    RC_ASSERT(std::min({one.from_issuer, one.from_place, one.off, one.fee, one.relief}) >= 0);
    RC_ASSERT(one.fee <= one.from_issuer);
    RC_ASSERT(one.relief <= one.from_place + one.off);
    fares -= one.fare;
  }
  RC_ASSERT(fares == 0);
}

}  // namespace
}  // namespace bashu::fares
