// What an edition changes, as who is to agree reads it.

#include "fares/changes.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "fares/editions.h"

namespace bashu::fares {
namespace {

// What the second of two editions changes.
Changes changes_of(const std::string& group, const std::string& edition) {
  const std::string text =
      R"({"tariff":"t","rules":2,"version":1,"from":"2021-01-01","fee":6000,"groups":{"m":)" +
      group + R"(},"editions":[{"version":2,"from":"2021-04-01",)" + edition + "}]}";
  const auto value = parse_json(text);
  const auto read = read_tariff(*value);
  EXPECT_TRUE(read) << (read ? "" : read.error().front().where + read.error().front().what);
  return changes(whole_edition(*value, 0), whole_edition(*value, 1));
}
std::string group(const std::string& prices) {
  return R"({"party":"sichuan","operators":[{"name":"metro"}],)" + prices + "}";
}

TEST(Changes, OfAFareThatIsOneForAll) {
  const Changes found =
      changes_of(group(R"("flat":200)"), R"("groups":{"m":)" + group(R"("flat":250)") + "}");
  EXPECT_EQ(
      found.prices,
      (std::vector<PriceChange>{{.group = "m", .from = {}, .to = {}, .now = 200, .next = 250}}));
  EXPECT_TRUE(found.rules.empty());
}

TEST(Changes, APairIsSaidOnceIfBothDirectionsChangeAlike) {
  const Changes found = changes_of(
      group(R"("table":[["a","b",200],["a","c",300],["b","c",400]])"),
      R"("groups":{"m":)" +
          group(R"("table":[["a","b",250],["a","c",300],["c","a",310],["c","d",500]])") + "}");
  EXPECT_EQ(found.prices,
            (std::vector<PriceChange>{
                {.group = "m", .from = "a", .to = "b", .now = 200, .next = 250},
                {.group = "m", .from = "b", .to = "c", .now = 400, .next = std::nullopt},
                {.group = "m", .from = "c", .to = "a", .now = 300, .next = 310},
                {.group = "m", .from = "c", .to = "d", .now = std::nullopt, .next = 500}}));
}

TEST(Changes, BandsAndPricesOfSomeTimesStandByThemselves) {
  const std::string metres = R"("metres":[["a","b",4000]],"two_taps":true,"missing":900,)";
  const Changes found = changes_of(
      group(metres +
            R"("bands":[[4000,200],[8000,300]],"instead":[{"classes":["child"],"flat":100}])"),
      R"("groups":{"m":)" +
          group(
              metres +
              R"("bands":[[4000,210],[8000,300]],"instead":[{"classes":["child","senior"],"flat":110}])") +
          "}");
  EXPECT_EQ(found.prices,
            (std::vector<PriceChange>{
                {.group = "m", .from = {}, .to = {}, .up_to_m = 4000, .now = 200, .next = 210},
                {.group = "m", .instead = 1, .from = {}, .to = {}, .now = 100, .next = 110}}));
  EXPECT_EQ(found.rules, (std::vector<RuleChange>{{.where = "groups.m.instead[0].classes",
                                                   .now = R"(["child"])",
                                                   .next = R"(["child","senior"])"}}));
}

TEST(Changes, OtherRulesAreToldByTheirPath) {
  const Changes found = changes_of(
      group(R"("flat":200)"),
      R"("fee":0,"caps":[{"name":"day","period":"day","limit":500}],"title":{"en":"New"},"groups":{"m":)" +
          group(R"("flat":200,"missing":900)") + "}");
  EXPECT_TRUE(found.prices.empty());
  EXPECT_EQ(
      found.rules,
      (std::vector<RuleChange>{
          {.where = "caps", .now = {}, .next = R"([{"limit":500,"name":"day","period":"day"}])"},
          {.where = "fee", .now = "6000", .next = "0"},
          {.where = "groups.m.missing", .now = {}, .next = "900"}}));
}

}  // namespace
}  // namespace bashu::fares
