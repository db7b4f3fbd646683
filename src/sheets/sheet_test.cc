#include "sheets/sheet.h"

#include <gtest/gtest.h>

namespace bashu::sheets {
namespace {

const Sheet kSheet{.name = "Numbers",
                   .columns = {{"What"}, {"Value", 1}},
                   .rows = {{std::string{"a, \"b\""}, std::int64_t{276}},
                            {std::string{"=1+1"}, std::int64_t{-5}},
                            {std::string{"none"}, std::monostate{}}}};

TEST(Sheet, CsvQuotesAndNeverStartsAFormula) {
  EXPECT_EQ(csv(kSheet),
            "\xEF\xBB\xBF"
            "What,Value\r\n\"a, \"\"b\"\"\",27.6\r\n'=1+1,-0.5\r\nnone,\r\n");
}

TEST(Sheet, JsonKeepsDecimalsAsText) {
  const std::string text = json(kSheet);
  EXPECT_NE(text.find("\"27.6\""), std::string::npos);
  EXPECT_NE(text.find("null"), std::string::npos);
}

TEST(Sheet, NumbersOfOneColumnMayHaveOtherDecimals) {
  const Sheet sheet{.name = "Mixed",
                    .columns = {{"Value"}},
                    .rows = {{Sheet::Decimal{.value = -1234, .scale = 2}},
                             {Sheet::Decimal{.value = 7, .scale = 0}},
                             {Sheet::Decimal{.value = 5, .scale = 3}}}};
  EXPECT_EQ(csv(sheet), "\xEF\xBB\xBFValue\r\n-12.34\r\n7\r\n0.005\r\n");
  EXPECT_NE(json(sheet).find("\"-12.34\""), std::string::npos);
  EXPECT_TRUE(xlsx(sheet));
}

TEST(Sheet, TheSameSheetIsTheSameWorkbook) {
  const auto one = xlsx(kSheet);
  const auto two = xlsx(kSheet);
  ASSERT_TRUE(one && two);
  EXPECT_TRUE(one->starts_with("PK"));
  EXPECT_EQ(*one, *two);
}

}  // namespace
}  // namespace bashu::sheets
