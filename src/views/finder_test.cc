// Search and inbox over a journal that goes on.
#include "views/finder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "packs/load.h"
#include "views/test_journal.h"

namespace bashu::views::test {
namespace {

constexpr const char* kOffices = R"(
bashu: 1
pack: offices
version: 1
title: {en: Offices}
types:
  name: {type: text, max: 60, class: public, title: {en: Name}}
  inside: {type: text, max: 60, class: internal, title: {en: Inside}}
registers:
  firm: {kept: own, key: [name], title: {en: Firms}, fields: {name: name}}
services:
  permit:
    title: {en: Permit}
    parties: {here: {clerk: all, head: all}, there: {clerk: all}}
    fields: {firm: name, remark: inside}
    start: {owner: here, by: clerk, form: [firm, remark], to: asked}
    states:
      asked: {title: {en: Asked}, owner: here, events: {check: {title: {en: Check}, by: clerk, to: checked}}}
      checked:
        title: {en: Checked}
        owner: here
        events:
          sign: {title: {en: Sign}, by: head, to: done}
          back: {title: {en: Back}, by: [clerk, head], to: asked}
          send: {title: {en: Send}, by: head, to: sent}
      sent: {title: {en: Sent}, owner: there, events: {answer: {title: {en: Answer}, by: clerk, to: done}}}
      done: {title: {en: Done}, final: true}
figures:
  permits: {title: {en: Permits}, of: permit, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: permits, is: 0}]}
)";

class FinderTest : public OverBoth {
 protected:
  void SetUp() override {
    OverBoth::SetUp();
    journal_.adopt(kOffices);
    views_ = std::move(*Views::open(over({.own = "sichuan"})));
    auto opened = Finder::open(":memory:", *views_);
    ASSERT_TRUE(opened) << opened.error().what;
    finder_ = std::move(*opened);
  }
  void permit(const std::string& id, const std::string& firm, const std::string& state = "asked",
              std::string_view remark = "nothing") {
    journal_.open(core::CaseId{"sichuan-" + id}, "permit",
                  Value::Record{{"firm", firm}, {"remark", std::string{remark}}}, state,
                  {{"here", "sichuan"}, {"there", "chongqing"}});
  }
  void follow() {
    const auto& steps = journal_.steps();
    for (; fed_ < steps.size(); ++fed_) {
      ASSERT_TRUE(views_->apply(steps[fed_].position, steps[fed_].time_ms, steps[fed_].events));
    }
    ASSERT_TRUE(views_->flush());
  }
  Found search(std::string text, std::vector<std::string> things = {}, std::string after = {},
               int limit = 20) {
    follow();
    auto found = finder_->search(*views_, {.text = std::move(text),
                                           .things = std::move(things),
                                           .after = std::move(after),
                                           .limit = limit});
    EXPECT_TRUE(found) << (found ? "" : found.error().what);
    return found ? *found : Found{};
  }
  std::vector<std::string> names(const std::string& text) {
    std::vector<std::string> list;
    for (const Hit& hit : search(text).hits) list.push_back(hit.name);
    return list;
  }
  Inbox inbox(InboxAsk ask) {
    follow();
    auto found = finder_->inbox(*views_, ask, day("2026-02-01"));
    EXPECT_TRUE(found) << (found ? "" : found.error().what);
    return found ? *found : Inbox{};
  }
  std::vector<std::string> waiting(const std::string& pack, const std::string& role) {
    std::vector<std::string> list;
    for (const InboxItem& item : inbox({.roles = {{pack, role}}}).items) {
      list.push_back(item.task ? "task " + std::to_string(item.number) : std::string{item.id});
    }
    return list;
  }

  void TearDown() override {
    finder_.reset();
    views_.reset();
    OverBoth::TearDown();
  }

  using Names = std::vector<std::string>;
  Journal journal_;
  std::unique_ptr<Views> views_;
  std::unique_ptr<Finder> finder_;
  std::size_t fed_ = 0;
};

BASHU_OVER_BOTH(FinderTest);

TEST_P(FinderTest, ACaseAndItsTasksWaitForWhoeverWorksAtIt) {
  for (const char* id : {"1", "2", "3"}) permit(id, "Firm");
  journal_.add({core::TaskRaised{.number = 1,
                                 .kind = core::TaskKind::work,
                                 .id = "sichuan-2",
                                 .roles = {"clerk"},
                                 .title = {{"en", "Look"}},
                                 .detail = {},
                                 .on = day("2026-01-05")}});
  const auto assign = [&](const std::string& id, const std::string& to) {
    journal_.add({core::CaseAssigned{.id = core::CaseId{"sichuan-" + id},
                                     .to = to,
                                     .note = "n",
                                     .by = "user:boss",
                                     .on = day("2026-01-06")}});
  };
  const auto whose = [&](InboxAsk::Whose which, std::vector<std::string> mine) {
    const Inbox found =
        inbox({.roles = {{"offices", "clerk"}}, .whose = which, .mine = std::move(mine)});
    Names list;
    for (const InboxItem& item : found.items)
      list.push_back((item.task ? "task of " : "") + item.id);
    std::ranges::sort(list);
    return list;
  };
  using enum InboxAsk::Whose;
  EXPECT_EQ(whose(nobodys, {}).size(), 4U);
  assign("2", "user:ann");
  assign("3", "user:bob");
  EXPECT_EQ(whose(mine, {"user:ann"}), (Names{"sichuan-2", "task of sichuan-2"}));
  EXPECT_EQ(whose(mine, {"user:cy", "user:bob"}), (Names{"sichuan-3"}));
  EXPECT_EQ(whose(nobodys, {}), (Names{"sichuan-1"}));
  EXPECT_EQ(whose(all, {}).size(), 4U);
  const Inbox counted = inbox({.roles = {{"offices", "clerk"}}, .mine = {"user:ann"}});
  EXPECT_EQ(counted.mine, 1);
  EXPECT_EQ(counted.nobodys, 1);
  EXPECT_EQ(counted.cases, 3);
  assign("2", "");
  EXPECT_TRUE(whose(mine, {"user:ann"}).empty());
  EXPECT_EQ(whose(nobodys, {}).size(), 3U);
  // A task raised of a case that somebody works at is theirs at once.
  journal_.add({core::TaskRaised{.number = 2,
                                 .kind = core::TaskKind::work,
                                 .id = "sichuan-3",
                                 .roles = {"clerk"},
                                 .title = {{"en", "Look"}},
                                 .detail = {},
                                 .on = day("2026-01-07")}});
  EXPECT_EQ(whose(mine, {"user:bob"}), (Names{"sichuan-3", "task of sichuan-3"}));
  const auto row = views_->case_at("sichuan-3");
  ASSERT_TRUE(row && *row && (*row)->assigned);
  EXPECT_EQ((*row)->assigned->to, "user:bob");
  EXPECT_EQ((*row)->assigned->by, "user:boss");
}

TEST_P(FinderTest, FindsPublicTextsOfCasesAndRecordsTheNewestFirst) {
  permit("1", "成都华金环保科技有限公司");
  permit("2", "重庆华金机械有限公司");
  core::RecordPut firm;
  firm.reg = "offices/firm";
  firm.key = "F1";
  firm.keeper = firm.side = "sichuan";
  firm.fields = Value::Record{{"name", "华金集团"}};
  journal_.add(firm);
  EXPECT_EQ(names("华金"), (Names{"F1", "sichuan-2", "sichuan-1"}));
  EXPECT_EQ(names("成都 环保"), Names{"sichuan-1"});
  EXPECT_EQ(names("sichuan-2"), Names{"sichuan-2"});
  EXPECT_EQ(names("SICH"), (Names{"sichuan-2", "sichuan-1"}));
  EXPECT_TRUE(names("金华").empty()) << "two characters the other way round";
  const Found found = search("华金", {"offices/permit"}, {}, 1);
  ASSERT_EQ(found.hits.size(), 1U);
  EXPECT_EQ(found.hits[0].thing, "offices/permit");
  ASSERT_EQ(found.counts.size(), 1U);
  EXPECT_EQ(found.counts[0].count, 2);
  EXPECT_EQ(search("华金", {"offices/permit"}, found.next, 1).hits.at(0).name, "sichuan-1");
  EXPECT_TRUE(search("华金", {"offices/none"}).hits.empty());
}

TEST_P(FinderTest, OneCharacterMayBeWrong) {
  permit("1", "成都华金环保科技有限公司");
  const Found found = search("华今环保科技");
  ASSERT_EQ(found.hits.size(), 1U);
  EXPECT_TRUE(found.tolerant);
  EXPECT_FALSE(search("华金").tolerant);
  EXPECT_TRUE(search("今今环保").hits.empty()) << "two are wrong";
}

TEST_P(FinderTest, InternalTextsAreFoundByNobody) {
  permit("1", "firm", "asked", "secret");
  EXPECT_TRUE(names("secret").empty());
}

TEST_P(FinderTest, WhatChangedIsFoundAsItIs) {
  permit("1", "old name");
  EXPECT_EQ(names("old"), Names{"sichuan-1"});
  journal_.step("sichuan-1", "check", Value::Record{{"firm", "new name"}}, "checked");
  EXPECT_TRUE(names("old").empty());
  EXPECT_EQ(names("new"), Names{"sichuan-1"});
}

TEST_P(FinderTest, ACaseWaitsForTheRolesOfItsState) {
  permit("1", "a");
  permit("2", "b", "checked");
  permit("3", "c", "sent");
  permit("4", "d", "done");
  EXPECT_EQ(waiting("offices", "clerk"), (Names{"sichuan-1", "sichuan-2"}));
  EXPECT_EQ(waiting("*", "head"), Names{"sichuan-2"});
  EXPECT_TRUE(waiting("other", "clerk").empty());
  journal_.step("sichuan-2", "sign", Value::Record{}, "done");
  EXPECT_TRUE(waiting("*", "head").empty());
  const Inbox both = inbox({.roles = {{"offices", "clerk"}, {"offices", "head"}}});
  EXPECT_EQ(both.cases, 1);
}

TEST_P(FinderTest, TheMostUrgentComesFirstAndWhatIsOverdueIsCounted) {
  permit("1", "a");
  permit("2", "b");
  permit("3", "c");
  const auto due = [&](const std::string& id, std::string_view on) {
    core::ClockSet set;
    set.id = core::CaseId{"sichuan-" + id};
    set.clock = "decide";
    if (!on.empty()) set.due = day(on);
    journal_.add(set);
  };
  due("2", "2026-02-10");
  due("3", "2026-01-20");
  const InboxAsk ask{.roles = {{"offices", "clerk"}}};
  EXPECT_EQ(waiting("offices", "clerk"), (Names{"sichuan-3", "sichuan-2", "sichuan-1"}));
  Inbox all = inbox(ask);
  EXPECT_EQ(all.overdue, 1);
  EXPECT_EQ(all.items.at(0).due, day("2026-01-20"));
  EXPECT_EQ(all.items.at(2).due, std::nullopt);
  InboxAsk soon = ask;
  soon.due_until = day("2026-02-10");
  EXPECT_EQ(inbox(soon).items.size(), 2U);
  EXPECT_EQ(inbox(soon).cases, 3) << "all that waits is counted";
  due("3", "");
  EXPECT_EQ(waiting("offices", "clerk").front(), "sichuan-2");
  EXPECT_EQ(inbox(ask).overdue, 0);
}

TEST_P(FinderTest, TasksWaitUntilTheyAreClosed) {
  permit("1", "a", "done");
  for (const std::int64_t number : {7, 8}) {
    core::TaskRaised raised;
    raised.number = number;
    raised.kind = core::TaskKind::work;
    raised.id = number == 7 ? "sichuan-1" : "";
    raised.roles = {"head"};
    raised.on = day("2026-01-06");
    journal_.add(raised);
  }
  EXPECT_EQ(waiting("offices", "head"), (Names{"task 7", "task 8"}));
  EXPECT_EQ(waiting("other", "head"), Names{"task 8"}) << "of no case: whoever has the role";
  journal_.add(core::TaskClosed{.number = 7});
  EXPECT_EQ(waiting("offices", "head"), Names{"task 8"});
  EXPECT_EQ(inbox({.roles = {{"offices", "head"}}}).tasks, 1);
}

TEST_P(FinderTest, PagesGoOnWhereTheyEnded) {
  for (int i = 1; i <= 7; ++i) permit(std::to_string(i), "a");
  InboxAsk ask{.roles = {{"offices", "clerk"}, {"offices", "head"}}, .limit = 3};
  Names seen;
  do {
    const Inbox page = inbox(ask);
    for (const InboxItem& item : page.items) seen.push_back(item.id);
    ask.after = page.next;
  } while (!ask.after.empty());
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(seen.back(), "sichuan-7");
}

TEST_P(FinderTest, ALittleAtATimeEndsWithTheSame) {
  for (int i = 1; i <= 30; ++i) permit(std::to_string(i), "name");
  follow();
  int times = 0;
  while (*finder_->catch_up(*views_, 7)) ++times;
  EXPECT_GE(times, 4);
  EXPECT_EQ(search("name", {}, {}, 100).hits.size(), 30U);
}

TEST(Finder, AnIndexOfOtherViewsIsMadeAgain) {
  const std::string path = ::testing::TempDir() + "finder-" + std::to_string(::getpid());
  const auto with = [&](const std::string& firm) {
    Journal journal;
    journal.adopt(kOffices);
    journal.open("sichuan-1", "permit", Value::Record{{"firm", firm}}, "asked",
                 {{"here", "sichuan"}, {"there", "chongqing"}});
    const auto views = in_memory(journal.steps());
    auto finder = Finder::open(path, *views);
    EXPECT_TRUE(finder) << finder.error().what;
    std::size_t hits = 0;
    for (const char* text : {"first", "second"}) {
      hits += (*finder)->search(*views, {.text = text, .things = {}, .after = {}})->hits.size();
    }
    return hits;
  };
  EXPECT_EQ(with("first"), 1U);
  EXPECT_EQ(with("second"), 1U);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}

}  // namespace
}  // namespace bashu::views::test
