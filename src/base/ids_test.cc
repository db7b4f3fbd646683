#include "base/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace bashu {
namespace {

// All that is found wrong, in English; every reason must exist in Chinese too.
std::string found(const IdEvidence& evidence) {
  std::string all;
  for (const Title& why : evidence.wrong) {
    EXPECT_TRUE(why.contains("zh"));
    all += (all.empty() ? "" : "; ") + why.at("en");
  }
  return all;
}

TEST(NormalId, KnowsFullWidthAndLowerCase) {
  EXPECT_EQ(normal_id("　１１０１０５１９４９１２３１００２ｘ "), "11010519491231002X");
  EXPECT_EQ(normal_id("h41130200746\n"), "H41130200746");
  EXPECT_EQ(normal_id(" \t"), "");
  EXPECT_EQ(normal_id("川\xef"), "川\xef");
}

// One person is one, however the number was typed.
TEST(NormalPerson, OneWritingForEachKindOfNumber) {
  const struct {
    const char *typed, *kept;
  } rows[] = {
      {"11010519491231002x", "11010519491231002X"},
      {"１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"},
      {"110105-19491231-002X", "11010519491231002X"},
      {" 110105 1949\u00a01231 002X\u200b", "11010519491231002X"},
      {"110105491231002", "11010519491231002X"},  // of 15 digits, and what followed it
      {"990105491231002", "990105491231002"},     // no province: no number of a citizen
      {"110105490230002", "110105490230002"},     // 30 February
      {"h0123456702", "H01234567"},
      {"H 0123 4567", "H01234567"},
      {"e12345678", "E12345678"},
      {"usa110105199001", "USA110105199001"},
      {"usa1101051990010", "usa1101051990010"},
      {"a-surrogate", "a-surrogate"},
      {"t:Abc-_def", "t:Abc-_def"},
      {"  王五 ", "王五"},
      {"\u3000", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(normal_person(row.typed), row.kept) << row.typed;
    EXPECT_EQ(normal_person(normal_person(row.typed)), row.kept) << row.typed;
  }
  EXPECT_EQ(normal_code(" 91110000-101623741k"), "91110000101623741K");
}

// Numbers of the standard's own examples.
TEST(CitizenNumber, OfTheStandardIsRight) {
  for (const char* id : {"11010519491231002X", "11010519491231002x", "440524188001010014"}) {
    EXPECT_EQ(found(check_citizen_number(id)), "") << id;
  }
}

TEST(CitizenNumber, SaysWhatLooksWrong) {
  EXPECT_EQ(found(check_citizen_number("110105194912310021")),
            "the check character is 1, computed X");
  EXPECT_EQ(found(check_citizen_number("1101051949123100")), "must have 18 characters");
  EXPECT_EQ(found(check_citizen_number("11010519491231002Y")),
            "must be 17 digits and a digit or X");
  EXPECT_EQ(found(check_citizen_number("110105491231002")),
            "has 15 digits, as before 1999: it has no check character");
  EXPECT_NE(found(check_citizen_number("110105194902300029")).find("no day of the calendar"),
            std::string::npos);
  EXPECT_NE(found(check_citizen_number("990105194912310021")).find("check character"),
            std::string::npos);
  EXPECT_NE(found(check_citizen_number("000105194912310021")).find("no province has the code 00"),
            std::string::npos);
  EXPECT_EQ(found(check_citizen_number("11010519491231002X", Date::parse("1949-12-30"))),
            "the birth lies in the future");
  EXPECT_EQ(found(check_citizen_number("11010519491231002X", Date::parse("1949-12-31"))), "");
  EXPECT_EQ(found(check_citizen_number("")), "must have 18 characters");
}

TEST(CreditCode, PublishedExamplesAreRight) {
  for (const char* id : {"91110000101623741K", "911101066976941872", "91110000101623741k"}) {
    EXPECT_EQ(found(check_credit_code(id)), "") << id;
  }
}

TEST(CreditCode, SaysWhatLooksWrong) {
  EXPECT_NE(found(check_credit_code("91350211M0000XUF46")).find("check character is 6, computed R"),
            std::string::npos);
  EXPECT_NE(found(check_credit_code("9111000010162374IK")).find("may stand for"),
            std::string::npos);
  EXPECT_NE(found(check_credit_code("Z1110000101623741K")).find("may stand for"),
            std::string::npos);
  EXPECT_NE(found(check_credit_code("X7110000101623741K")).find("no registering authority"),
            std::string::npos);
  EXPECT_NE(found(check_credit_code("91110A00101623741K")).find("division code"),
            std::string::npos);
  EXPECT_NE(found(check_credit_code("91110000101623742K")).find("17th"), std::string::npos);
  EXPECT_EQ(found(check_credit_code("9111")), "must have 18 characters");
}

TEST(ManifestNumber, HasYearOriginAndSerial) {
  EXPECT_EQ(found(check_manifest_number("20225101000001")), "");
  EXPECT_EQ(found(check_manifest_number("２０２２５１０１０００００１")), "");
  EXPECT_EQ(found(check_manifest_number("202251010000")), "must have 14 characters");
  EXPECT_EQ(found(check_manifest_number("2022510100000A")), "must be 14 digits");
  EXPECT_EQ(found(check_manifest_number("02225101000001")), "the first four digits must be a year");
  EXPECT_EQ(found(check_manifest_number("20229901000001")), "no province has the code 99");
}

TEST(MedicalInstitution, HasDivisionAndSerial) {
  EXPECT_EQ(found(check_medical_institution("H41130200746")), "");
  EXPECT_EQ(found(check_medical_institution("p50010100001")), "");
  EXPECT_EQ(found(check_medical_institution("X41130200746")),
            "must be H (P for a pharmacy) and 11 digits");
  EXPECT_EQ(found(check_medical_institution("H4113020074")), "must have 12 characters");
  EXPECT_EQ(found(check_medical_institution("H99130200746")), "no province has the code 99");
}

// One wrong digit or two swapped neighbours are what the check characters are for.
RC_GTEST_PROP(CitizenNumber, EveryWrongDigitIsFound, ()) {
  std::string id = "11010519491231002X";
  const auto at = *rc::gen::inRange<std::size_t>(0, 17);
  const char digit = *rc::gen::elementOf(std::string{"0123456789"});
  RC_PRE(id[at] != digit);
  id[at] = digit;
  RC_ASSERT(!check_citizen_number(id).wrong.empty());
}
RC_GTEST_PROP(CreditCode, EveryWrongCharacterIsFound, ()) {
  std::string id = "91110000101623741K";
  const auto at = *rc::gen::inRange<std::size_t>(0, 18);
  const char character = *rc::gen::elementOf(std::string{"0123456789ABCDEFGHJKLMNPQRTUWXY"});
  RC_PRE(id[at] != character);
  id[at] = character;
  RC_ASSERT(!check_credit_code(id).wrong.empty());
}

TEST(Ids, WhatIsNoUtf8IsNotTakenForFullWidth) {
  EXPECT_EQ(normal_id("\xef\xfd"
                      "a"),
            "\xef\xfd"
            "A");
  EXPECT_EQ(normal_id("\xef=a"), "\xef=A");
  EXPECT_EQ(normal_id("\xef\xbd\x81"), "A");
}

RC_GTEST_PROP(Ids, AnyTextIsTaken, (const std::string& text)) {
  (void)check_citizen_number(text);
  (void)check_credit_code(text);
  (void)check_manifest_number(text);
  (void)check_medical_institution(text);
  RC_ASSERT(normal_id(normal_id(text)) == normal_id(text));
}

}  // namespace
}  // namespace bashu
