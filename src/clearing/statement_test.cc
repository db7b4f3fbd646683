#include "clearing/statement.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "clearing/exchange.h"

namespace bashu::clearing {
namespace {

const std::pair<std::string, std::string> kSides{"sichuan", "chongqing"};

Date day(const char* text) { return *Date::parse(text); }

Entry claim(const std::string& id, const char* on, Money net) {
  return {.id = id,
          .creditor = "sichuan",
          .debtor = "chongqing",
          .of = "metro",
          .day = day(on),
          .first = id,
          .last = id + "-out",
          .state = {},
          .amounts = {.gross = net + 10, .discount = 10, .net = net}};
}

// Closes the lines that are due; what differs from `there` stays out.
std::vector<Entry> closed(Standing& standing, const std::vector<Entry>& now, Date until,
                          const std::vector<Entry>* there = nullptr) {
  std::vector<Entry> lines = due(standing, now, until);
  if (there) lines = agreed(lines, compare(lines, *there).differences);
  close(standing, statement_of(standing, lines, kSides, until), lines);
  return lines;
}

TEST(Statement, LateAndChangedClaimsGoIntoTheNextOne) {
  Standing standing;
  std::vector<Entry> now{claim("b", "2021-03-04", 200), claim("a", "2021-03-04", 300),
                         claim("tomorrow", "2021-03-05", 1)};
  EXPECT_EQ(closed(standing, now, day("2021-03-05")).size(), 2U);
  const Hash first = standing.last;
  now[0].amounts.gross = 160, now[0].amounts.net = 150;
  now.push_back(claim("late", "2021-03-01", 7));
  std::erase_if(now, [](const Entry& one) { return one.id == "a"; });
  const auto lines = due(standing, now, day("2021-03-06"));
  const Statement statement = statement_of(standing, lines, kSides, day("2021-03-06"));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].state, "withdrawn");
  EXPECT_EQ(lines[0].amounts.net, -300);
  EXPECT_EQ(lines[1].line_id(), "b~1");
  EXPECT_EQ(lines[1].corrects(), "b");
  EXPECT_EQ(lines[1].amounts.net, -50);
  EXPECT_EQ(statement.late, 1);
  EXPECT_EQ(statement.corrections, 2);
  EXPECT_EQ(statement.first, 2U);
  EXPECT_EQ(statement.end, 6U);
  EXPECT_EQ(statement.before, first);
  close(standing, statement, lines);
  EXPECT_TRUE(due(standing, now, day("2021-03-06")).empty());
}

TEST(Statement, WhatDiffersIsTold) {
  const std::vector<Entry> here{claim("equal", "2021-03-04", 1), claim("amount", "2021-03-04", 2),
                                claim("date", "2021-03-04", 3), claim("pairing", "2021-03-04", 4),
                                claim("ours", "2021-03-04", 5)};
  std::vector<Entry> there = here;
  there[1].amounts.net = 9;
  there[2].day = day("2021-03-03");
  there[3].last = "pairing", there[3].state = "no_exit";
  there[4] = claim("theirs", "2021-03-04", 5);
  // The same ride, of which the other side does not know the first tap.
  std::vector<Entry> ours = here;
  ours.push_back(claim("entry", "2021-03-04", 6));
  there.push_back(claim("entry-out", "2021-03-04", 1'000));
  there.back().last = "entry-out", there.back().state = "no_entry";
  for (const char* bill : {"bill", "contested"}) {
    ours.push_back(claim(bill, "2021-03-04", 7));
    ours.back().last.clear();
    there.push_back(ours.back());
    there.back().first = "another digest";
  }
  there.back().amounts.net = 8;
  // Two bills of one institution, of which each side lacks one.
  ours.push_back(claim("bill here", "2021-03-04", 7));
  ours.back().last.clear();
  there.push_back(claim("bill there", "2021-03-04", 7));
  there.back().last.clear();
  std::string told;
  for (const Difference& one : compare(ours, there).differences) {
    told += std::string{one.here ? one.here->id : "-"} + " " + (one.there ? one.there->id : "-") +
            " " + kind_name(one.kind) + "\n";
  }
  EXPECT_EQ(told,
            "amount amount amount\n"
            "bill bill other_evidence\n"
            "bill here - missing_there\n"
            "- bill there missing_here\n"
            "contested contested amount\n"
            "date date date\n"
            "entry entry-out pairing\n"
            "ours - missing_there\n"
            "pairing pairing pairing\n"
            "- theirs missing_here\n");
}

TEST(Statement, ReadsWhatItWrites) {
  Standing standing;
  const auto lines = due(standing, {claim("a", "2021-03-04", 300)}, day("2021-03-05"));
  const Statement one = statement_of(standing, lines, kSides, day("2021-03-05"));
  EXPECT_EQ(*statement_of(*parse_json(text_of(one))), one);
  EXPECT_EQ(*entry_of(to_value(lines[0])), lines[0]);
  EXPECT_EQ(statement_of(*parse_json("{}")).error(), "until");
  EXPECT_EQ(entry_of(*parse_json("{}")).error(), "gross");
}

TEST(Exchange, ComparesWithASideThatIsElsewhere) {
  std::vector<Entry> here, there;
  for (int i = 0; i < 3'000; ++i) {
    here.push_back(claim("c" + std::to_string(i), "2021-03-04", i));
    there.push_back(here.back());
  }
  there[17].amounts.net = 9;
  there.erase(there.begin() + 1'000);
  here.erase(here.begin() + 2'000);
  const Answers answers{there};
  std::size_t asked = 0;
  const auto compared = compare_by(here, [&](const std::string& question) {
    ++asked;
    return std::expected<std::string, std::string>{answers.to(question)};
  });
  ASSERT_TRUE(compared) << compared.error();
  const auto whole = compare(here, there);
  ASSERT_EQ(compared->differences.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(compared->differences[i].kind, whole.differences[i].kind);
    EXPECT_EQ(compared->differences[i].here, whole.differences[i].here);
    EXPECT_EQ(compared->differences[i].there, whole.differences[i].there);
  }
  EXPECT_LT(asked, 20U);
  EXPECT_LT(compared->bytes, 40'000U);
  for (const char* odd : {"", "{}", R"({"line":"00"})", R"({"children":{"prefix":"00","depth":1}})",
                          R"({"lines":{"depth":65}})"}) {
    EXPECT_EQ(answers.to(odd), R"({"wrong":"no question"})") << odd;
  }
}

TEST(Exchange, AnAnswerThatMakesNoSenseEndsIt) {
  const std::vector<Entry> here{claim("a", "2021-03-04", 1)};
  const auto told = [&](const std::string& answer) {
    return compare_by(
               here,
               [&](const std::string&) { return std::expected<std::string, std::string>{answer}; })
        .error();
  };
  EXPECT_EQ(told("{}"), "the answer to 'root' makes no sense");
  EXPECT_EQ(told(R"({"root":")" + std::string(64, '1') + R"("})"),
            "the answer to 'children' makes no sense");
  EXPECT_EQ(compare_by(here,
                       [](const std::string&) {
                         return std::expected<std::string, std::string>{std::unexpected{"gone"}};
                       })
                .error(),
            "gone");
}

RC_GTEST_PROP(Exchange, WhateverIsAnsweredNothingBreaks, ()) {
  const auto lines = [](int n) {
    std::vector<Entry> out;
    for (int i = 0; i < n; ++i) out.push_back(claim("c" + std::to_string(i), "2021-03-04", i));
    return out;
  };
  const auto here = lines(100), there = lines(90);
  const Answers answers{there};
  const int odds = *rc::gen::inRange(1, 6);
  // Answers to other questions, or shortened.
  const auto compared = compare_by(here, [&](const std::string& question) {
    std::string answer = answers.to(question);
    if (*rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 6)) < odds)
      return std::expected<std::string, std::string>{answer};
    return std::expected<std::string, std::string>{*rc::gen::arbitrary<bool>()
                                                       ? answer.substr(0, answer.size() / 2)
                                                       : answers.to(R"({"root":true})")};
  });
  if (compared) RC_ASSERT(compared->differences.size() == 10U);
}

std::vector<Entry> random_claims() {
  std::vector<Entry> out;
  const int n = *rc::gen::inRange(0, 30);
  for (int i = 0; i < n; ++i) {
    Entry one = claim("c" + std::to_string(i), "2021-03-04", *rc::gen::inRange(0, 1'000));
    one.day = one.day.plus_days(*rc::gen::inRange(-3, 4));
    if (*rc::gen::arbitrary<bool>()) std::swap(one.creditor, one.debtor);
    out.push_back(std::move(one));
  }
  return out;
}

RC_GTEST_PROP(Statement, BothSidesEndEqualWhateverEachKnewBefore, ()) {
  const std::vector<Entry> truth = random_claims();
  Standing here, there;
  for (int i = 0; i < 3; ++i) {
    std::vector<Entry> ours = truth, theirs = truth;
    for (std::vector<Entry>* known : {&ours, &theirs}) {
      std::erase_if(*known, [](const Entry&) { return *rc::gen::inRange(0, 5) == 0; });
      for (Entry& one : *known) {
        if (*rc::gen::inRange(0, 6) == 0) one.amounts.net += 1, one.amounts.gross += 1;
      }
      std::ranges::sort(*known, {}, [](const Entry& one) { return sha256(one.id); });
    }
    const Date until = day("2021-03-04").plus_days(i);
    const auto a = due(here, ours, until), b = due(there, theirs, until);
    closed(here, ours, until, &b);
    closed(there, theirs, until, &a);
    RC_ASSERT(here.last == there.last);
    RC_ASSERT(here.claims == there.claims);
  }
  const Date until = day("2021-03-10");
  closed(here, truth, until);
  closed(there, truth, until);
  RC_ASSERT(here.last == there.last);
  Amounts sum, whole;
  for (const auto& [id, one] : here.claims) sum = plus(sum, one.amounts);
  for (const Entry& one : truth) whole = plus(whole, one.amounts);
  RC_ASSERT(sum == whole);
  RC_ASSERT(due(here, truth, until).empty());
}

}  // namespace
}  // namespace bashu::clearing
