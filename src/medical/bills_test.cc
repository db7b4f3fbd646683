#include "medical/bills.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"

namespace bashu::medical {
namespace {

Value bill(Value::Record more = {}) {
  Value out = *parse_json(
      R"({"bill":"H1","insured":"sichuan","treated":"chongqing","institution":"h","day":"2021-03-04",
          "lines":[{"list":"A","price":200000,"limit":180000,"own_first":0}],
          "policy":{"deductible":80000,"rate":800,"cap":20000000},"used":{"deductible":0,"pool":0}})");
  for (auto& [name, value] : more) (*out.as_record())[name] = std::move(value);
  return out;
}

TEST(Bills, OweWhatTheFundPays) {
  const auto one = priced(bill());
  ASSERT_TRUE(one);
  const auto all = claims({*one});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].creditor, "chongqing");
  EXPECT_EQ(all[0].debtor, "sichuan");
  EXPECT_EQ(all[0].amounts,
            (clearing::Amounts{.gross = 200'000, .discount = 120'000, .net = 80'000}));
  EXPECT_EQ(all[0].first, one->digest);
}

TEST(Bills, ALaterVersionTakesThePlaceOfAnEarlierOneWhateverTheirOrder) {
  const auto first = *priced(bill());
  const auto second = *priced(bill({{"version", 2}, {"institution", "other"}}));
  const auto gone = *priced(bill({{"version", 3}, {"cancelled", true}}));
  EXPECT_EQ(claims({second, first}), claims({first, second}));
  EXPECT_EQ(claims({first, second})[0].of, "other");
  EXPECT_TRUE(claims({gone, first, second}).empty());
}

TEST(Bills, OfOneVersionTheSmallerDigestCounts) {
  const auto a = *priced(bill()), b = *priced(bill({{"institution", "other"}}));
  EXPECT_EQ(claims({a, b}), claims({b, a}));
  EXPECT_EQ(claims({a, b})[0].first, std::min(a.digest, b.digest));
}

TEST(Bills, SayWhatIsWrong) {
  EXPECT_EQ(priced(Value{Value::Record{}}).error(), "'day' must be a date, 2026-03-31");
  EXPECT_EQ(priced(*parse_json(R"({"day":"2021-03-04"})")).error(),
            "bill, insured, treated and institution are needed");
}

}  // namespace
}  // namespace bashu::medical
