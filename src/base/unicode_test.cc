#include "base/unicode.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace bashu {
namespace {

TEST(NormalText, IsComposedAndHasNothingInvisible) {
  EXPECT_EQ(normal_text("e\u0301cole"), "école");
  EXPECT_EQ(normal_text("\ufeff 王\u200b五\u3000"), "王五");
  EXPECT_EQ(normal_text("\u00a0\u200b\u2060"), "");
  EXPECT_EQ(normal_text("two  words\n"), "two  words");
  EXPECT_EQ(normal_text("\xff"), "\xff");
  EXPECT_EQ(normal_text(std::string{"a\0b", 3}), (std::string{"a\0b", 3}));
}

TEST(NormalName, BracketsAndDotsAreThoseOfTheScript) {
  EXPECT_EQ(normal_name("华兴(成都)有限公司"), "华兴（成都）有限公司");
  EXPECT_EQ(normal_name("买买提•吐尔逊"), "买买提·吐尔逊");
  EXPECT_EQ(normal_name("买买提・吐尔逊"), normal_name("买买提·吐尔逊"));
  EXPECT_EQ(normal_name("Huaxing (Chengdu) Ltd"), "Huaxing (Chengdu) Ltd");
  EXPECT_EQ(normal_name("㐀a•b"), "㐀a•b");
}

TEST(WithoutBlanksAndHyphens, LeavesWhatANumberIs) {
  EXPECT_EQ(without_blanks_and_hyphens("1101 05–1949\u30001231-002\u200bX"), "11010519491231002X");
  EXPECT_EQ(without_blanks_and_hyphens("\u3000 -"), "");
  EXPECT_EQ(without_blanks_and_hyphens("91110000-101623741k"), "91110000101623741k");
  EXPECT_EQ(without_blanks_and_hyphens("91110000 101623741k"), "91110000101623741k");
  EXPECT_EQ(without_blanks_and_hyphens("R/1_a.b"), "R/1_a.b");
}

TEST(CutShort, KeepsWholeCharacters) {
  EXPECT_EQ(cut_short("巴蜀", 6), "巴蜀");
  EXPECT_EQ(cut_short("巴蜀同", 8), "巴蜀…");
  EXPECT_EQ(cut_short("巴蜀", 2), "…");
  EXPECT_EQ(cut_short("abc", 2), "ab…");
}

TEST(IsPlain, TellsWhatStaysAsItIs) {
  for (const char* plain : {"", "account-12", "Huaxing (Chengdu) Ltd", "a~"}) {
    EXPECT_TRUE(is_plain(plain)) << plain;
    EXPECT_EQ(normal_text(plain), plain);
    EXPECT_EQ(normal_name(plain), plain);
  }
  for (const char* other : {" a", "a ", "a\tb", "a\x7f", "\u534e", "\u00a0"}) {
    EXPECT_FALSE(is_plain(other)) << other;
  }
}

TEST(Likeness, IsWhatTwoWritingsHaveInCommon) {
  EXPECT_EQ(likeness("华兴（成都）有限公司"), likeness("华兴 (成都)  有限公司"));
  EXPECT_EQ(likeness("Ａ-123"), likeness("a 123"));
  EXPECT_EQ(likeness("买买提·吐尔逊"), likeness("买买提吐尔逊"));
  EXPECT_NE(likeness("华兴"), likeness("华星"));
  EXPECT_EQ(likeness("—·"), "");
  EXPECT_EQ(likeness("\xff"), "\xff") << "what is no text stays as it is";
}

RC_GTEST_PROP(NormalText, IsStableAndAnyTextIsTaken, (const std::string& text)) {
  RC_ASSERT(normal_text(normal_text(text)) == normal_text(text));
  RC_ASSERT(normal_name(normal_name(text)) == normal_name(text));
}

}  // namespace
}  // namespace bashu
