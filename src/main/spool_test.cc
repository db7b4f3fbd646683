#include "main/spool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>

namespace bashu::cli {
namespace {

std::string all_of(const Spool& spool) {
  std::string out;
  EXPECT_TRUE(spool.read([&](std::string_view piece) { out += piece; }));
  return out;
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
}

class SpoolTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_);
    setenv("TMPDIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("TMPDIR");
    std::filesystem::remove_all(folder_);
  }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("spool-" + std::to_string(getpid()));
};

TEST_F(SpoolTest, GivesBackWhatWasAddedHoweverMuchAndLeavesNoFile) {
  Spool spool;
  EXPECT_EQ(all_of(spool), "");
  std::string whole;
  for (int i = 0; whole.size() < 3 * Spool::kHeld; ++i) {
    const std::string piece = "piece " + std::to_string(i) + "\n";
    ASSERT_TRUE(spool.add(piece));
    whole += piece;
    if (i == 10) {
      EXPECT_EQ(all_of(spool), whole) << "in memory";
    }
  }
  EXPECT_EQ(all_of(spool), whole);
  EXPECT_EQ(all_of(spool), whole) << "again";
  EXPECT_EQ(files_in(folder_), 0U) << "the file has no name";
}

TEST_F(SpoolTest, SaysWhereThereIsNoRoom) {
  std::filesystem::remove(folder_);
  Spool spool;
  EXPECT_TRUE(spool.add("few")) << "no file is needed";
  const auto added = spool.add(std::string(Spool::kHeld, 'x'));
  ASSERT_FALSE(added);
  EXPECT_FALSE(added.error().what.empty());
}

}  // namespace
}  // namespace bashu::cli
