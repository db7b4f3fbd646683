#include "views/find/segment.h"

namespace bashu::views {
namespace {

TEST(Segments, ChineseBecomesPairsAndItsLastCharacter) {
  EXPECT_EQ(segmented("成渝双城"), "成渝 渝双 双城 城");
  EXPECT_EQ(segmented("城"), "城");
  EXPECT_EQ(segmented("川A12·成都（高新）"), "川 A12 成都 都 高新 新");
}

TEST(Segments, OtherTextIsCutAtWhatIsNoLetterAndNoDigit) {
  EXPECT_EQ(segmented("sichuan-3/trip, Straße"), "sichuan 3 trip Straße");
  EXPECT_EQ(segmented("ＡＢ１２"), "AB12") << "full width";
  EXPECT_EQ(segmented(" \n"), "");
}

TEST(Segments, BrokenTextEndsAWord) { EXPECT_EQ(segmented("ab\xE6\x88"), "ab"); }

TEST(Segments, AQuestionAsksForEveryWord) {
  EXPECT_EQ(match_of("成都", false), "text : \"成都\"");
  EXPECT_EQ(match_of("成都市", false), "text : \"成都 都市\"");
  EXPECT_EQ(match_of("成", false), "text : \"成\"*");
  EXPECT_EQ(match_of("case 7\" OR", false), "text : \"case\" AND text : \"7\" AND text : \"OR\"*");
  EXPECT_EQ(match_of("，", false), "");
}

TEST(Segments, OneWrongCharacterSpoilsThePairsItStandsIn) {
  EXPECT_EQ(match_of("甲乙丙", true), "text : ((\"乙丙\") OR (\"甲\"* AND \"丙\"*) OR (\"甲乙\"))");
  EXPECT_EQ(match_of("甲乙", true), "text : \"甲乙\"");
}

}  // namespace
}  // namespace bashu::views
