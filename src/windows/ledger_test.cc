#include "windows/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "clearing/sketch.h"

namespace bashu::windows {
namespace {

using clearing::Entry;

Date day(const char* text) { return *Date::parse(text); }

fares::Tariff tariff() {
  return *fares::read_tariff(*parse_json(
      R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{)"
      R"("cq":{"party":"chongqing","operators":[{"name":"crt","weight":1}],"flat":200,"two_taps":true,"missing":700},)"
      R"("sc":{"party":"sichuan","operators":[{"name":"metro","weight":1}],"flat":300,"two_taps":true,"missing":900}}})"));
}

std::string tap(const std::string& token, int number, const char* kind, const char* group,
                const char* issuer) {
  const std::string minute = (number < 10 ? "0" : "") + std::to_string(number);
  return canonical_json(Value::Record{{"id", token + "-" + std::to_string(number)},
                                      {"token", token},
                                      {"at", "2021-03-04 08:" + minute + ":00"},
                                      {"device", "g1"},
                                      {"kind", kind},
                                      {"group", group},
                                      {"place", kind},
                                      {"issuer", issuer},
                                      {"medium", "card"}}) +
         "\n";
}

// `rides` rides on both sides, each of two taps.
std::vector<std::string> taps(int rides) {
  std::vector<std::string> out;
  for (int i = 0; i < rides; ++i) {
    const bool here = i % 3 == 0;
    const std::string token = "t" + std::to_string(i / 2);
    const int number = i % 2 * 10;
    out.push_back(tap(token, number, "in", here ? "cq" : "sc", here ? "sichuan" : "chongqing"));
    out.push_back(
        tap(token, number + 5, "out", here ? "cq" : "sc", here ? "sichuan" : "chongqing"));
  }
  return out;
}

Ledger ledger(bool first, Batches batches) {
  return {{.first = "chongqing", .second = "sichuan", .own_is_first = first, .tariff = tariff()},
          std::move(batches)};
}

Batches batches(const std::vector<std::string>& rows, const std::vector<std::size_t>& ends) {
  Batches out;
  std::size_t from = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    std::string text;
    for (; from < ends[i]; ++from) text += rows[from];
    EXPECT_TRUE(out.add("taps", text, i));
  }
  return out;
}

RC_GTEST_PROP(Ledger, AnyOrderAndAnyBatchesStateTheSame, ()) {
  std::vector<std::string> rows = taps(*rc::gen::inRange(1, 40));
  const auto n = rows.size();
  const Drawn whole = ledger(true, batches(rows, {n})).draw(day("2021-03-05"), 1);
  RC_ASSERT(whole.lines.size() > 0U);
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  std::ranges::stable_sort(
      rows, {}, [&](const std::string& row) { return sha256(row + std::to_string(seed)); });
  std::vector<std::size_t> ends = *rc::gen::container<std::vector<std::size_t>>(
      *rc::gen::inRange<std::size_t>(0, 5), rc::gen::inRange<std::size_t>(0, n + 1));
  ends.push_back(n);
  std::ranges::sort(ends);
  const Drawn again = ledger(true, batches(rows, ends)).draw(day("2021-03-05"), ends.size());
  RC_ASSERT(again.lines == whole.lines);
  RC_ASSERT(again.statement == whole.statement);
}

// What one window does between two sides, as their nodes do it.
struct Round {
  Said first, second;
  std::vector<clearing::Difference> differences;
};
std::optional<Round> compared(const Ledger& first, const Ledger& second, std::size_t count_first,
                              std::size_t count_second) {
  const Drawn a = first.draw(day("2021-03-05"), count_first);
  const Drawn b = second.draw(day("2021-03-05"), count_second);
  const auto answer = clearing::lines_for(b.lines, clearing::sketch_of(a.lines));
  if (!answer) return std::nullopt;
  const auto found = clearing::differences_in(a.lines, *answer, b.statement.root);
  if (!found) return std::nullopt;
  Said said{.until = day("2021-03-05"),
            .batches = count_first,
            .other_root = b.statement.root,
            .differences = *found,
            .first_accepts = {},
            .second_accepts = {}};
  Said theirs = said;
  theirs.batches = count_second;
  theirs.other_root = a.statement.root;
  return Round{.first = said, .second = theirs, .differences = *found};
}

RC_GTEST_PROP(Ledger, WhateverIsAnsweredBothCloseTheSameAndNothingAcceptedComesBack, ()) {
  const std::vector<std::string> rows = taps(30);
  std::array<std::vector<std::string>, 2> known;
  for (const std::string& row : rows) {
    for (auto& side : known) {
      if (*rc::gen::inRange(0, 12) > 0) side.push_back(row);
    }
  }
  Ledger first = ledger(true, batches(known[0], {known[0].size()}));
  Ledger second = ledger(false, batches(known[1], {known[1].size()}));
  auto round = compared(first, second, 1, 1);
  RC_ASSERT(round.has_value());
  const bool all = *rc::gen::arbitrary<bool>();
  for (const clearing::Difference& one : round->differences) {
    const int who = *rc::gen::inRange(all ? 1 : 0, 3);
    for (Said* said : {&round->first, &round->second}) {
      if (who == 1) said->first_accepts.insert(clearing::name_of(one));
      if (who == 2) said->second_accepts.insert(clearing::name_of(one));
    }
  }
  const auto agreed = first.agreed(round->first), theirs = second.agreed(round->second);
  RC_ASSERT(agreed.has_value());
  RC_ASSERT(theirs.has_value());
  RC_ASSERT(agreed->statement == theirs->statement);
  RC_ASSERT(first.close(round->first).has_value());
  RC_ASSERT(second.close(round->second).has_value());
  RC_ASSERT(first.standing().claims == second.standing().claims);
  // Nothing new arrived: what was accepted is done with; only what was carried over is due again.
  const auto again = compared(first, second, 1, 1);
  RC_ASSERT(again.has_value());
  if (all) {
    RC_ASSERT(first.draw(day("2021-03-05"), 1).lines.empty());
    RC_ASSERT(second.draw(day("2021-03-05"), 1).lines.empty());
  }
  for (const clearing::Difference& one : again->differences) {
    RC_ASSERT(!round->first.first_accepts.contains(clearing::name_of(one)));
    RC_ASSERT(!round->first.second_accepts.contains(clearing::name_of(one)));
  }
}

TEST(Ledger, WhatWasAcceptedCountsUntilNewEvidenceComes) {
  const std::vector<std::string> ride{tap("t", 1, "in", "cq", "sichuan"),
                                      tap("t", 6, "out", "cq", "sichuan")};
  Batches late;
  ASSERT_TRUE(late.add("taps", ride[0], 0));  // as the first side knows it: no exit
  ASSERT_TRUE(late.add("taps", ride[1], 1));
  Ledger first = ledger(true, late);
  Ledger second = ledger(false, batches(ride, {2}));
  auto round = compared(first, second, 1, 1);
  ASSERT_TRUE(round);
  ASSERT_EQ(round->differences.size(), 1U);
  round->first.first_accepts.insert(clearing::name_of(round->differences[0]));
  ASSERT_TRUE(first.close(round->first));
  EXPECT_EQ(first.standing().claims.begin()->second.amounts.net, 200);
  EXPECT_TRUE(first.draw(day("2021-03-06"), 1).lines.empty());
  EXPECT_TRUE(first.draw(day("2021-03-06"), 2).lines.empty()) << "the exit says what was accepted";
}

TEST(Ledger, AListThatHidesALineIsSeen) {
  const std::vector<std::string> rows = taps(20);
  const Ledger first = ledger(true, batches(rows, {40}));
  const Ledger second = ledger(false, batches(rows, {36}));
  const Drawn a = first.draw(day("2021-03-05"), 1), b = second.draw(day("2021-03-05"), 1);
  const auto answer = clearing::lines_for(b.lines, clearing::sketch_of(a.lines));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(clearing::differences_in(a.lines, *answer, b.statement.root));
  // The last line of what was answered, left out.
  const std::string less = answer->substr(0, answer->rfind('\n', answer->size() - 2) + 1);
  EXPECT_FALSE(clearing::differences_in(a.lines, less, b.statement.root));
  EXPECT_FALSE(clearing::differences_in(a.lines, *answer, a.statement.root));
}

TEST(Ledger, NothingIsAgreedByAListThatLeadsElsewhere) {
  const std::vector<std::string> rows = taps(20);
  for (const bool is_first : {true, false}) {
    Ledger first = ledger(true, batches(rows, {40})), second = ledger(false, batches(rows, {34}));
    const auto round = compared(first, second, 1, 1);
    ASSERT_TRUE(round);
    ASSERT_GT(round->differences.size(), 1U);
    Ledger& side = is_first ? first : second;
    const Said truth = is_first ? round->first : round->second;
    EXPECT_TRUE(side.agreed(truth));
    Said less = truth, twice = truth, none = truth, other = truth;
    less.differences.pop_back();
    twice.differences.push_back(twice.differences.front());
    none.differences.clear();
    other.other_root = side.draw(truth.until, 1).statement.root;
    for (const Said& lie : {less, twice, none, other}) {
      EXPECT_FALSE(side.agreed(lie));
      EXPECT_FALSE(side.close(lie));
    }
    EXPECT_TRUE(side.standing().claims.empty());
  }
}

TEST(Batches, AWrongRowTakesNothing) {
  Batches batches;
  const auto added =
      batches.add("taps", tap("t", 1, "in", "cq", "sichuan") + "{\"id\":\"x\"}\n", 0);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().line, 2U);
  EXPECT_EQ(added.error().text, "fares.bad_moment");
  EXPECT_TRUE(batches.claims({"chongqing", "sichuan"}, tariff(), 9).empty());
}

}  // namespace
}  // namespace bashu::windows
