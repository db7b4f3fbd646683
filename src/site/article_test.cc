#include "site/article.h"

#include <gtest/gtest.h>

namespace bashu::site {
namespace {

TEST(Article, ANumberStandsWhereItsRowIsNamed) {
  const auto found = pieces("Of {F24} roads {F06.north} are open.");
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[0].words, "Of ");
  EXPECT_EQ(found[1].row, "F24");
  EXPECT_EQ(found[3].row, "F06.north");
  EXPECT_EQ(found[4].words, " are open.");
}

TEST(Article, ABraceLeftOpenIsWords) {
  const auto found = pieces("a {b");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].words, "a {b");
}

TEST(Article, SectionsKeepTheirOrderAndLanguages) {
  const auto article = read_article(
      "title: {zh: 概况, en: Overview}\n"
      "parties: {north: {zh: 北省, en: North}}\n"
      "sections:\n"
      "  - title: {zh: 交通, en: Transport}\n"
      "    text:\n"
      "      - {zh: 一, en: one}\n"
      "      - {zh: 二, en: two}\n",
      "overview.yaml");
  ASSERT_TRUE(article);
  EXPECT_EQ(in_language((*article)->parties.at("north"), "zh"), "北省");
  ASSERT_EQ((*article)->sections.size(), 1U);
  EXPECT_EQ(in_language((*article)->sections[0].text.at(1), "en"), "two");
}

TEST(Article, AFileThatIsNoYamlIsNamed) {
  const auto article = read_article("title: [", "overview.yaml");
  ASSERT_FALSE(article);
  EXPECT_TRUE(article.error().what.starts_with("overview.yaml"));
}

}  // namespace
}  // namespace bashu::site
