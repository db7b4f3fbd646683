// The follower behind a real node: keeping up, restarting, rebuilding beside it.
#include "views/follower.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "node/test_support.h"

namespace bashu::views::test {

namespace {

namespace fs = std::filesystem;
using node::TestCircle;
using node::TestFolder;

constexpr int kPatienceMs = 20'000;

std::unique_ptr<Follower> start(node::Node& node, const fs::path& dir) {
  auto follower = Follower::start(node, dir);
  EXPECT_TRUE(follower) << (follower ? "" : follower.error().what);
  return follower ? std::move(*follower) : nullptr;
}

// What all terminals together are owed, -1 on a fault.
std::int64_t owed(Views& views) {
  const auto listed = views.accounts(
      {.book = "tolls/fares", .kind = "owed", .page = {.after = {}, .limit = 1'000}});
  EXPECT_TRUE(listed) << (listed ? "" : listed.error().what);
  if (!listed) return -1;
  std::int64_t sum = 0;
  for (const AccountRow& row : listed->rows) sum += row.balance;
  return sum;
}
std::int64_t fares(std::int64_t count) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += 200 + i % 100;
  return sum;
}

int view_files(const fs::path& dir) {
  int count = 0;
  for (const auto& item : fs::directory_iterator(dir)) {
    const std::string name = item.path().filename().string();
    count += name.starts_with("views-") && name.ends_with(".db");
  }
  return count;
}

}  // namespace

TEST(Follower, ShowsWhatTheNodeMadeDurable) {
  TestCircle circle;
  TestFolder dir;
  const auto follower = start(*circle.sichuan.node, dir.path());
  ASSERT_TRUE(follower);
  const auto done = circle.sichuan.must(circle.sichuan.taps(0, 50));
  ASSERT_TRUE(follower->wait(done.position, kPatienceMs));
  EXPECT_EQ(owed(*follower->views()), fares(50));
  EXPECT_EQ(follower->views()->records({.reg = "tolls/terminal"})->rows.size(), 7U);

  const core::Parties parties{{"guest", "sichuan"}, {"host", "chongqing"}};
  const auto opened = circle.sichuan.must(
      core::StartCase{.by = node::test_asker(),
                      .pack = "tolls",
                      .service = "visit",
                      .role = "office",
                      .parties = parties,
                      .parent = {},
                      .id = {},
                      .with = Value::Record{{"subject", "bridges"}, {"who", "synthetic person"}}});
  const std::string id = opened.decision.answer.text_at("case");
  ASSERT_TRUE(follower->wait(opened.position, kPatienceMs));
  const auto here = follower->views()->case_at(id);
  ASSERT_TRUE(here && *here);
  EXPECT_EQ((*here)->state, "drafted");
  EXPECT_EQ((*here)->position, opened.position);
  EXPECT_EQ((*here)->data.find("who")->text_at("$sealed"), "withheld") << "no edge had sealed it";
  EXPECT_EQ(follower->views()->list_cases({.pack = "tolls", .service = "visit"})->rows.size(), 1U);
  EXPECT_EQ(follower->fault(), "");
  EXPECT_FALSE(follower->wait(opened.position + 1'000, 1));
}

TEST(Follower, ContinuesAfterARestart) {
  TestCircle circle;
  TestFolder dir;
  const auto first = circle.sichuan.must(circle.sichuan.taps(0, 10));
  {
    const auto follower = start(*circle.sichuan.node, dir.path());
    ASSERT_TRUE(follower->wait(first.position, kPatienceMs));
  }
  const fs::path file = fs::read_symlink(dir.path() / "views.db");
  const auto second = circle.sichuan.must(circle.sichuan.taps(10, 10));
  const auto follower = start(*circle.sichuan.node, dir.path());
  ASSERT_TRUE(follower->wait(second.position, kPatienceMs));
  EXPECT_EQ(owed(*follower->views()), fares(20));
  EXPECT_EQ(fs::read_symlink(dir.path() / "views.db"), file) << "nothing was rebuilt";
}

TEST(Follower, RebuildsTablesThatAreNotOfThisJournal) {
  TestCircle ours, others;
  TestFolder dir;
  others.sichuan.must(others.sichuan.taps(0, 3));
  const auto last = others.sichuan.must(others.sichuan.taps(3, 3));
  {
    const auto follower = start(*others.sichuan.node, dir.path());
    ASSERT_TRUE(follower->wait(last.position, kPatienceMs));
  }
  ours.sichuan.clock.advance_ms(5'000);
  const auto done = ours.sichuan.must(ours.sichuan.taps(0, 40));
  const auto more = ours.sichuan.must(ours.sichuan.taps(40, 40));
  const auto follower = start(*ours.sichuan.node, dir.path());
  ASSERT_TRUE(follower->wait(more.position, kPatienceMs));
  EXPECT_EQ(owed(*follower->views()), fares(80));
  EXPECT_GT(more.position, done.position);
}

TEST(Follower, AHalfBuiltFileIsSweptAway) {
  TestCircle circle;
  TestFolder dir;
  std::ofstream{dir.path() / "views-9.db"} << "half";
  const auto done = circle.sichuan.must(circle.sichuan.taps(0, 5));
  const auto follower = start(*circle.sichuan.node, dir.path());
  ASSERT_TRUE(follower->wait(done.position, kPatienceMs));
  EXPECT_FALSE(fs::exists(dir.path() / "views-9.db"));
}

TEST(Follower, RebuildsBesideAWorkingNode) {
  TestCircle circle;
  TestFolder dir;
  std::int64_t taps = 200;
  circle.sichuan.must(circle.sichuan.taps(0, taps));
  const auto follower = start(*circle.sichuan.node, dir.path());
  ASSERT_TRUE(follower->wait(circle.sichuan.node->durable() - 1, kPatienceMs));
  const std::shared_ptr<Views> old = follower->views();
  const fs::path before = fs::read_symlink(dir.path() / "views.db");
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::thread reader{[&] {
    while (!stop) wrong += owed(*follower->views()) < fares(200);
  }};
  std::thread writer{[&] {
    while (!stop && taps < 2'000) {
      circle.sichuan.must(circle.sichuan.taps(taps, 10));
      taps += 10;
    }
  }};
  const auto rebuilt = follower->rebuild();
  stop = true;
  reader.join();
  writer.join();
  ASSERT_TRUE(rebuilt) << rebuilt.error().what;
  EXPECT_EQ(wrong, 0) << "a reader saw less than was there";
  const auto last = circle.sichuan.must(circle.sichuan.taps(taps, 1));
  ASSERT_TRUE(follower->wait(last.position, kPatienceMs)) << follower->fault();
  EXPECT_EQ(owed(*follower->views()), fares(taps + 1));
  EXPECT_NE(fs::read_symlink(dir.path() / "views.db"), before);
  EXPECT_GE(owed(*old), fares(200)) << "who still holds the old tables may read them";
  EXPECT_TRUE(fs::exists(dir.path() / before));
}

TEST(Follower, LeavesOneFileAfterARebuild) {
  TestCircle circle;
  TestFolder dir;
  const auto done = circle.sichuan.must(circle.sichuan.taps(0, 5));
  const auto follower = start(*circle.sichuan.node, dir.path());
  ASSERT_TRUE(follower->wait(done.position, kPatienceMs));
  ASSERT_TRUE(follower->rebuild());
  ASSERT_TRUE(follower->rebuild());
  EXPECT_EQ(view_files(dir.path()), 1);
  EXPECT_EQ(owed(*follower->views()), fares(5));
}

}  // namespace bashu::views::test
