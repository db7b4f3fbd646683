#include "medical/bounds.h"

#include <gtest/gtest.h>

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

TEST(Bounds, NoBillIsNamedLikeACorrection) {
  EXPECT_EQ(told(bill(R"({"list":"C","price":1})", "800", "H1~1")), "medical.bill_tilde H1~1");
}

}  // namespace
}  // namespace bashu::medical
