#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"
#include "calculators/calculators.h"

namespace bashu::calculators {
namespace {

TEST(MedicalSettle, SharesAStayBetweenFundAndPatient) {
  const Calculator settle = find("medical.settle", 1);
  ASSERT_TRUE(settle);
  EXPECT_FALSE(find("medical.settle", 2));
  const auto run = [&](std::string_view text) {
    const auto result = settle(*parse_json(text));
    return result ? canonical_json(*result) : result.error();
  };
  // The bill of the published example: bed above its limit, a drug of category B, a room of C.
  EXPECT_EQ(run(R"({"lines":[{"list":"A","price":200000,"limit":180000,"own_first":0},
                             {"list":"B","price":100000,"limit":100000,"own_first":100},
                             {"list":"C","price":50000,"limit":0,"own_first":0}],
                    "policy":{"deductible":80000,"rate":800,"cap":20000000},
                    "used":{"deductible":0,"pool":0}})"),
            R"({"cash":198000,"deductible":80000,"in_scope":270000,"pool":152000,"total":350000})");
  EXPECT_EQ(run(R"({"lines":[{"list":"A","price":10000,"limit":10000,"own_first":0}],
                    "policy":{"deductible":80000,"rate":800,"cap":5000},
                    "used":{"deductible":80000,"pool":1000}})"),
            R"({"cash":6000,"deductible":0,"in_scope":10000,"pool":4000,"total":10000})");
  Value huge = *parse_json(
      R"({"lines":[{"list":"A","price":1,"limit":1},{"list":"A","price":1,"limit":1}],
          "policy":{"deductible":0,"rate":800,"cap":1},"used":{"deductible":0,"pool":0}})");
  (*huge.as_record()->at("lines").as_list())[0].as_record()->at("price") =
      std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(settle(huge).error(), "an amount is outside the 64-bit integers");
  EXPECT_EQ(run(R"({"lines":[{"list":"X","price":1}],"policy":{},"used":{}})"),
            "'list' must be A, B or C");
  EXPECT_EQ(run("{}"), "lines, policy and used are needed");
}

}  // namespace
}  // namespace bashu::calculators
