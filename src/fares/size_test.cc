#include "fares/size.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace bashu::fares {
namespace {

// A tariff with so many editions behind the first, each from a day of its own; `says` is what the
// first one has besides.
Value tariff(std::size_t editions, const std::string& says = {}) {
  Value::List behind;
  for (std::size_t i = 0; i < editions; ++i) {
    behind.push_back(Value::Record{
        {"version", i + 2},
        {"from", Date::from_days(Date::parse("2021-02-01")->days() + static_cast<int>(i)).text()},
        {"fee", i}});
  }
  Value out = *parse_json(R"({"tariff":"t","rules":2,"version":1,"from":"2021-01-01","groups":{"m":
      {"party":"sichuan","operators":[{"name":"metro"}],"flat":200}})" +
                          says + "}");
  out.as_record()->emplace("editions", std::move(behind));
  return out;
}
std::string told(const std::optional<Wrong>& wrong) {
  return wrong ? wrong->where + ": " + wrong->what : "";
}
std::string caps(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += std::string{out.empty() ? "" : ","} + R"({"name":"c","period":"day","limit":1})";
  }
  return R"(,"caps":[)" + out + "]";
}
// A name so long that the editions, whole, are just below or above the bound.
std::string long_name(std::size_t bytes) { return R"(,"title":")" + std::string(bytes, 'x') + '"'; }

TEST(Size, ATariffHasSoManyEditions) {
  EXPECT_EQ(told(too_large(tariff(0))), "");
  EXPECT_EQ(told(too_large(tariff(kEditionsMax))), "");
  EXPECT_EQ(told(too_large(tariff(kEditionsMax + 1))), "editions: has 51: at most 50");
  // One that is in use stays what it is.
  const auto held = read_tariff(tariff(kEditionsMax + 1));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->editions.size(), kEditionsMax + 1);
}

TEST(Size, CapsCountInEachEditionThatHasThem) {
  EXPECT_EQ(told(too_large(tariff(9, caps(100)))), "");
  EXPECT_EQ(told(too_large(tariff(10, caps(100)))), "caps: has 1100: at most 1000 in all editions");
}

// No edition is made of what is too large whole: it would be gigabytes, from a file of one.
TEST(Size, WhatAllEditionsAreWholeIsBounded) {
  EXPECT_EQ(told(too_large(tariff(31, long_name(1U << 20U)))), "");
  const Value large = tariff(32, long_name(1U << 20U));
  EXPECT_TRUE(told(too_large(large)).starts_with("editions: are too much to be read"));
  const auto read = read_tariff(large);
  ASSERT_FALSE(read);
  EXPECT_EQ(told(read.error().front()), told(too_large(large)));
  EXPECT_FALSE(read_tariff(tariff(200'000)));
}

TEST(Size, WhatIsNoTariffHasNone) {
  for (const char* text :
       {"null", "[]", R"({"editions":3,"caps":{}})", R"({"editions":[1,[],{}]})"}) {
    EXPECT_EQ(told(too_large(*parse_json(text))), "") << text;
  }
}

}  // namespace
}  // namespace bashu::fares
