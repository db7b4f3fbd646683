#include "clearing/sketch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"

namespace bashu::clearing {
namespace {

Entry claim(std::size_t number, Money net) {
  const std::string id = "c" + std::to_string(number);
  return {.id = id,
          .creditor = "sichuan",
          .debtor = "chongqing",
          .of = "metro",
          .day = *Date::parse("2021-03-04"),
          .first = id + "-in",
          .last = id + "-out",
          .state = {},
          .amounts = {.gross = net, .net = net}};
}

struct Sides {
  std::vector<Entry> here, there;
};
// Of `count` claims one in `rare` differs: left out by one side, or of another amount.
Sides sides(std::size_t count, int rare) {
  Sides out;
  for (std::size_t i = 0; i < count; ++i) {
    Entry one = claim(i, 100);
    const int how = *rc::gen::inRange(0, rare * 3);
    if (how != 0) out.here.push_back(one);
    if (how == 1) one.amounts.net = 99;
    if (how != 2) out.there.push_back(std::move(one));
  }
  return out;
}

RC_GTEST_PROP(Sketch, FindsWhatAComparisonFinds, ()) {
  const auto [here, there] =
      sides(*rc::gen::inRange<std::size_t>(0, 300), *rc::gen::inRange(1, 40));
  const auto answer = lines_for(there, sketch_of(here));
  RC_ASSERT(answer.has_value());
  const auto found = differences_in(here, *answer, tree_of(there).root());
  RC_ASSERT(found.has_value());
  const std::vector<Difference> whole = compare(here, there).differences;
  RC_ASSERT(text_of(*found) == text_of(whole));
  // As a document it says the same, and leads from each side to the other.
  const auto read = differences_of(text_of(*found));
  RC_ASSERT(read.has_value());
  RC_ASSERT(text_of(*read) == text_of(whole));
  const auto other = other_side(here, *read), back = other_side(there, turned(*read));
  RC_ASSERT(other.has_value());
  RC_ASSERT(back.has_value());
  RC_ASSERT(tree_of(*other).root() == tree_of(there).root());
  RC_ASSERT(tree_of(*back).root() == tree_of(here).root());
}

RC_GTEST_PROP(Sketch, ADamagedAnswerLeadsNowhere, ()) {
  const auto [here, there] = sides(60, 4);
  auto answer = lines_for(there, sketch_of(here));
  RC_ASSERT(answer.has_value());
  const std::size_t at = *rc::gen::inRange<std::size_t>(0, answer->size());
  const char other = *rc::gen::inRange<char>('!', '~');
  RC_PRE((*answer)[at] != other);
  (*answer)[at] = other;
  const auto found = differences_in(here, *answer, tree_of(there).root());
  // Whatever it says, it is refused or it is the truth.
  if (found) RC_ASSERT(text_of(*found) == text_of(compare(here, there).differences));
}

// One line only here, one only there, one of another amount, and one that both have.
struct Differing {
  std::vector<Entry> here{claim(1, 100), claim(2, 100), claim(4, 100)};
  std::vector<Entry> there{claim(1, 100), claim(3, 100), claim(4, 99)};
  std::vector<Difference> list = compare(here, there).differences;
  [[nodiscard]] std::string checked() const {
    const auto whole = leads_to(here, list, tree_of(there).root());
    return whole ? "whole" : whole.error();
  }
};

TEST(LeadsTo, ATrueListLeadsToTheOtherSidesRootAndToNoOther) {
  const Differing sides;
  ASSERT_EQ(sides.list.size(), 3U);
  EXPECT_EQ(sides.checked(), "whole");
  EXPECT_TRUE(leads_to(sides.there, turned(sides.list), tree_of(sides.here).root()));
  EXPECT_EQ(leads_to(sides.here, sides.list, tree_of(sides.here).root()).error(), "root");
  EXPECT_TRUE(leads_to(sides.here, {}, tree_of(sides.here).root()));
}

TEST(LeadsTo, AListThatLeavesOneOutIsNone) {
  for (std::size_t i = 0; i < 3; ++i) {
    Differing sides;
    sides.list.erase(sides.list.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(sides.checked(), "root") << i;
  }
}

TEST(LeadsTo, AnInventedDifferenceIsRefused) {
  const Entry both = claim(1, 100), nobodys = claim(9, 100);
  const struct {
    Difference one;
    std::string refused;
  } invented[] = {
      {{Kind::missing_here, std::nullopt, nobodys}, "root"},
      {{Kind::missing_there, nobodys, std::nullopt}, nobodys.line_id()},
      {{Kind::missing_there, both, std::nullopt}, "root"},
      {{Kind::missing_here, std::nullopt, both}, both.line_id()},
      {{Kind::amount, both, both}, both.line_id()},
  };
  for (const auto& [one, refused] : invented) {
    Differing sides;
    sides.list.push_back(one);
    EXPECT_EQ(sides.checked(), refused);
  }
  // The same in two halves.
  Differing sides;
  sides.list.push_back({Kind::missing_there, both, std::nullopt});
  sides.list.push_back({Kind::missing_here, std::nullopt, both});
  EXPECT_EQ(sides.checked(), both.line_id());
}

TEST(LeadsTo, AnotherAmountIsRefused) {
  for (const bool ours : {true, false}) {
    Differing sides;
    int changed = 0;
    for (Difference& one : sides.list) {
      if (!one.here || !one.there) continue;
      (ours ? one.here : one.there)->amounts.net = 98;
      ++changed;
    }
    ASSERT_EQ(changed, 1);
    EXPECT_EQ(sides.checked(), ours ? claim(4, 100).line_id() : "root");
  }
}

TEST(LeadsTo, ADifferenceGivenTwiceIsRefused) {
  for (std::size_t i = 0; i < 3; ++i) {
    Differing sides;
    sides.list.push_back(sides.list[i]);
    EXPECT_EQ(sides.checked(), name_of(sides.list[i]));
  }
}

TEST(Sketch, FewDifferencesAmongManyLinesCostLittle) {
  Sides many;
  constexpr std::size_t kLines = 50'000;
  for (std::size_t i = 0; i < kLines; ++i) {
    many.here.push_back(claim(i, 100));
    many.there.push_back(claim(i, i % 5'000 == 0 ? 99 : 100));
  }
  const std::string sketch = sketch_of(many.here);
  const auto answer = lines_for(many.there, sketch);
  ASSERT_TRUE(answer);
  const auto found = differences_in(many.here, *answer, tree_of(many.there).root());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 10U);
  EXPECT_LT(sketch.size() + answer->size() + text_of(*found).size(), 150'000U);  // of 12 MB
}

TEST(Sketch, WhatIsNoneIsRefused) {
  const std::vector<Entry> lines{claim(1, 1)};
  const std::string sketch = sketch_of(lines);
  EXPECT_TRUE(lines_for(lines, sketch));
  EXPECT_FALSE(lines_for(lines, ""));
  EXPECT_FALSE(lines_for(lines, sketch.substr(1)));
  EXPECT_FALSE(lines_for(lines, sketch + "x"));
  for (const char* answer : {"", "{}", "{\"bits\":4,\"parts\":[-1]}", "{\"bits\":99,\"parts\":[]}",
                             "{\"bits\":4,\"parts\":[]}\n{\"id\":\"x\"}"}) {
    EXPECT_FALSE(differences_in(lines, answer, tree_of({}).root())) << answer;
  }
  EXPECT_FALSE(differences_of("{\"kind\":\"amount\"}\n"));
  EXPECT_FALSE(differences_of("{\"kind\":\"colour\",\"here\":{}}\n"));
}

}  // namespace
}  // namespace bashu::clearing
