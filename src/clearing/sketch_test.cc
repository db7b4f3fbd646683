#include "clearing/sketch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <map>

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

// Lines kept as a tree.
struct Lines {
  explicit Lines(const std::vector<Entry>& entries) : of{entries} {
    for (std::uint32_t i = 0; i < of.size(); ++i) tree.put({.line = digest_of(of[i]), .of = i});
  }
  Kept kept() {
    return {.tree = tree, .line = [this](std::uint32_t i) { return of[i]; }};
  }
  std::vector<Entry> of;
  RunningTree tree;
};

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
  Lines ours{here}, theirs{there};
  const auto answer = lines_for(theirs.kept(), sketch_of(ours.tree));
  RC_ASSERT(answer.has_value());
  const auto found = differences_in(ours.kept(), *answer, theirs.tree.root());
  RC_ASSERT(found.has_value());
  const std::vector<Difference> whole = compare(here, there).differences;
  RC_ASSERT(text_of(*found) == text_of(whole));
  // As a document it says the same, and leads from each side to the other.
  const auto read = differences_of(text_of(*found));
  RC_ASSERT(read.has_value());
  RC_ASSERT(text_of(*read) == text_of(whole));
  RC_ASSERT(leads_to(ours.tree, *read, tree_of(there).root()).has_value());
  RC_ASSERT(leads_to(theirs.tree, turned(*read), tree_of(here).root()).has_value());
  // Asking changed nothing.
  RC_ASSERT(ours.tree.root() == tree_of(here).root());
  RC_ASSERT(theirs.tree.root() == tree_of(there).root());
}

RC_GTEST_PROP(Sketch, ADamagedAnswerLeadsNowhere, ()) {
  const auto [here, there] = sides(60, 4);
  Lines ours{here}, theirs{there};
  auto answer = lines_for(theirs.kept(), sketch_of(ours.tree));
  RC_ASSERT(answer.has_value());
  const std::size_t at = *rc::gen::inRange<std::size_t>(0, answer->size());
  const char other = *rc::gen::inRange<char>('!', '~');
  RC_PRE((*answer)[at] != other);
  (*answer)[at] = other;
  const auto found = differences_in(ours.kept(), *answer, theirs.tree.root());
  // Whatever it says, it is refused or it is the truth.
  if (found) RC_ASSERT(text_of(*found) == text_of(compare(here, there).differences));
}

// One line only here, one only there, one of another amount, and one that both have.
struct Differing {
  Lines here{{claim(1, 100), claim(2, 100), claim(4, 100)}};
  Lines there{{claim(1, 100), claim(3, 100), claim(4, 99)}};
  std::vector<Difference> list = compare(here.of, there.of).differences;
  std::string checked() {
    const Hash before = here.tree.root();
    const auto whole = leads_to(here.tree, list, there.tree.root());
    EXPECT_EQ(here.tree.root(), before) << "asking changes nothing";
    return whole ? "whole" : whole.error();
  }
};

TEST(LeadsTo, ATrueListLeadsToTheOtherSidesRootAndToNoOther) {
  Differing sides;
  ASSERT_EQ(sides.list.size(), 3U);
  EXPECT_EQ(sides.checked(), "whole");
  const Hash own = sides.here.tree.root();
  EXPECT_TRUE(leads_to(sides.there.tree, turned(sides.list), own));
  EXPECT_EQ(leads_to(sides.here.tree, sides.list, own).error(), "root");
  EXPECT_TRUE(leads_to(sides.here.tree, {}, own));
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

// Lines come, change and go, and the digests are always those of a tree made at once.
RC_GTEST_PROP(RunningTree, HasTheDigestsOfATreeMadeAtOnce, ()) {
  RunningTree running;
  std::map<Hash, Line> held;
  const int many = *rc::gen::inRange(1, 400);
  for (int i = 0; i < many; ++i) {
    const Hash key = sha256(std::to_string(*rc::gen::inRange(0, 120)));
    if (*rc::gen::inRange(0, 3) == 0) {
      running.erase(key);
      held.erase(key);
    } else {
      const Line line{.key = key, .content = sha256(std::to_string(i))};
      running.put({.line = line, .of = static_cast<std::uint32_t>(i)});
      held[key] = line;
    }
    if (i % 7 != 0) continue;
    std::vector<Line> lines;
    for (const auto& [id, line] : held) lines.push_back(line);
    RC_ASSERT(running.root() == Tree{lines}.root());
    RC_ASSERT(running.size() == lines.size());
    for (const int bits : {4, 6}) {
      RunningTree fresh;
      for (const Line& line : lines) fresh.put({.line = line});
      RC_ASSERT(running.parts(bits) == fresh.parts(bits));
      std::size_t seen = 0;
      for (std::size_t part = 0; part < std::size_t{1} << static_cast<unsigned>(bits); ++part) {
        running.each_in(part, bits, [&](const RunningTree::Held& one) {
          RC_ASSERT(part_of(one.line.key, bits) == part);
          ++seen;
        });
      }
      RC_ASSERT(seen == lines.size());
    }
  }
}

TEST(Sketch, FewDifferencesAmongManyLinesCostLittle) {
  Sides many;
  constexpr std::size_t kLines = 50'000;
  for (std::size_t i = 0; i < kLines; ++i) {
    many.here.push_back(claim(i, 100));
    many.there.push_back(claim(i, i % 5'000 == 0 ? 99 : 100));
  }
  Lines ours{many.here}, theirs{many.there};
  const std::string sketch = sketch_of(ours.tree);
  const auto answer = lines_for(theirs.kept(), sketch);
  ASSERT_TRUE(answer);
  const auto found = differences_in(ours.kept(), *answer, theirs.tree.root());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 10U);
  EXPECT_LT(sketch.size() + answer->size() + text_of(*found).size(), 150'000U);  // of 12 MB
}

TEST(Sketch, WhatIsNoneIsRefused) {
  Lines one{{claim(1, 1)}};
  const Kept lines = one.kept();
  const std::string sketch = sketch_of(one.tree);
  EXPECT_TRUE(lines_for(lines, sketch));
  EXPECT_FALSE(lines_for(lines, ""));
  EXPECT_FALSE(lines_for(lines, sketch.substr(1)));
  EXPECT_FALSE(lines_for(lines, sketch + "x"));
  for (const char* answer :
       {"", "{}", "{\"bits\":4,\"parts\":[-1]}", "{\"bits\":99,\"parts\":[]}",
        "{\"bits\":4,\"parts\":[16]}", "{\"bits\":4,\"parts\":[]}\n{\"id\":\"x\"}"}) {
    EXPECT_FALSE(differences_in(lines, answer, tree_of({}).root())) << answer;
  }
  EXPECT_FALSE(differences_of("{\"kind\":\"amount\"}\n"));
  EXPECT_FALSE(differences_of("{\"kind\":\"colour\",\"here\":{}}\n"));
}

}  // namespace
}  // namespace bashu::clearing
