#include "texts/texts.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/json.h"
#include "testing/checkout.h"

namespace bashu::texts {
namespace {

TEST(Texts, OneKeySpeaksEveryLanguage) {
  EXPECT_EQ(text("en", "common.yes"), "yes");
  EXPECT_EQ(text("zh", "common.yes"), "是");
  EXPECT_EQ(text("fr", "common.yes"), "yes");
  EXPECT_EQ(title("common.no"), bilingual("no", "否"));
  EXPECT_FALSE(has("common.perhaps"));
}

TEST(Texts, PlacesAreFilledInTheLanguageOfTheText) {
  const Places places{{"who", bilingual("the clerk", "经办人")}, {"n", std::string{"3"}}};
  EXPECT_EQ(filled("{n} of {who}", "en", places), "3 of the clerk");
  EXPECT_EQ(filled("{who}的{n}件", "zh", places), "经办人的3件");
}

TEST(Texts, WhatIsNoPlaceStaysAsItIsWritten) {
  const Places places{{"n", std::string{"{n}"}}};
  EXPECT_EQ(filled("{other} {n} {", "en", places), "{other} {n} {");
  EXPECT_EQ(filled("}{", "en", places), "}{");
  EXPECT_EQ(filled("", "en", places), "");
}

TEST(Texts, EveryKeyOfTheFilesIsCompiledIn) {
  std::ifstream in{checkout("texts/en.json"), std::ios::binary};
  const auto file = parse_json(std::string{std::istreambuf_iterator<char>{in}, {}});
  ASSERT_TRUE(file);
  for (const auto& [key, value] : *file->as_record()) {
    ASSERT_TRUE(has(key)) << key;
    EXPECT_EQ(text("en", key), *value.as_text());
    EXPECT_FALSE(text("zh", key).empty());
  }
}

TEST(TextsDeathTest, AKeyThatStandsNowhereEndsTheProcess) {
  EXPECT_DEATH(static_cast<void>(text("en", "no.such")), "");
}

}  // namespace
}  // namespace bashu::texts
