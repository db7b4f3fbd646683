#include "site/map.h"

#include <gtest/gtest.h>

namespace bashu::site {
namespace {

TEST(Map, AreasAreFoundByTheirCode) {
  const auto map =
      read_map("480\t360\n510104\t锦江区\tJinjiang District\t1\t2\tM0 0l1 1z\n", "map.tsv");
  ASSERT_TRUE(map);
  EXPECT_EQ((*map)->width, 480);
  ASSERT_NE((*map)->name("510104"), nullptr);
  EXPECT_EQ(in_language(*(*map)->name("510104"), "zh"), "锦江区");
  EXPECT_EQ((*map)->name("510105"), nullptr);
}

TEST(Map, ALineThatIsNoneIsNamed) {
  const auto map = read_map("480\t360\nnowhere\n", "map.tsv");
  ASSERT_FALSE(map);
  EXPECT_TRUE(map.error().what.starts_with("map.tsv:2"));
}

TEST(Map, ACountyLiesInItsCityAndProvince) {
  EXPECT_TRUE(lies_in("510104", "510104"));
  EXPECT_TRUE(lies_in("510104", "510100"));
  EXPECT_TRUE(lies_in("510104", "510000"));
  EXPECT_FALSE(lies_in("510104", "510300"));
  EXPECT_FALSE(lies_in("510104", "000000"));
}

}  // namespace
}  // namespace bashu::site
