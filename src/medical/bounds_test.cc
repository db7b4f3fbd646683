#include "medical/bounds.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/json.h"

namespace bashu::medical {
namespace {

Value bill(const std::string& lines, const std::string& rate = "800",
           const std::string& id = "H1") {
  return *parse_json(R"({"bill":")" + id + R"(","lines":[)" + lines + R"(],"policy":{"rate":)" +
                     rate + "}}");
}

std::string told(const Value& bill) {
  const auto found = beyond(bill);
  return found ? found->key + " " + found->what : "";
}

TEST(Bounds, ABillWithinThemIsTaken) {
  EXPECT_EQ(told(bill(R"({"list":"C","price":0},{"list":"B","price":1000000000,"own_first":1000})",
                      "1000")),
            "");
}

TEST(Bounds, AreToldWithTheMemberThatIsBeyond) {
  const std::string good = R"({"list":"C","price":1},)";
  EXPECT_EQ(told(bill(good + R"({"list":"C","price":1000000001})")),
            "medical.price_beyond lines[1].price");
  EXPECT_EQ(told(bill(R"({"list":"C","price":-1})")), "medical.price_beyond lines[0].price");
  EXPECT_EQ(told(bill(R"({"list":"B","price":1,"own_first":-1})")),
            "medical.share_beyond lines[0].own_first");
  EXPECT_EQ(told(bill(R"({"list":"C","price":1})", "1001")), "medical.share_beyond policy.rate");
  EXPECT_EQ(told(bill(R"({"list":"C","price":1})", "-1")), "medical.share_beyond policy.rate");
  std::string many = R"({"list":"C","price":1})";
  for (int i = 0; i < 1'000; ++i) many += R"(,{"list":"C","price":1000000000})";
  EXPECT_EQ(told(bill(many)), "medical.gross_beyond H1");
}

// A member more, of a bill that is within them otherwise.
std::string told_with(const std::string& member, const std::string& line = "") {
  return told(*parse_json(R"({"bill":"H1",)" + member + R"("lines":[{"list":"A","price":1)" + line +
                          "}]}"));
}

TEST(Bounds, NoAmountIsBelowZero) {
  EXPECT_EQ(told_with("", R"(,"limit":0)"), "");
  EXPECT_EQ(told_with("", R"(,"limit":-9000)"), "medical.below_zero lines[0].limit");
  for (const auto& [record, name] : {std::pair{"policy", "deductible"}, std::pair{"policy", "cap"},
                                     std::pair{"used", "deductible"}, std::pair{"used", "pool"}}) {
    const auto with = [&](const char* amount) {
      return told_with("\"" + std::string{record} + R"(":{")" + name + "\":" + amount + "},");
    };
    EXPECT_EQ(with("0"), "") << record << name;
    EXPECT_EQ(with("9000000000000000"), "") << record << name;
    EXPECT_EQ(with("-1000000000000"),
              "medical.below_zero " + std::string{record} + "." + std::string{name});
  }
}

// Of another type they would be read as if they were absent: version 1, not cancelled.
TEST(Bounds, WhatNamesABillIsOfItsType) {
  EXPECT_EQ(told_with(R"("version":2,"cancelled":true,)"), "");
  EXPECT_EQ(told_with(R"("version":"2",)"), "medical.not_whole version");
  EXPECT_EQ(told_with(R"("version":null,)"), "medical.not_whole version");
  EXPECT_EQ(told_with(R"("cancelled":"true",)"), "medical.not_true_or_false cancelled");
  EXPECT_EQ(told_with(R"("cancelled":1,)"), "medical.not_true_or_false cancelled");
}

TEST(Bounds, NoBillIsNamedLikeACorrection) {
  EXPECT_EQ(told(bill(R"({"list":"C","price":1})", "800", "H1~1")), "medical.bill_tilde H1~1");
}

}  // namespace
}  // namespace bashu::medical
