#include "desk/cursors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace bashu::desk {
namespace {

TEST(Cursors, TellNothingAndOpenOnlyWhereTheyWereMade) {
  const auto file =
      std::filesystem::temp_directory_path() / ("bashu-cursors-" + std::to_string(::getpid()));
  std::filesystem::remove(file);
  const Cursors cursors{file};
  const std::string cursor = cursors.seal("91510100MA00099999", "clerk /records");
  EXPECT_EQ(cursor, cursors.seal("91510100MA00099999", "clerk /records"));
  EXPECT_EQ(cursor.find("9151"), std::string::npos);
  EXPECT_EQ(cursors.open(cursor, "clerk /records"), "91510100MA00099999");
  EXPECT_EQ(Cursors{file}.open(cursor, "clerk /records"), "91510100MA00099999");
  EXPECT_FALSE(cursors.open(cursor, "ann /records"));
  EXPECT_FALSE(cursors.open(cursor + "A", "clerk /records"));
  EXPECT_FALSE(cursors.open("91510100MA00099999", "clerk /records"));
  EXPECT_FALSE(cursors.open("x", "clerk /records"));
  EXPECT_EQ(cursors.seal("", "clerk /records"), "");
  EXPECT_EQ(cursors.open("", "clerk /records"), "");
  std::filesystem::remove(file);
  EXPECT_FALSE(Cursors{file}.open(cursor, "clerk /records"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace bashu::desk
