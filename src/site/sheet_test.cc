#include "site/sheet.h"

#include <gtest/gtest.h>

namespace bashu::site {
namespace {

TEST(SheetFile, AnotherEndingIsNoFile) {
  const Sheet sheet{.name = "Numbers", .columns = {{"What"}}, .rows = {}};
  const auto answer = as_file(sheet, "data.pdf");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
  const auto known = as_file(sheet, "data.csv");
  ASSERT_TRUE(known);
  EXPECT_TRUE(*known);
}

}  // namespace
}  // namespace bashu::site
