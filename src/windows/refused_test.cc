// Lines that are refused leave the statements of both sides and what each operator gets, whichever
// way they were refused and whatever was closed before.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "clearing/sketch.h"
#include "fares/claims.h"
#include "windows/ledger.h"

namespace bashu::windows {
namespace {

using clearing::Entry;

Date day(const char* text) { return *Date::parse(text); }

// Three operators who share a fare that does not divide, under a discount that two bear.
fares::Tariff tariff() {
  const auto read = fares::read_tariff(*parse_json(
      R"({"tariff":"t","rules":2,"version":1,"from":"2021-01-01","fee":6000,"groups":{)"
      R"("cq":{"party":"chongqing","operators":[{"name":"crt","weight":1},{"name":"bus","weight":1},)"
      R"({"name":"ferry","weight":1}],"flat":200},)"
      R"("sc":{"party":"sichuan","operators":[{"name":"metro","weight":2},{"name":"tram","weight":1}],"flat":305}},)"
      R"("discounts":[{"name":"one in ten","ppm":100000,"borne_by":{"place":1,"issuer":2}}]})"));
  EXPECT_TRUE(read) << (read ? "" : read.error().front().where + read.error().front().what);
  return read ? *read : fares::Tariff{};
}

std::vector<fares::Tap> taps(int rides) {
  std::vector<fares::Tap> out;
  for (int i = 0; i < rides; ++i) {
    const bool here = i % 3 == 0;
    fares::Tap tap;
    tap.id = "tap" + std::to_string(i);
    tap.token = "t" + std::to_string(i / 2);
    tap.at_s = std::int64_t{day("2021-03-04").days()} * 86'400 + 28'800 + std::int64_t{i} * 60;
    tap.device = "gate";
    tap.kind = fares::Tap::Kind::single;
    tap.group = here ? "cq" : "sc";
    tap.place = "a";
    tap.issuer = here ? "sichuan" : "chongqing";
    tap.medium = "card";
    out.push_back(std::move(tap));
  }
  return out;
}

// By claim; each token by itself, as a book rates them.
std::map<std::string, Entry> claims_of(const std::vector<fares::Tap>& taps) {
  std::map<std::string, std::vector<fares::Tap>> tokens;
  for (const fares::Tap& tap : taps) tokens[tap.token].push_back(tap);
  std::map<std::string, Entry> out;
  for (const auto& [token, some] : tokens) {
    for (Entry& one : fares::claims(tariff(), some, {})) out.emplace(one.id, std::move(one));
  }
  return out;
}

Rows refusing(std::vector<Refusal> refused) {
  Rows out;
  out.refused = std::move(refused);
  return out;
}

struct Sides {
  explicit Sides(const std::vector<fares::Tap>& taps)
      : first{{.first = "chongqing",
               .second = "sichuan",
               .own_is_first = true,
               .tariff = tariff()}},
        second{{.first = "chongqing",
                .second = "sichuan",
                .own_is_first = false,
                .tariff = tariff()}} {
    Rows rows;
    rows.taps = taps;
    first.take(rows);
    second.take(rows);
  }

  struct Window {
    Said first, second;
    std::vector<clearing::Difference> differences;
  };
  Window compared() {
    const Date until = day("2021-03-05");
    const auto a = first.draw(until, first.batches()), b = second.draw(until, second.batches());
    const auto answer =
        clearing::lines_for(second.lines(), clearing::sketch_of(first.lines().tree));
    EXPECT_TRUE(answer);
    const auto found = clearing::differences_in(first.lines(), *answer, b.root);
    EXPECT_TRUE(found);
    Window out{.first = {.until = until,
                         .batches = first.batches(),
                         .other_root = b.root,
                         .differences = *found,
                         .first_accepts = {},
                         .second_accepts = {}},
               .second = {},
               .differences = *found};
    out.second = out.first;
    out.second.batches = second.batches();
    out.second.other_root = a.root;
    return out;
  }
  static void accept(Window& window, const clearing::Difference& one, bool first_accepts) {
    for (Said* said : {&window.first, &window.second}) {
      (first_accepts ? said->first_accepts : said->second_accepts).insert(clearing::name_of(one));
    }
  }
  // Both come to one root and one split, which adds up to the statement.
  void close(const Window& window) {
    const auto ours = first.agreed(window.first), theirs = second.agreed(window.second);
    ASSERT_TRUE(ours && theirs);
    ASSERT_EQ(ours->root, theirs->root);
    ASSERT_EQ(*ours, *theirs);
    ASSERT_TRUE(first.close(window.first));
    ASSERT_TRUE(second.close(window.second));
    ASSERT_EQ(first.split().parts, second.split().parts);
    ASSERT_EQ(first.split().taken_back, second.split().taken_back);
    ASSERT_EQ(first.split().refused, second.split().refused);
    std::map<std::pair<std::string, std::string>, clearing::Amounts> sums;
    for (const Part& part : first.split().parts) {
      auto& sum = sums[{part.debtor, part.creditor}];
      sum = clearing::plus(sum, part.amounts);
      auto& all = booked[{part.debtor, part.creditor, part.of}];
      all = clearing::plus(all, part.amounts);
    }
    ASSERT_EQ(sums, ours->sums);
  }

  Ledger first, second;
  using Who = std::tuple<std::string, std::string, std::string>;  // debtor, creditor, operator
  std::map<Who, clearing::Amounts> booked;
};

void drop_zero(std::map<Sides::Who, clearing::Amounts>& sums) {
  std::erase_if(sums, [](const auto& one) { return one.second == clearing::Amounts{}; });
}

TEST(Refused, LeavesWhatIsDrawnOrIsTakenBackAsItWasBooked) {
  const auto rides = taps(3);
  Sides sides{rides};
  const auto claims = claims_of(rides);
  const std::string early = "t0/tap0/crt", late = "t0/tap1/tram";
  ASSERT_TRUE(claims.contains(early) && claims.contains(late));
  for (Ledger* side : {&sides.first, &sides.second}) {
    side->take(refusing({{.claim = early, .note = "no ride"}}));
  }
  ASSERT_NO_FATAL_FAILURE(sides.close(sides.compared()));
  EXPECT_FALSE(sides.booked.contains({"sichuan", "chongqing", "crt"}));
  EXPECT_TRUE(sides.first.split().taken_back.empty());
  // The shares of the other operators of the ride stay: 180 of 200 is paid, each got its part.
  EXPECT_EQ((sides.booked[{"sichuan", "chongqing", "bus"}]), claims.at("t0/tap0/bus").amounts);
  // What is closed stays as it is; the next statement names what it takes back.
  for (Ledger* side : {&sides.first, &sides.second}) {
    side->take(refusing({{.claim = late, .note = "no ride"}}));
  }
  ASSERT_NO_FATAL_FAILURE(sides.close(sides.compared()));
  ASSERT_EQ(sides.first.split().taken_back.size(), 1U);
  const Entry& back = sides.first.split().taken_back.front();
  EXPECT_EQ(back.corrects(), late);
  EXPECT_EQ(back.of, "tram");
  EXPECT_EQ(back.amounts, clearing::minus({}, claims.at(late).amounts));
}

TEST(Refused, OneSideAloneMakesADifferenceThatWaitsUntilItIsAnswered) {
  const auto rides = taps(3);
  Sides sides{rides};
  const std::string claim = "t0/tap0/crt";
  sides.first.take(refusing({{.claim = claim, .note = "no ride"}}));
  auto window = sides.compared();
  ASSERT_EQ(window.differences.size(), 1U);
  EXPECT_EQ(window.differences.front().kind, clearing::Kind::missing_here);
  ASSERT_NO_FATAL_FAILURE(sides.close(window));  // carried over
  EXPECT_TRUE(sides.first.split().refused.empty());
  window = sides.compared();
  ASSERT_EQ(window.differences.size(), 1U);
  Sides::accept(window, window.differences.front(), false);
  ASSERT_NO_FATAL_FAILURE(sides.close(window));
  ASSERT_EQ(sides.first.split().refused.size(), 1U);
  EXPECT_EQ(sides.first.split().refused.front().id, claim);
  EXPECT_TRUE(sides.compared().differences.empty());
  EXPECT_FALSE(sides.booked.contains({"sichuan", "chongqing", "crt"}));
  // It is stood by again by both: a line of the next window.
  sides.first.take(
      refusing({{.claim = claim, .note = "it was one", .version = 2, .cancelled = true}}));
  window = sides.compared();
  ASSERT_EQ(window.differences.size(), 1U);
  Sides::accept(window, window.differences.front(), false);
  ASSERT_NO_FATAL_FAILURE(sides.close(window));
  EXPECT_EQ((sides.booked[{"sichuan", "chongqing", "crt"}]), claims_of(rides).at(claim).amounts);
}

TEST(Refused, WhoGivesUpItsOwnLineTellsItInBothSplits) {
  const auto rides = taps(3);
  Sides sides{rides};
  sides.second.take(refusing({{.claim = "t0/tap1/metro", .note = "no ride"}}));
  auto window = sides.compared();
  ASSERT_EQ(window.differences.size(), 1U);
  EXPECT_EQ(window.differences.front().kind, clearing::Kind::missing_there);
  Sides::accept(window, window.differences.front(), true);
  ASSERT_NO_FATAL_FAILURE(sides.close(window));
  ASSERT_EQ(sides.second.split().refused.size(), 1U);
  EXPECT_EQ(sides.second.split().refused.front().id, "t0/tap1/metro");
}

TEST(Refused, WhatWasAcceptedWithoutTapsIsGoneOnceBothRefuseIt) {
  const auto rides = taps(1);
  Sides sides{{}};
  Rows rows;
  rows.taps = rides;
  sides.second.take(rows);
  auto window = sides.compared();
  ASSERT_EQ(window.differences.size(), 3U);
  for (const auto& one : window.differences) Sides::accept(window, one, true);
  ASSERT_NO_FATAL_FAILURE(sides.close(window));
  for (Ledger* side : {&sides.first, &sides.second}) {
    side->take(refusing({{.claim = "t0/tap0/bus", .note = "the gate was at fault"}}));
  }
  window = sides.compared();
  EXPECT_TRUE(window.differences.empty());
  ASSERT_NO_FATAL_FAILURE(sides.close(window));
  ASSERT_EQ(sides.first.split().taken_back.size(), 1U);
  EXPECT_EQ((sides.booked[{"sichuan", "chongqing", "bus"}]), clearing::Amounts{});
}

// Who says what of a claim, until all windows are closed.
struct Fate {
  std::string claim;
  int by = 0;        // 0: nobody refuses it, 1: the first side, 2: the second, 3: both
  int first_at = 0;  // the windows before which they say so
  int second_at = 0;
  bool given_up = false;  // of one that one side refuses: the other takes its word in the end
  [[nodiscard]] bool is_gone() const { return by == 3 || (by != 0 && given_up); }
};

RC_GTEST_PROP(Refused, WhateverIsRefusedCarriedOrAcceptedLeavesTheSumsOfTheRest, ()) {
  const auto rides = taps(*rc::gen::inRange(1, 12));
  const auto claims = claims_of(rides);
  constexpr int kWindows = 3;
  std::vector<Fate> fates;
  for (const auto& [id, claim] : claims) {
    fates.push_back({.claim = id,
                     .by = *rc::gen::inRange(0, 4),
                     .first_at = *rc::gen::inRange(0, kWindows),
                     .second_at = *rc::gen::inRange(0, kWindows),
                     .given_up = *rc::gen::arbitrary<bool>()});
  }
  Sides sides{rides};
  for (int number = 0; number <= kWindows; ++number) {
    std::vector<Refusal> first, second;
    for (const Fate& one : fates) {
      const Refusal refusal{.claim = one.claim, .note = "no ride"};
      if ((one.by & 1) != 0 && one.first_at == number) first.push_back(refusal);
      if ((one.by & 2) != 0 && one.second_at == number) second.push_back(refusal);
    }
    sides.first.take(refusing(std::move(first)));
    sides.second.take(refusing(std::move(second)));
    auto window = sides.compared();
    for (const auto& one : window.differences) {
      const std::string& id = one.here ? one.here->id : one.there->id;
      const Fate& fate = *std::ranges::find(fates, id, &Fate::claim);
      RC_ASSERT(fate.by != 0);
      // What both will have refused may wait; the rest is answered at some time, at last now.
      if (fate.by == 3) continue;
      if (number < kWindows && *rc::gen::arbitrary<bool>()) continue;
      const bool first_refuses = fate.by == 1;
      Sides::accept(window, one, first_refuses != fate.given_up);
    }
    sides.close(window);
    RC_ASSERT(!testing::Test::HasFailure());
  }
  RC_ASSERT(sides.compared().differences.empty());
  std::map<Sides::Who, clearing::Amounts> expected;
  for (const Fate& one : fates) {
    if (one.is_gone()) continue;
    const Entry& claim = claims.at(one.claim);
    auto& sum = expected[{claim.debtor, claim.creditor, claim.of}];
    sum = clearing::plus(sum, claim.amounts);
  }
  drop_zero(sides.booked);
  drop_zero(expected);
  RC_ASSERT(sides.booked == expected);
}

TEST(Refused, WhetherARowMakesTheClaimIsKnown) {
  const Sides sides{taps(4)};
  for (const auto& [claim, entry] : claims_of(taps(4)))
    EXPECT_TRUE(sides.first.makes(claim)) << claim;
  EXPECT_TRUE(sides.first.makes("t0/tap1"));
  for (const char* none : {"t0/tap2/metro", "t0/tap", "t0", "t9/tap0/crt", ""}) {
    EXPECT_FALSE(sides.first.makes(none)) << none;
  }
}

TEST(Refused, ARowNamesItsClaimAndWhy) {
  const auto read = read_rows(
      "refused", R"({"claim":"t0/tap0/crt","note":"no ride"})"
                 "\n"
                 R"({"cancelled":"true","claim":"t0/tap0/crt","note":"it was one","version":"2"})");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->refused.size(), 2U);
  EXPECT_EQ(read->refused[1].version, 2);
  EXPECT_TRUE(read->refused[1].cancelled);
  for (const char* bad :
       {R"({"claim":"","note":"no ride"})", R"({"claim":"c"})", R"({"claim":"c","note":""})",
        R"({"claim":"c","note":"n","version":0})", R"({"claim":"c","note":"n","version":"x"})",
        R"({"claim":"c","note":"n","cancelled":"yes"})"}) {
    EXPECT_FALSE(read_rows("refused", bad)) << bad;
  }
}

}  // namespace
}  // namespace bashu::windows
