// Tables on a real PostgreSQL server behind a node: what ends in the middle is there once.
#include "views/server_follower.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "node/test_support.h"
#include "postgres/database.h"
#include "testing/postgres.h"
#include "views/tables.h"
#include "views/test_journal.h"

namespace bashu::views::test {

namespace {

using node::TestCircle;
using node::TestFolder;
using Clock = std::chrono::steady_clock;

constexpr int kPatienceMs = 60'000;

class ServerTest : public OverBoth {
 protected:
  void SetUp() override {
    OverBoth::SetUp();
    options_ = over({.path = "server", .own = "sichuan"});
    admin_ = std::move(*postgres::Database::open(options_.path, options_.schema));
    options_.path += "?application_name=" + options_.schema;
  }
  std::unique_ptr<ServerFollower> start(node::Node& node) {
    auto follower = ServerFollower::start(node, dir_.path(), options_);
    EXPECT_TRUE(follower) << (follower ? "" : follower.error().what);
    return follower ? std::move(*follower) : nullptr;
  }
  // What tables in memory hold after the same journal.
  std::map<std::string, std::vector<std::string>> expected(node::Node& node) {
    auto views = Views::open({.own = "sichuan"});
    EXPECT_TRUE(views);
    Tables tables{**views};
    EXPECT_TRUE(node::project(node, tables, [] { return true; }));
    return all_rows(**views);
  }
  static std::unique_ptr<Views> expected_of(const std::vector<Step>& steps) {
    auto views = Views::open({.own = "sichuan"});
    EXPECT_TRUE(views);
    feed(**views, steps);
    return std::move(*views);
  }
  // Ends every connection of the follower, as a server that dies does.
  void cut() {
    admin_->exec(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
        options_.schema + "'");
    EXPECT_TRUE(admin_->check());
  }
  std::string asked(const std::string& sql) {
    sql::Statement& query = admin_->prepared(sql);
    std::string text = query.step() ? std::string{query.text(0)} : std::string{};
    query.reset();
    EXPECT_TRUE(admin_->check());
    return text;
  }
  static bool until(const std::function<bool()>& is) {
    const auto end = Clock::now() + std::chrono::milliseconds{kPatienceMs};
    while (!is()) {
      if (Clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return true;
  }

  TestFolder dir_;
  Views::Options options_;
  std::unique_ptr<postgres::Database> admin_;
};
INSTANTIATE_TEST_SUITE_P(, ServerTest, ::testing::Values(Engine::postgres), engine_name);

}  // namespace

TEST_P(ServerTest, FollowsAndContinuesAfterARestart) {
  TestCircle circle;
  node::Node& node = *circle.sichuan.node;
  circle.sichuan.must(circle.sichuan.taps(0, 50));
  std::string made;
  {
    const auto follower = start(node);
    ASSERT_TRUE(follower->views()) << follower->fault();
    const auto done = circle.sichuan.must(circle.sichuan.taps(50, 10));
    ASSERT_TRUE(follower->wait(done.position, kPatienceMs));
    EXPECT_EQ(follower->lag().entries, 0U);
    EXPECT_EQ(all_rows(*follower->views()), expected(node));
    made = follower->views()->made();
  }
  const auto more = circle.sichuan.must(circle.sichuan.taps(60, 10));
  const auto follower = start(node);
  ASSERT_TRUE(follower->wait(more.position, kPatienceMs));
  EXPECT_EQ(all_rows(*follower->views()), expected(node));
  EXPECT_EQ(follower->views()->made(), made) << "nothing was made anew";
}

TEST_P(ServerTest, ConnectionsThatAreCutInTheMiddleLeaveEveryEntryOnce) {
  TestCircle circle;
  node::Node& node = *circle.sichuan.node;
  const auto follower = start(node);
  ASSERT_TRUE(follower->views());
  std::uint64_t last = 0;
  for (int round = 0; round < 20; ++round) {
    last = circle.sichuan.must(circle.sichuan.taps(round * 20, 20)).position;
    if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::milliseconds{round * 3});
    cut();
  }
  ASSERT_TRUE(until([&] { return follower->lag().entries == 0 && follower->fault().empty(); }))
      << follower->fault();
  EXPECT_EQ(follower->entries(), last + 1);
  EXPECT_EQ(all_rows(*follower->views()), expected(node));
  EXPECT_EQ(asked("SELECT value FROM meta WHERE name = 'entries'"), std::to_string(last + 1));
}

// A rebuild that is ended goes on with what it had kept, and an entry is in it once.
TEST_P(ServerTest, ARebuildThatWasEndedGoesOn) {
  Journal journal;
  journal.adopt(road_works());
  constexpr int kCases = 60;
  for (int i = 0; i < kCases; ++i) {
    const core::CaseId id{"sichuan-" + std::to_string(i)};
    journal.open(id, "job", Value::Record{{"number", i}, {"amount", 7}, {"due", "2026-06-30"}},
                 "open", {{"asker", "sichuan"}, {"doer", "sichuan"}});
    journal.move("world", "spent:sichuan|" + id, 5, "2025-12-31", id);
    journal.move("world", "spent:sichuan|" + id, 6, "2026-01-01", id);
  }
  for (int i = 0; i < kCases; ++i)
    journal.step(core::CaseId{"sichuan-" + std::to_string(i)}, "finish", data("{}"), "done");
  Views::Options options = options_;
  options.rebuilding = true;
  options.keep_every = 50;
  const auto& steps = journal.steps();
  std::size_t done = 0;
  for (const std::size_t until : {std::size_t{70}, std::size_t{130}, steps.size()}) {
    auto views = Views::open(options);
    ASSERT_TRUE(views) << views.error().what;
    EXPECT_EQ((*views)->entries(), done);
    EXPECT_LE(done, until);
    for (std::size_t i = done; i < until; ++i) {
      ASSERT_TRUE((*views)->apply(steps[i].position, steps[i].time_ms, steps[i].events));
      if (i % 10 != 9) continue;
      ASSERT_TRUE((*views)->flush());
      if (i + 1 - done >= 50) done = i + 1;
    }
    if (until < steps.size()) continue;  // what was not kept is lost with its connection
    ASSERT_TRUE((*views)->flush());
    ASSERT_TRUE((*views)->finish());
    EXPECT_EQ(all_rows(**views), all_rows(*expected_of(steps)));
  }
  EXPECT_EQ(asked("SELECT count(*) FROM posting_2025"), std::to_string(2 * kCases));
  EXPECT_EQ(asked("SELECT count(*) FROM posting_2026"), std::to_string(2 * kCases));
}

// Keys and indexes that come at the end of a rebuild are those of tables that were never rebuilt.
TEST_P(ServerTest, ARebuildEndsWithTheKeysOfTablesThatGrew) {
  Journal journal;
  journal.adopt(road_works());
  const core::CaseId id{"sichuan-1"};
  journal.open(id, "job", Value::Record{{"number", 1}, {"amount", 7}, {"due", "2026-06-30"}},
               "open", {{"asker", "sichuan"}, {"doer", "sichuan"}});
  journal.move("world", "spent:sichuan|" + id, 5, "2025-12-31", id);
  const auto indexes_of = [this](const std::string& schema) {
    return asked(
        "SELECT string_agg(replace(indexdef, schemaname || '.', ''), E'\\n' "
        "ORDER BY tablename, indexname) FROM pg_indexes WHERE schemaname = '" +
        schema + "'");
  };
  Views::Options grown = over({.path = "grown", .own = "sichuan"});
  auto followed = Views::open(grown);
  ASSERT_TRUE(followed) << followed.error().what;
  feed(**followed, journal.steps());
  Views::Options options = options_;
  options.rebuilding = true;
  auto rebuilt = Views::open(options);
  ASSERT_TRUE(rebuilt) << rebuilt.error().what;
  feed(**rebuilt, journal.steps());
  const auto keys = [&] {
    return asked("SELECT count(*) FROM pg_indexes WHERE schemaname = '" + options_.schema +
                 "_next' AND tablename IN ('case_step', 'posting', 'case_index')");
  };
  EXPECT_EQ(keys(), "0") << "they come at the end";
  ASSERT_TRUE((*rebuilt)->finish());
  EXPECT_EQ(indexes_of(options_.schema), indexes_of(grown.schema));
  EXPECT_EQ(all_rows(**rebuilt), all_rows(**followed));
}

TEST_P(ServerTest, TablesOfAnotherJournalOrFormatAreMadeAnewAndReadersWait) {
  TestCircle ours, others;
  others.sichuan.must(others.sichuan.taps(0, 3));
  {
    const auto follower = start(*others.sichuan.node);
    ASSERT_TRUE(follower->views());
  }
  ours.sichuan.clock.advance_ms(5'000);
  ours.sichuan.must(ours.sichuan.taps(0, 40));
  {
    const auto follower = start(*ours.sichuan.node);
    ASSERT_TRUE(follower->views());
    EXPECT_EQ(all_rows(*follower->views()), expected(*ours.sichuan.node));
    const std::string made = follower->views()->made();
    const auto before = follower->views();
    // Read all the while: one set of tables or the other, never a mixture.
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0, read = 0;
    std::thread reader{[&] {
      while (!stop) {
        const auto seen = before->read({}, [](Session& session) {
          const auto count = [&](const char* table) {
            return next_id(session.db, table, "position");
          };
          return count("case_step") + count("account") >= 0 && session.last >= 0;
        });
        ++read;
        if (!seen || !*seen) ++wrong;
      }
    }};
    ASSERT_TRUE(follower->rebuild());
    ASSERT_TRUE(follower->rebuild());
    stop = true;
    reader.join();
    EXPECT_GT(read, 0);
    EXPECT_EQ(wrong, 0);
    EXPECT_NE(follower->views()->made(), made);
    const auto more = ours.sichuan.must(ours.sichuan.taps(40, 10));
    ASSERT_TRUE(follower->wait(more.position, kPatienceMs));
    EXPECT_EQ(all_rows(*follower->views()), expected(*ours.sichuan.node));
  }
  admin_->exec("UPDATE meta SET value = 'old' WHERE name = 'format'");
  const auto follower = start(*ours.sichuan.node);
  ASSERT_TRUE(follower->views()) << follower->fault();
  EXPECT_EQ(all_rows(*follower->views()), expected(*ours.sichuan.node));
}

// Two machines of one node, both told to keep them: each batch goes in once.
TEST_P(ServerTest, TwoThatWriteGiveWayToEachOther) {
  TestCircle circle;
  node::Node& node = *circle.sichuan.node;
  const auto one = start(node);
  const auto two = start(node);
  std::uint64_t last = 0;
  for (int i = 0; i < 10; ++i) {
    last = circle.sichuan.must(circle.sichuan.taps(i * 20, 20)).position;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  ASSERT_TRUE(until([&] { return one->lag().entries == 0 && two->lag().entries == 0; }));
  EXPECT_EQ(all_rows(*one->views()), expected(node));
  EXPECT_EQ(asked("SELECT value FROM meta WHERE name = 'entries'"), std::to_string(last + 1));
}

TEST_P(ServerTest, AServerThatIsAwayIsNoFaultOfTheNode) {
  TestCircle circle;
  options_.path = "postgres://nobody@127.0.0.1:1/nowhere";
  const auto follower = start(*circle.sichuan.node);
  const auto done = circle.sichuan.must(circle.sichuan.taps(0, 5));
  EXPECT_FALSE(follower->views());
  EXPECT_FALSE(follower->wait(done.position, 10));
  EXPECT_NE(follower->fault(), "");
  EXPECT_GT(follower->lag().entries, 0U);
}

}  // namespace bashu::views::test
