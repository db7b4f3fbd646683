// A floor holds on every day: nothing is spent before it came, or against what comes later.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: funds
version: 1
title: {en: Funds}
types:
  line: {type: text, max: 100, class: public, title: {en: Text}}
  day: {type: date, class: public, title: {en: Day}}
  amount: {type: quantity, unit: kg, scale: 0, class: public, title: {en: Amount}}
books:
  fund:
    title: {en: Fund}
    type: amount
    accounts: {outside: {floor: none}, held: {key: [name]}, lent: {key: [name], floor: marked}}
services:
  grant:
    title: {en: Grant}
    parties: {office: {clerk: all}}
    fields: {name: line, amount: amount, day: day}
    start:
      owner: office
      by: clerk
      form: [name, amount, day]
      do: {move: =data.amount, from: fund.held(data.name), to: fund.outside, date: =data.day}
      to: done
    states: {done: {title: {en: Done}, final: true}}
  promise:
    title: {en: Promise}
    parties: {office: {clerk: all}}
    fields: {name: line, amount: amount}
    start: {owner: office, by: clerk, form: [name, amount], when: fund.held(data.name) >= data.amount, why: {en: Not there}, to: done}
    states: {done: {title: {en: Done}, final: true}}
feeds:
  paid_in:
    title: {en: Paid in}
    by: clerk
    fields: {id: line, name: line, amount: amount, day: day}
    key: [id]
    do: {move: =line.amount, from: fund.outside, to: fund.held(line.name), date: =line.day}
  spent:
    title: {en: Spent}
    by: clerk
    fields: {id: line, name: line, amount: amount, day: day}
    key: [id]
    do: {move: =line.amount, from: fund.held(line.name), to: fund.outside, date: =line.day}
  lent:
    title: {en: Lent}
    by: clerk
    fields: {id: line, name: line, amount: amount, day: day}
    key: [id]
    do: {move: =line.amount, from: fund.lent(line.name), to: fund.outside, date: =line.day}
  lent_twice:
    title: {en: Lent in halves}
    by: clerk
    fields: {id: line, name: line, amount: amount, day: day}
    key: [id]
    do:
      - {move: =line.amount, from: fund.lent(line.name), to: fund.outside, date: =line.day}
      - {move: =line.amount, from: fund.outside, to: fund.held(line.name), date: =line.day}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: grants, is: 0}]}
figures:
  grants: {title: {en: Grants}, of: grant, from: case.opened, count: true}
)pack";

class Floors : public testing::Test {
 protected:
  Floors() {
    const auto loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
    }
    must(AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{}"},
                     .parties = {{.party = "a"}}});
    must(AdoptPack{.source = canonical_json(loaded.pack->source), .from = today_});
  }

  std::expected<Decision, Reject> run(const Command& command) {
    auto decision = decide(state_, command, {.now = {}, .today = today_, .salt = "salt"});
    if (!decision) return decision;
    for (const Event& event : decision->events) state_.apply(event);
    EXPECT_EQ(invariant(state_), "");
    return decision;
  }
  void must(const Command& command) { EXPECT_TRUE(run(command)); }

  Value line(std::int64_t amount, const std::string& on) {
    return Value::Record{
        {"id", std::to_string(++lines_)}, {"name", "x"}, {"amount", amount}, {"day", on}};
  }
  // Empty: taken.
  std::string post(const std::string& feed, std::int64_t amount, const std::string& on) {
    const auto decision = run(PostFeed{
        .by = kClerk, .pack = "funds", .feed = feed, .role = "clerk", .lines = {line(amount, on)}});
    EXPECT_TRUE(decision);
    if (!decision || decision->refused.empty()) return "";
    EXPECT_EQ(decision->refused[0].why.code, RejectCode::floor);
    return in_language(decision->refused[0].why.why.at(0), "en");
  }
  std::expected<Decision, Reject> grant(std::int64_t amount, const std::string& on) {
    return run(StartCase{.by = kClerk,
                         .pack = "funds",
                         .service = "grant",
                         .role = "clerk",
                         .parties = {{"office", "a"}},
                         .with = Value::Record{{"name", "x"}, {"amount", amount}, {"day", on}}});
  }
  std::vector<std::string> exceptions() {
    std::vector<std::string> details;
    state_.each_task([&](std::int64_t, const Task& task) { details.push_back(task.detail); });
    return details;
  }

  const Asker kClerk{.principal = "anna", .roles = {"clerk"}};
  Date today_ = *Date::parse("2026-03-02");
  State state_{"a"};
  int lines_ = 0;
};

TEST_F(Floors, NothingIsSpentBeforeItCame) {
  EXPECT_EQ(post("paid_in", 100, "2026-03-10"), "");
  EXPECT_EQ(post("spent", 30, "2026-03-09"),
            "held(x) would fall to -30 on 2026-03-09; it may not fall below 0 on any day");
  EXPECT_EQ(post("spent", 30, "2026-03-10"), "");
}

TEST_F(Floors, WhatIsDecidedWithABalanceSeesThatOfItsDay) {
  const StartCase promise{.by = kClerk,
                          .pack = "funds",
                          .service = "promise",
                          .role = "clerk",
                          .parties = {{"office", "a"}},
                          .with = Value::Record{{"name", "x"}, {"amount", 100}}};
  EXPECT_EQ(post("paid_in", 99, "2026-03-01"), "");
  EXPECT_EQ(post("paid_in", 1, "2026-03-03"), "");
  const auto refused = run(promise);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RejectCode::guard);
  today_ = today_.plus_days(1);
  must(promise);
}

TEST_F(Floors, NothingIsSpentAgainstIncomeOfAYearFarOff) {
  EXPECT_EQ(post("paid_in", 1'000, "2062-01-01"), "");
  const auto refused = grant(1, "2026-03-02");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RejectCode::floor);
  EXPECT_TRUE(grant(1'000, "2062-01-01"));
}

TEST_F(Floors, APostingDatedBackLeavesEnoughForWhatCameAfterIt) {
  EXPECT_EQ(post("paid_in", 100, "2026-03-01"), "");
  EXPECT_EQ(post("spent", 80, "2026-03-20"), "");
  EXPECT_EQ(post("spent", 30, "2026-03-05"),
            "held(x) would fall to -10 on 2026-03-20; it may not fall below 0 on any day");
  EXPECT_EQ(post("spent", 20, "2026-03-05"), "");
  EXPECT_EQ(post("paid_in", 50, "2026-03-06"), "") << "income may come late";
  EXPECT_EQ(post("spent", 90, "2026-03-05"),
            "held(x) would fall to -40 on 2026-03-20; it may not fall below 0 on any day");
  EXPECT_EQ(post("spent", 50, "2026-03-05"), "");
}

TEST_F(Floors, LinesOfOneBatchAreJudgedTogether) {
  const auto decision = run(
      PostFeed{.by = kClerk,
               .pack = "funds",
               .feed = "paid_in",
               .role = "clerk",
               .lines = {line(10, "2026-03-05"), line(10, "2026-03-07"), line(10, "2026-03-03")}});
  EXPECT_TRUE(decision);
  const auto spent = run(
      PostFeed{.by = kClerk,
               .pack = "funds",
               .feed = "spent",
               .role = "clerk",
               .lines = {line(20, "2026-03-05"), line(15, "2026-03-07"), line(10, "2026-03-04")}});
  ASSERT_TRUE(spent);
  ASSERT_EQ(spent->refused.size(), 2U);
  EXPECT_EQ(spent->refused[0].line, 1U);
  EXPECT_EQ(spent->refused[1].line, 2U) << "ten were there on the fourth, and spent on the fifth";
}

TEST_F(Floors, WhereThePackAllowsItThePostingIsTakenAndListed) {
  EXPECT_EQ(post("lent", 5, "2026-03-02"), "");
  EXPECT_EQ(post("lent_twice", 7, "2026-03-01"), "");
  EXPECT_EQ(state_.balance({.book = "funds/fund", .kind = "lent", .key = "x"}), -12);
  EXPECT_EQ(exceptions(),
            (std::vector<std::string>{
                "funds/lent 1: floor lent(x): lent(x) would fall to -5 on 2026-03-02; it may not "
                "fall below 0 on any day",
                "floor lent(x): lent(x) would fall to -12 on 2026-03-02; it may not fall below 0 "
                "on any day"}));
}

}  // namespace
}  // namespace bashu::core
