#include "fares/taking.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace bashu::fares {
namespace {

Tariff with_group(const std::string& group) {
  auto tariff = read_tariff(*parse_json(
      R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{"g":{"party":"sichuan",)" + group +
      "}}}"));
  EXPECT_TRUE(tariff);
  return tariff.value_or(Tariff{});
}

std::string told(const Tariff& tariff) {
  std::string out;
  for (const Wrong& wrong : wrong_when_taken(tariff)) out += wrong.where + " " + wrong.what + "\n";
  return out;
}

TEST(Taking, OperatorsOfAGroupHaveNamesOfTheirOwn) {
  EXPECT_EQ(told(with_group(R"("flat":1,"operators":[{"name":"a"},{"name":"b"}])")), "");
  EXPECT_EQ(told(with_group(R"("flat":1,"operators":[{"name":"a"},{"name":"b"},{"name":"a"}])")),
            "groups.g.operators names a twice: add up its weights\n");
  EXPECT_EQ(told(with_group(R"("flat":1,"operators":[{"name":"a~1"}])")),
            "groups.g.operators a~1 must be without ~\n");
}

TEST(Taking, NoDistanceCostsMoreThanARideMay) {
  const auto bands = [](const std::string& more) {
    return with_group(R"("operators":[{"name":"a"}],"bands":[[0,0]],"each":1,)"
                      R"("metres":[["x","y",100000000]],)" +
                      more);
  };
  EXPECT_EQ(told(bands(R"("adds":1)")), "");
  EXPECT_EQ(told(bands(R"("adds":100000000,"most":500)")), "");
  EXPECT_EQ(told(bands(R"("adds":100000000)")),
            "groups.g.bands no ride costs more than 100000000 fen, as that of 100000000 metres "
            "would: say most, or less for adds\n");
}

TEST(Taking, NorDoesOneAtSomeTime) {
  const auto tariff = read_tariff(*parse_json(R"({"tariff":"t","version":1,"rules":2,
    "from":"2021-01-01","groups":{"g":{"party":"p","bands":[[0,0]],"metres":[["x","y",200]],
    "single":1,"instead":[{"bands":[[0,0]],"each":1,"adds":100000000}],
    "operators":[{"name":"a"}]}}})"));
  ASSERT_TRUE(tariff) << tariff.error()[0].where << tariff.error()[0].what;
  EXPECT_TRUE(told(*tariff).starts_with("groups.g.instead[0].bands no ride costs more than"));
}

TEST(Taking, AGroupThatTheTariffDoesNotHaveIsNamed) {
  const Tariff tariff = with_group(R"("flat":1,"operators":[{"name":"a"}])");
  Tap known, unknown;
  known.group = "g";
  unknown.group = "chengdu_metro";
  EXPECT_EQ(unknown_group(tariff, {known}), std::nullopt);
  EXPECT_EQ(unknown_group(tariff, {known, unknown}), "chengdu_metro");
}

}  // namespace
}  // namespace bashu::fares
