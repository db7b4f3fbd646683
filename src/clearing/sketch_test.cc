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
