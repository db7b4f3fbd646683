// What may follow a tariff in use.

#include "fares/renewed.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace bashu::fares {
namespace {

Value tariff(const std::string& editions, const char* fare = "200", const char* rules = "2") {
  return *parse_json(
      std::string{R"({"tariff":"t","rules":)"} + rules +
      R"(,"version":1,"from":"2021-01-01","groups":{"m":{"party":"sichuan",)" +
      R"("operators":[{"name":"metro","weight":2},{"name":"tram","weight":1}],"flat":)" + fare +
      "}}" + (editions.empty() ? "" : R"(,"editions":[)" + editions + "]") + "}");
}

std::string edition(const char* version, const char* from, const char* operators = nullptr,
                    const char* party = "sichuan") {
  const std::string named =
      operators ? operators : R"({"name":"tram","weight":1},{"name":"metro","weight":1})";
  return std::string{R"({"version":)"} + version + R"(,"from":")" + from +
         R"(","groups":{"m":{"party":")" + party + R"(","operators":[)" + named +
         R"(],"flat":250}}})";
}

std::string key_of(const Value& now, const Value& next, const char* closed = nullptr) {
  const auto wrong = not_renewed({.said = now, .read = *read_tariff(now)},
                                 {.said = next, .read = *read_tariff(next)},
                                 closed ? Date::parse(closed) : std::optional<Date>{});
  return wrong ? wrong->key : "";
}

TEST(Renewed, AFurtherEditionMayFollowFromTheFirstOpenDayOn) {
  const std::string second = edition("2", "2021-03-05"), third = edition("3", "2021-05-01");
  EXPECT_EQ(key_of(tariff(""), tariff(second)), "");
  EXPECT_EQ(key_of(tariff(""), tariff(second), "2021-03-05"), "");
  EXPECT_EQ(key_of(tariff(second), tariff(second + "," + third), "2021-04-01"), "");
  EXPECT_EQ(key_of(tariff(""), tariff(second), "2021-03-06"), "edition_too_early");
}

TEST(Renewed, WhatIsAgreedAlreadyAndWhoEarnsStays) {
  const std::string second = edition("2", "2021-03-05");
  EXPECT_EQ(key_of(tariff(""), tariff("")), "edition_missing");
  EXPECT_EQ(key_of(tariff(second), tariff("")), "edition_missing");
  EXPECT_EQ(key_of(tariff(""), tariff(second, "201")), "edition_unlike");
  EXPECT_EQ(
      key_of(tariff(second), tariff(edition("2", "2021-03-06") + "," + edition("3", "2021-05-01"))),
      "edition_unlike");
  EXPECT_EQ(key_of(tariff("", "200", "1"), tariff(second)), "edition_rules");
  EXPECT_EQ(
      key_of(tariff(""), tariff(edition("2", "2021-03-05", R"({"name":"metro","weight":1})"))),
      "edition_operators");
  EXPECT_EQ(key_of(tariff(""), tariff(edition("2", "2021-03-05", nullptr, "chongqing"))),
            "edition_operators");
}

}  // namespace
}  // namespace bashu::fares
