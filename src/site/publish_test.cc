#include "site/publish.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "base/bytes.h"
#include "site/site.h"
#include "views/test_journal.h"

namespace bashu::site {
namespace {

namespace fs = std::filesystem;
using views::test::data;
using views::test::day;
using views::test::Journal;

std::string read(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The same two roads, as either party's journal has them.
std::shared_ptr<views::Views> roads(const core::PartyId& own, int entries_before) {
  std::string yaml = views::test::road_works();
  const std::string from = "    title: {zh: 道路, en: Roads}\n";
  yaml.replace(yaml.find(from), from.size(), from + "    public: true\n");
  Journal journal{own};
  journal.today("2026-01-05");
  journal.adopt(yaml);
  for (int i = 0; i < entries_before; ++i) {
    journal.put("crew", "c" + std::to_string(i), data(R"({"code":"c","size":1})"));
  }
  journal.put("road", "G5", data(R"({"code":"G5","length":30})"));
  journal.put("road", "G5", data(R"({"opened_on":"2026-01-05"})"), {"opened_on"}, "sichuan");
  journal.put("road", "G93", data(R"({"code":"G93","length":12})"));
  return views::test::in_memory(journal.steps(), 1, own);
}

class Publishing : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }

  std::expected<Edition, Fault> publish_roads(const core::PartyId& own, int before,
                                              const fs::path& folder) {
    const auto held = roads(own, before);
    const Sources from{.views = held,
                       .at = held->entries() - 1,
                       .published = std::make_shared<const figures::Published>(),
                       .article = std::make_shared<const Article>(),
                       .map = std::make_shared<const Map>(),
                       .packs = packs_of(*held),
                       .today = day("2026-03-01"),
                       .edition = day("2026-02-01"),
                       .proof = {}};
    return publish(from, folder, [](const std::string& text) { return text + "signed\n"; });
  }

  fs::path folder_ =
      fs::temp_directory_path() / ("bashu-publish-" + std::to_string(::getpid()) + "-" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Publishing, EveryLinkLeadsToAFileOfTheFolder) {
  ASSERT_TRUE(publish_roads("sichuan", 0, folder_));
  const std::regex link{"(?:href|src)=\"([^\"#?]*)\""};
  std::size_t links = 0;
  for (const auto& entry : fs::recursive_directory_iterator{folder_}) {
    if (entry.path().extension() != ".html") continue;
    const std::string html = read(entry.path());
    for (std::sregex_iterator it{html.begin(), html.end(), link}, end; it != end; ++it) {
      ++links;
      EXPECT_TRUE(fs::exists(entry.path().parent_path() / (*it)[1].str()))
          << entry.path() << ": " << (*it)[1];
    }
  }
  EXPECT_GT(links, 100U);
}

TEST_F(Publishing, TheListNamesEachFileWithItsDigest) {
  ASSERT_TRUE(publish_roads("sichuan", 0, folder_));
  std::istringstream sums{read(folder_ / "SHA256SUMS")};
  std::set<std::string> named{"SHA256SUMS", "EDITION"};
  for (std::string digest, name; sums >> digest >> name;) {
    EXPECT_EQ(hex(sha256(read(folder_ / name))), digest) << name;
    named.insert(name);
  }
  for (const auto& entry : fs::recursive_directory_iterator{folder_}) {
    if (!entry.is_regular_file()) continue;
    EXPECT_TRUE(named.contains(fs::relative(entry.path(), folder_).string())) << entry.path();
  }
  const std::string edition = read(folder_ / "EDITION");
  EXPECT_NE(edition.find("2026-02-01"), std::string::npos);
  EXPECT_NE(edition.find(hex(sha256(read(folder_ / "SHA256SUMS")))), std::string::npos);
  EXPECT_TRUE(edition.ends_with("signed\n"));
}

TEST_F(Publishing, WhatAJournalLooksLikeStandsInNoFile) {
  ASSERT_TRUE(publish_roads("sichuan", 0, folder_ / "a"));
  ASSERT_TRUE(publish_roads("sichuan", 5, folder_ / "b"));
  EXPECT_EQ(read(folder_ / "a/SHA256SUMS"), read(folder_ / "b/SHA256SUMS"));
}

TEST_F(Publishing, AFolderThatHoldsSomethingIsLeftAlone) {
  fs::create_directories(folder_);
  std::ofstream{folder_ / "kept"} << "x";
  EXPECT_FALSE(publish_roads("sichuan", 0, folder_));
  EXPECT_EQ(read(folder_ / "kept"), "x");
}

}  // namespace
}  // namespace bashu::site
