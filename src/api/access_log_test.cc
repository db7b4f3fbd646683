// The record of reads: whatever is done to its lines shows.

#include "api/access_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace bashu::api {
namespace {

namespace fs = std::filesystem;

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() { fs::create_directories(dir_ / "keys"); }
  ~AccessLogTest() override { fs::remove_all(dir_); }

  void read_by(const std::string& who, const std::string& what) {
    AccessLog log{dir_};  // as after a restart
    ASSERT_TRUE(log.record({1'000}, {.id = who}, {.resource = what}, {what + ".name"}));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::ifstream in{dir_ / "access.log"};
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  void write(const std::vector<std::string>& lines) const {
    std::ofstream out{dir_ / "access.log", std::ios::trunc};
    for (const std::string& line : lines) out << line << '\n';
  }
  [[nodiscard]] bool sound() const { return verify_access(dir_).value().has_value(); }

  const fs::path dir_ = fs::temp_directory_path() / ("bashu-access-" + std::to_string(::getpid()));
};

TEST_F(AccessLogTest, WhateverIsDoneToALineShows) {
  EXPECT_EQ(verify_access(dir_).value(), 0U);
  for (const char* who : {"ann", "bob", "cid", "dan"}) read_by(who, "case-1");
  ASSERT_EQ(verify_access(dir_).value(), 4U);
  const std::vector<std::string> whole = lines();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto without = whole;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    write(without);
    EXPECT_FALSE(sound()) << "without line " << i + 1;

    auto changed = whole;
    changed[i].replace(changed[i].find("case-1"), 6, "case-2");
    write(changed);
    EXPECT_FALSE(sound()) << "line " << i + 1 << " changed";

    auto twice = whole;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), whole[i]);
    write(twice);
    EXPECT_FALSE(sound()) << "line " << i + 1 << " twice";

    auto moved = whole;
    std::swap(moved[i], moved[(i + 1) % moved.size()]);
    write(moved);
    EXPECT_FALSE(sound()) << "line " << i + 1 << " moved";

    write({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i)});
    EXPECT_FALSE(sound()) << "cut off before line " << i + 1;
  }
  write({});
  fs::remove(dir_ / "access.log");
  EXPECT_FALSE(sound()) << "the whole file gone";
  write(whole);
  EXPECT_TRUE(sound());
}

TEST_F(AccessLogTest, WhatWasCutOffStaysMissingAfterMoreIsWritten) {
  for (const char* who : {"ann", "bob", "cid"}) read_by(who, "case-1");
  write({lines().front()});
  read_by("dan", "case-2");
  EXPECT_EQ(verify_access(dir_).value().error().why, AccessFlaw::Why::missing);
}

TEST_F(AccessLogTest, LinesOfBeforeTheChainStandBeforeIt) {
  write({R"({"fields":[],"key":"old","principal":"key:old","resource":"case-0","time_ms":1})"});
  read_by("ann", "case-1");
  int seen = 0;
  EXPECT_EQ(verify_access(dir_, [&](const Value&) { ++seen; }).value(), 1U);
  EXPECT_EQ(seen, 2);
}

TEST_F(AccessLogTest, WithoutItsKeyNothingIsWritten) {
  read_by("ann", "case-1");
  std::ofstream{dir_ / "keys" / "access.key", std::ios::trunc} << "short";
  AccessLog log{dir_};
  EXPECT_FALSE(log.record({1'000}, {.id = "bob"}, {.resource = "case-1"}, {}));
  EXPECT_FALSE(verify_access(dir_).has_value());
}

TEST_F(AccessLogTest, WhoReadACaseStandsNewestFirst) {
  for (const char* who : {"ann", "bob", "cid"}) read_by(who, "case-1");
  read_by("dan", "case-10");  // begins alike, and is another case
  const auto all = accesses_of(dir_, "case-1", 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].text_at("key"), "cid");
  EXPECT_EQ(all[2].text_at("key"), "ann");
  const auto newest = accesses_of(dir_, "case-1", 1);
  ASSERT_EQ(newest.size(), 1U);
  EXPECT_EQ(newest[0].text_at("key"), "cid");
  EXPECT_TRUE(accesses_of(dir_, "case-2", 10).empty());
}

}  // namespace
}  // namespace bashu::api
