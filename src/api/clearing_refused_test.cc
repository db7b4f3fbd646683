// Batches that say something else than was meant are refused, or warned of; a tariff that cannot be
// read is told with its subject, and shortly.
#include "api/clearing_fixture.h"
#include "api/documents.h"

namespace bashu::api {
namespace {

class Batches : public ClearingOfTwo {
 protected:
  Answer tried(const std::string& of, const std::string& what, const std::string& rows) {
    return batch_of(of, what, deposit(rows), "?dry_run=true");
  }
  static std::string refusing(const std::string& claim) {
    return canonical_json(Value::Record{{"claim", claim}, {"note", "n"}}) + "\n";
  }
  // Why a new book may not have this tariff, by place and reason.
  std::string wrong_tariff(const std::string& text) {
    const Answer answer =
        post("/cases?dry_run=true",
             canonical_json(Value::Record{
                 {"pack", "clearing"},
                 {"service", "book"},
                 {"role", "finance"},
                 {"parties", Value::Record{{"first", "sichuan"}, {"second", "chongqing"}}},
                 {"with",
                  Value::Record{{"name", "taps"}, {"kind", "taps"}, {"tariff", deposit(text)}}}}));
    EXPECT_EQ(answer.status, 422) << answer.raw;
    EXPECT_EQ(answer.body.text_at("code"), "form");
    const Value* errors = answer.body.find("errors");
    if (!errors || errors->as_list()->empty()) return answer.raw;
    const Value& one = errors->as_list()->front();
    return one.text_at("where") + ": " + one.text_at("why");
  }
};

TEST_F(Batches, AreOfABookThatIsSeen) {
  for (const char* none : {"chongqing-999", "../x"}) {
    const Answer answer = tried(none, "refused", refusing("H1"));
    EXPECT_EQ(answer.status, 422) << answer.raw;
    EXPECT_TRUE(answer.raw.contains("There is no book " + std::string{none})) << answer.raw;
  }
}

TEST_F(Batches, OfAnUnknownKindAreToldWhichThereAre) {
  const Answer answer = tried(book, "zz", "no json");
  EXPECT_EQ(answer.status, 422) << answer.raw;
  EXPECT_TRUE(answer.raw.contains("There are no rows of zz: taps, denied, bills, refused"))
      << answer.raw;
}

TEST_F(Batches, ThatAreMisspeltAreRefused) {
  const Answer answer =
      tried(book, "refused", refusing("H1") + R"({"claim":"H2","note":"n","canceled":true})");
  EXPECT_EQ(answer.status, 422) << answer.raw;
  EXPECT_TRUE(answer.raw.contains("with.file:2")) << answer.raw;
  EXPECT_TRUE(answer.raw.contains("has no canceled")) << answer.raw;
}

TEST_F(Batches, OfClaimsThatNoRowMakesAreAWarning) {
  hand_in(book, bill(71));
  const Answer known = tried(book, "refused", refusing("H71"));
  EXPECT_EQ(known.status, 200) << known.raw;
  EXPECT_FALSE(known.raw.contains("No row of this side")) << known.raw;
  const Answer odd = tried(book, "refused", refusing("H71") + refusing("H-71"));
  EXPECT_EQ(odd.status, 200) << odd.raw;
  EXPECT_TRUE(odd.raw.contains("No row of this side makes 1 of these claims, first H-71"))
      << odd.raw;
}

TEST_F(Batches, AFileIsCalledWhatItIs) {
  Value file = deposit(bill(72));
  for (const char* name : {"fdp.\u202Eexe", "a\u2066b", "a\u0085b", "a/b"}) {
    file.as_record()->insert_or_assign("name", name);
    const Answer answer = batch_of(book, "bills", file, "?dry_run=true");
    EXPECT_EQ(answer.status, 422) << name << answer.raw;
    EXPECT_TRUE(answer.raw.contains("marks of direction")) << answer.raw;
    EXPECT_FALSE(is_file_name(name));
  }
  EXPECT_TRUE(is_file_name("甲乙—‘丙’.pdf"));
}

TEST_F(Batches, ATariffThatCannotBeReadIsToldShortly) {
  EXPECT_EQ(wrong_tariff("- 1\n"),
            "with.tariff: The tariff cannot be used: tariff must be a record");
  const std::string odd =
      wrong_tariff(R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{},")" +
                   std::string(50'000, 'x') + R"(":1})");
  EXPECT_TRUE(odd.starts_with("with.tariff: The tariff cannot be used: xxx")) << odd.substr(0, 99);
  EXPECT_LT(odd.size(), 600U);
}

}  // namespace
}  // namespace bashu::api
