#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "base/json.h"
#include "clearing/money.h"
#include "clearing/net_statement.h"
#include "clearing/netting.h"
#include "clearing/reconcile.h"

namespace bashu::clearing {
namespace {

TEST(Money, RoundingIsNamed) {
  EXPECT_EQ(part_of(5, 500'000, Rounding::down), 2);
  EXPECT_EQ(part_of(5, 500'000, Rounding::half_up), 3);
  EXPECT_EQ(part_of(5, 500'000, Rounding::half_even), 2);
  EXPECT_EQ(part_of(7, 500'000, Rounding::half_even), 4);
  EXPECT_EQ(part_of(1, 1, Rounding::up), 1);
  EXPECT_EQ(part_of(-5, 500'000, Rounding::half_up), -3);
  EXPECT_EQ(part_of(std::numeric_limits<Money>::max(), kMillion, Rounding::up),
            std::numeric_limits<Money>::max());
}

// As the transit agencies of Seattle share a ride of 2.50 and one of 2.75 for which 2.75 was paid.
TEST(Money, APaidFareIsSharedByTheFaresItStandsFor) {
  EXPECT_EQ(split(275, std::vector<std::int64_t>{250, 275}), (std::vector<Money>{131, 144}));
  EXPECT_EQ(split(100, std::vector<std::int64_t>{1, 1, 1}), (std::vector<Money>{34, 33, 33}));
  EXPECT_EQ(split(-100, std::vector<std::int64_t>{1, 1, 1}), (std::vector<Money>{-34, -33, -33}));
  EXPECT_EQ(split(1, std::vector<std::int64_t>{0, 5}), (std::vector<Money>{0, 1}));
}

RC_GTEST_PROP(Money, SharesSumToTheWholeAndNoneIsOffByOne, (std::int64_t total)) {
  auto weights = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
  weights.front() += 1;
  const auto parts = split(total / 2, weights);
  RC_ASSERT(std::accumulate(parts.begin(), parts.end(), Money{0}) == total / 2);
}

TEST(Netting, ThreePartiesPayOnceEach) {
  const std::vector<Claim> claims{{"a", "b", 100}, {"b", "c", 80}, {"c", "a", 30}};
  EXPECT_EQ(settle(claims, Netting::multilateral, 0, "house").payments,
            (std::vector<Payment>{{"b", "house", 20}, {"c", "house", 50}, {"house", "a", 70}}));
  EXPECT_EQ(settle(claims, Netting::gross).payments,
            (std::vector<Payment>{{"a", "c", 30}, {"b", "a", 100}, {"c", "b", 80}}));
}

// The statements of three parties, each between two of them.
Statement between(const std::string& a, const std::string& b, Money a_owes, Money b_owes) {
  const auto net = [](Money amount) { return Amounts{.gross = amount, .net = amount}; };
  return {.number = 1,
          .a = a,
          .b = b,
          .from = {},
          .until = *Date::parse("2021-04-01"),
          .first = 0,
          .end = 2,
          .sums = {{{a, b}, net(a_owes)}, {{b, a}, net(b_owes)}},
          .root = sha256(a + b)};
}
const std::vector<Statement> kThree{between("a", "b", 100, 30), between("a", "c", 5, 45),
                                    between("b", "c", 20, 80)};
const NetTerms kByHouse{.way = Netting::multilateral, .house = "house"};

TEST(NetStatement, EachOfThreeComesToTheSameRootFromItsOwnStatements) {
  const auto made = net_statement(kThree, kByHouse);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->positions, (std::map<std::string, Money>{{"a", -30}, {"b", 130}, {"c", -100}}));
  const std::string file = text_of(*made);
  for (const std::string party : {"a", "b", "c"}) {
    const auto read = net_statement_of(*parse_json(file));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->root, made->root);
    EXPECT_EQ(read->settlement, made->settlement);
    EXPECT_EQ(text_of(*read), file);
    std::vector<Statement> own;
    std::ranges::copy_if(kThree, std::back_inserter(own),
                         [&](const Statement& one) { return one.a == party || one.b == party; });
    EXPECT_TRUE(has_all_of(*read, party, own));
    // One of its own that is not there, or that it does not know, or of another amount.
    std::vector<Statement> less{own.front()}, more = own, other = own;
    more.push_back(between("a", "z", 1, 1));
    other.back().sums.begin()->second.net += 1;
    EXPECT_FALSE(has_all_of(*read, party, less));
    EXPECT_FALSE(has_all_of(*read, party, more));
    EXPECT_FALSE(has_all_of(*read, party, other));
  }
  std::vector<Statement> turned{kThree[2], kThree[0], kThree[1]};
  EXPECT_EQ(text_of(*net_statement(turned, kByHouse)), file) << "in any order";
  turned.push_back(kThree[0]);
  EXPECT_FALSE(net_statement(turned, kByHouse)) << "twice";
  NetTerms others = kByHouse;
  others.least = 31;
  EXPECT_NE(net_statement(kThree, others)->root, made->root) << "the terms are part of it";
}

TEST(NetStatement, WindowsOfSeveralBooksHaveOneNumberAndAreToldApart) {
  const std::vector<WindowStatement> windows{{"fares/window-1", between("a", "b", 100, 30)},
                                             {"bills/window-1", between("a", "b", 0, 50)},
                                             {"fares/window-2", between("b", "c", 20, 80)}};
  const auto made = net_statement(windows, kByHouse);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->positions, (std::map<std::string, Money>{{"a", -20}, {"b", 80}, {"c", -60}}));
  EXPECT_EQ(sides_of(*made), (std::vector<std::string>{"a", "b", "c"}));
  const auto read = net_statement_of(*parse_json(text_of(*made)));
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->root, made->root);
  const std::vector<WindowStatement> of_a{windows[0], windows[1]};
  EXPECT_TRUE(has_all_of(*read, "a", of_a));
  auto other = of_a;
  other[1].window.assign("bills/window-2");
  EXPECT_FALSE(has_all_of(*read, "a", other)) << "the same statement of another window";
  other[1] = windows[0];
  EXPECT_FALSE(net_statement(other, kByHouse)) << "twice";
}

TEST(NetStatement, AStatementWhoseSumsDoNotComeOutIsFound) {
  EXPECT_TRUE(sums_come_out(kThree[0]));
  Statement changed = kThree[0];
  changed.sums.begin()->second.net += 1;
  ASSERT_FALSE(sums_come_out(changed));
  EXPECT_EQ(sums_come_out(changed).error(), (std::pair<std::string, std::string>{"a", "b"}));
  Statement stranger = kThree[0];
  stranger.sums[{"nobody", "a"}] = {.gross = 1, .net = 1};
  EXPECT_FALSE(sums_come_out(stranger));
}

TEST(NetStatement, LinesThatTwoStatementsOfABookHaveAreFound) {
  Statement next = kThree[0];
  next.number = 2;
  next.first = 2;
  next.end = 4;
  EXPECT_FALSE(overlapping({{"", kThree[0]}, {"", next}, {"", kThree[1]}}));
  next.first = 1;
  EXPECT_EQ(overlapping({{"", next}, {"", kThree[0]}}), "a b 2");
  EXPECT_FALSE(overlapping({{"", kThree[0]}, {"bills", next}})) << "another book";
  next.end = 1;
  EXPECT_FALSE(overlapping({{"", kThree[0]}, {"", next}})) << "without lines";
}

TEST(NetStatement, WhateverIsChangedInTheFileIsFound) {
  const std::string file = text_of(*net_statement(kThree, kByHouse));
  const auto changed = [&](const std::string& what, const std::string& to) {
    std::string text = file;
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    text.replace(at, what.size(), to);
    const auto read = net_statement_of(*parse_json(text));
    return read ? std::string{"nothing"} : read.error();
  };
  EXPECT_EQ(changed(R"("a":-30)", R"("a":-29)"), "positions");
  EXPECT_EQ(changed(R"("amount":30,"payee":"house")", R"("amount":29,"payee":"house")"),
            "payments");
  EXPECT_EQ(changed(R"("amount":100,"creditor":"b")", R"("amount":90,"creditor":"b")"),
            "positions");
  EXPECT_EQ(changed(R"("amount":100,"creditor":"b")", R"("amount":100,"creditor":"z")"),
            "lines[0]");
  EXPECT_EQ(changed(R"("number":1)", R"("number":2)"), "root");
  EXPECT_EQ(changed(R"("least":0)", R"("least":1)"), "root");
  EXPECT_EQ(changed(R"("house":"house")", R"("house":"other")"), "payments");
  EXPECT_EQ(changed(R"("way":"multilateral")", R"("way":"somehow")"), "way");
}

TEST(Netting, TwoPayTheirDifferenceAndSmallSumsWait) {
  const std::vector<Claim> claims{{"a", "b", 100}, {"b", "a", 70}, {"c", "b", 5}};
  const Settlement done = settle(claims, Netting::bilateral, 10);
  EXPECT_EQ(done.payments, (std::vector<Payment>{{"b", "a", 30}}));
  ASSERT_EQ(done.carried.size(), 1U);
  // Carried over it is a claim like any other.
  std::vector<Claim> next = done.carried;
  next.push_back({"c", "b", 7});
  EXPECT_EQ(settle(next, Netting::bilateral, 10).payments, (std::vector<Payment>{{"b", "c", 12}}));
}

RC_GTEST_PROP(Netting, WhateverTheWayEverybodyEndsWithTheSame, ()) {
  const std::vector<std::string> parties{"a", "b", "c", "d"};
  std::vector<Claim> claims;
  const int n = *rc::gen::inRange(0, 20);
  for (int i = 0; i < n; ++i) {
    claims.push_back({*rc::gen::elementOf(parties), *rc::gen::elementOf(parties),
                      *rc::gen::inRange<Money>(-1'000, 1'000)});
  }
  const Money least = *rc::gen::inRange<Money>(0, 300);
  for (const Netting way : {Netting::gross, Netting::bilateral, Netting::multilateral}) {
    const Settlement done = settle(claims, way, least, "house");
    std::vector<Claim> all = done.carried;
    for (const Payment& paid : done.payments) {
      RC_ASSERT(paid.amount > 0);
      all.push_back({paid.to, paid.from, paid.amount});
    }
    auto before = positions(claims), after = positions(all);
    RC_ASSERT(after["house"] == 0);
    for (const std::string& party : parties) RC_ASSERT(before[party] == after[party]);
  }
}

std::vector<Line> numbered(int n) {
  std::vector<Line> lines;
  for (int i = 0; i < n; ++i) {
    const std::string name = std::to_string(i);
    lines.push_back({.key = sha256("key " + name), .content = sha256("content " + name)});
  }
  return lines;
}

TEST(Reconcile, FindsTheFewThatDifferAndSendsLittleElse) {
  auto left = numbered(20'000), right = left;
  std::set<Hash> missing_right, missing_left, changed;
  for (std::size_t i = 0; i < 10; ++i) {
    missing_right.insert(right.back().key);
    right.pop_back();
    missing_left.insert(left[i * 100].key);
    changed.insert(right[i * 100 + 50].key);
    right[i * 100 + 50].content = sha256("other");
  }
  std::erase_if(left, [&](const Line& line) { return missing_left.contains(line.key); });
  const Tree here{left}, there{right};
  EXPECT_NE(here.root(), there.root());
  const Differences found = reconcile(here, as_other(there));
  EXPECT_EQ(std::set(found.only_here.begin(), found.only_here.end()), missing_right);
  EXPECT_EQ(std::set(found.only_there.begin(), found.only_there.end()), missing_left);
  EXPECT_EQ(std::set(found.differ.begin(), found.differ.end()), changed);
  EXPECT_LT(found.bytes, 20'000 * sizeof(Line) / 4);
}

RC_GTEST_PROP(Reconcile, AgreesWithComparingEveryLine, ()) {
  const auto all = numbered(400);
  std::vector<Line> left, right;
  std::set<Hash> only_left, only_right, differ;
  const int odds = *rc::gen::inRange(1, 60);
  for (const Line& line : all) {
    switch (*rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 3 + odds))) {
      case 0:
        left.push_back(line), only_left.insert(line.key);
        break;
      case 1:
        right.push_back(line), only_right.insert(line.key);
        break;
      case 2:
        left.push_back(line), right.push_back({line.key, sha256("x")}), differ.insert(line.key);
        break;
      default:
        left.push_back(line), right.push_back(line);
    }
  }
  const Tree here{left}, there{right};
  const Differences found = reconcile(here, as_other(there));
  RC_ASSERT(std::set(found.only_here.begin(), found.only_here.end()) == only_left);
  RC_ASSERT(std::set(found.only_there.begin(), found.only_there.end()) == only_right);
  RC_ASSERT(std::set(found.differ.begin(), found.differ.end()) == differ);
  RC_ASSERT((here.root() == there.root()) ==
            (only_left.empty() && only_right.empty() && differ.empty()));
}

}  // namespace
}  // namespace bashu::clearing
