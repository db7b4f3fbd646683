#include "fares/claims.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "base/json.h"

namespace bashu::fares {
namespace {

constexpr std::int64_t kMorning = 18'690 * 86'400 + 8 * 3'600;  // 2021-03-04 08:00

Tariff two_sides() {
  auto tariff = read_tariff(*parse_json(
      R"({"tariff":"t","version":1,"from":"2021-01-01","fee":3000,"denied_after":3600,
          "groups":{"west":{"party":"sichuan","table":[["a","b",305],["a","c",500]],"missing":1000,
                            "operators":[{"name":"w1","weight":2},{"name":"w2","weight":1}]},
                    "east":{"party":"chongqing","flat":200,"operators":[{"name":"e"}]}},
          "discounts":[{"name":"d","ppm":100000,"groups":["west"],"borne_by":"place"}],
          "caps":[{"name":"day","period":"day","limit":900}],
          "completion":{"most":3,"rules":[
            {"name":"next","by":"next_entry","within":14400},
            {"name":"usual","by":"usual","days":5,"at_least":1}]}})"));
  EXPECT_TRUE(tariff);
  return tariff.value_or(Tariff{});
}

Tap tap(const std::string& id, const std::string& token, int minute, Tap::Kind kind,
        const std::string& group, const std::string& place, const std::string& issuer) {
  Tap out{};
  out.id = id, out.token = token, out.at_s = kMorning + minute * 60, out.kind = kind;
  out.group = group, out.place = place, out.issuer = issuer;
  return out;
}

TEST(Claims, AreThoseAcrossTheBorderAndAddUp) {
  const auto all = claims(two_sides(),
                          {tap("1", "x", 0, Tap::Kind::in, "west", "a", "chongqing"),
                           tap("2", "x", 30, Tap::Kind::out, "west", "b", "chongqing"),
                           tap("3", "x", 60, Tap::Kind::single, "east", "", "chongqing")},
                          {});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, "x/1/w1");
  EXPECT_EQ(all[0].creditor, "sichuan");
  EXPECT_EQ(all[0].debtor, "chongqing");
  // 305 less a tenth (31, rounded half up), two thirds of it less the fee of 3 in a thousand.
  EXPECT_EQ(all[0].amounts,
            (clearing::Amounts{.gross = 203, .discount = 20, .fee = 1, .net = 182}));
  EXPECT_EQ(all[1].amounts, (clearing::Amounts{.gross = 102, .discount = 11, .fee = 0, .net = 91}));
}

TEST(Claims, OfABlockedCardAreThePlacesLossOnceTheListTookEffect) {
  const auto ride = [](int minute) {
    return std::vector{tap("1", "x", minute, Tap::Kind::in, "west", "a", "chongqing"),
                       tap("2", "x", minute + 10, Tap::Kind::out, "west", "c", "chongqing")};
  };
  const Denied denied{{"x", {{kMorning, std::nullopt}}}};
  EXPECT_EQ(claims(two_sides(), ride(59), denied)[0].state, "");
  const auto late = claims(two_sides(), ride(60), denied)[0];
  EXPECT_EQ(late.state, "blocked");
  EXPECT_EQ(late.amounts.net, 0);
  EXPECT_EQ(late.amounts.refused, 300);
}

TEST(Claims, ACorrectedTapTakesThePlaceOfTheOther) {
  auto taps = std::vector{tap("1", "x", 0, Tap::Kind::in, "west", "a", "chongqing"),
                          tap("2", "x", 30, Tap::Kind::out, "west", "b", "chongqing"),
                          tap("3", "x", 31, Tap::Kind::out, "west", "c", "chongqing")};
  taps[2].corrects = "2";
  const auto all = claims(two_sides(), taps, {});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].last, "3");
  EXPECT_EQ(all[0].amounts.gross + all[1].amounts.gross, 500);
}

TEST(Claims, SayByWhichRuleAMissingTapWasCompletedUntilItComes) {
  auto taps = std::vector{tap("1", "x", 0, Tap::Kind::in, "west", "a", "chongqing"),
                          tap("3", "x", 60, Tap::Kind::in, "west", "b", "chongqing"),
                          tap("4", "x", 80, Tap::Kind::out, "west", "a", "chongqing")};
  const auto before = claims(two_sides(), taps, {});
  ASSERT_EQ(before.size(), 4U);
  EXPECT_EQ(before[0].state, "no_exit:next");
  EXPECT_EQ(before[0].amounts.gross + before[1].amounts.gross, 305);
  taps.push_back(tap("2", "x", 30, Tap::Kind::out, "west", "c", "chongqing"));
  const auto after = claims(two_sides(), taps, {});
  ASSERT_EQ(after.size(), 4U);
  EXPECT_EQ(after[0].id, before[0].id);
  EXPECT_EQ(after[0].state, "");
  EXPECT_EQ(after[0].last, "2");
  EXPECT_EQ(after[0].amounts.gross + after[1].amounts.gross, 500);
}

std::vector<clearing::Entry> all_claims(const Tariff& tariff, const std::vector<Tap>& arrived) {
  std::map<std::string, std::vector<Tap>> tokens;
  for (const Tap& one : arrived) tokens[one.token].push_back(one);
  std::vector<clearing::Entry> out;
  for (const auto& [token, taps] : tokens) {
    for (clearing::Entry& one : claims(tariff, taps, {})) out.push_back(std::move(one));
  }
  return out;
}

// Taps in any order and in any batches, a statement closed after each batch, copies among them: in
// the end the same has been said as by one statement over everything.
RC_GTEST_PROP(Claims, AnyOrderOfArrivalAndAnyBatchesEndInTheSame, ()) {
  const Tariff tariff = two_sides();
  std::vector<Tap> taps;
  const int n = *rc::gen::inRange(0, 40);
  for (int i = 0; i < n; ++i) {
    const bool east = *rc::gen::inRange(0, 4) == 0;
    const std::string token = *rc::gen::element<std::string>("x", "y", "z");
    taps.push_back(tap(std::to_string(i), token, *rc::gen::inRange(0, 3'000),
                       east                          ? Tap::Kind::single
                       : *rc::gen::arbitrary<bool>() ? Tap::Kind::in
                                                     : Tap::Kind::out,
                       east ? "east" : "west", *rc::gen::element<std::string>("a", "b", "c"),
                       token == "z" ? "sichuan" : "chongqing"));
  }
  const Date until = *Date::parse("2021-03-09");
  const std::pair<std::string, std::string> sides{"chongqing", "sichuan"};
  clearing::Standing once;
  const auto whole = clearing::due(once, all_claims(tariff, taps), until);
  clearing::close(once, clearing::statement_of(once, whole, sides, until), whole);

  const std::string salt = std::to_string(*rc::gen::inRange(0, 1'000));
  std::ranges::sort(taps, {}, [&](const Tap& one) { return sha256(salt + one.id); });
  clearing::Standing often;
  std::vector<Tap> known;
  for (const Tap& one : taps) {
    known.push_back(one);
    if (*rc::gen::arbitrary<bool>()) known.push_back(one);
    if (*rc::gen::inRange(0, 4) != 0) continue;
    const auto lines = clearing::due(often, all_claims(tariff, known), until);
    clearing::close(often, clearing::statement_of(often, lines, sides, until), lines);
  }
  const auto lines = clearing::due(often, all_claims(tariff, known), until);
  clearing::close(often, clearing::statement_of(often, lines, sides, until), lines);
  std::erase_if(often.claims, [](const auto& one) { return one.second.state == "withdrawn"; });
  for (auto& [id, one] : often.claims) one.correction = 0;
  RC_ASSERT(often.claims == once.claims);
  // Rated again under the same tariff nothing changes.
  RC_ASSERT(clearing::due(once, all_claims(tariff, taps), until).empty());
}

RC_GTEST_PROP(Claims, PartsAlwaysAddUp, ()) {
  std::vector<Tap> taps;
  const int n = *rc::gen::inRange(0, 20);
  for (int i = 0; i < n; ++i) {
    taps.push_back(tap(std::to_string(i), "x", i * 7, i % 2 ? Tap::Kind::out : Tap::Kind::in,
                       "west", *rc::gen::element<std::string>("a", "b", "c"), "chongqing"));
  }
  for (const auto& one : claims(two_sides(), taps, {})) {
    const auto& a = one.amounts;
    RC_ASSERT(a.gross - a.discount - a.relief - a.refused - a.fee == a.net);
    RC_ASSERT(a.net >= 0);
  }
}

}  // namespace
}  // namespace bashu::fares
