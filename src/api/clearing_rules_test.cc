// A book whose tariff is rated by rules 1 is taken, and its owner is told what to change.
#include "api/clearing_fixture.h"

namespace bashu::api {
namespace {

class BookOfTaps : public ClearingOfTwo {
 protected:
  // A dry run of a new book with this tariff: what is warned of, `where: why`.
  std::string warned(const std::string& rules, const std::string& language = "en") {
    const Answer kept =
        post("/documents", "tariff: metros\nversion: 1\n" + rules +
                               "from: '2021-01-01'\ngroups:\n  m:\n    party: "
                               "sichuan\n    flat: 200\n    operators: [{name: o}]\n");
    EXPECT_EQ(kept.status, 201) << kept.raw;
    const Answer made =
        post("/cases?dry_run=true",
             canonical_json(Value::Record{
                 {"pack", "clearing"},
                 {"service", "book"},
                 {"role", "finance"},
                 {"parties", Value::Record{{"first", "sichuan"}, {"second", "chongqing"}}},
                 {"with", Value::Record{{"name", "taps"},
                                        {"kind", "taps"},
                                        {"tariff", kept.body},
                                        {"first_account", account("sichuan")}}}}),
             language);
    EXPECT_EQ(made.status, 200) << made.raw;
    std::string out;
    const Value* warnings = made.body.find("warnings");
    for (const Value& one : warnings ? *warnings->as_list() : Value::List{}) {
      out += one.text_at("where") + ": " + one.text_at("why") + "\n";
    }
    return out;
  }
};

TEST_F(BookOfTaps, RulesOfBeforeAreAWarningThatSaysWhatToChange) {
  EXPECT_EQ(warned(""),
            "with.tariff: The tariff metros is rated by rules 1, which only what was agreed before "
            "still needs: say rules: 2 in a new one.\n");
  EXPECT_EQ(warned("rules: 1\n", "zh"),
            "with.tariff: 票制 metros 按规则 1 计价，仅供此前已约定的票制沿用：新票制请写明 rules: "
            "2。\n");
  EXPECT_EQ(warned("rules: 2\n"), "");
}

}  // namespace
}  // namespace bashu::api
