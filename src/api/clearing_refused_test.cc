// Batches that say something else than was meant are refused, or warned of; a tariff that cannot be
// read is told with its subject, and shortly.
#include "api/clearing_fixture.h"
#include "api/documents.h"

namespace bashu::api {
namespace {

class Batches : public ClearingOfTwo {
 protected:
  Value kept(const std::string& text) {
    const Answer answer = post("/documents", text);
    EXPECT_EQ(answer.status, 201) << answer.raw;
    return answer.body;
  }
  Answer hand_in(const std::string& of, const std::string& what, const std::string& rows,
                 bool trial = true) {
    return post(trial ? "/cases?dry_run=true" : "/cases",
                canonical_json(Value::Record{
                    {"pack", "clearing"},
                    {"service", "batch"},
                    {"role", "finance"},
                    {"parties", Value::Record{{"side", "sichuan"}}},
                    {"with", Value::Record{{"book", of}, {"what", what}, {"file", kept(rows)}}}}));
  }
  static std::string refusing(const std::string& claim) {
    return canonical_json(Value::Record{{"claim", claim}, {"note", "n"}}) + "\n";
  }
  // Why a new book may not have this tariff, by place and reason.
  std::string wrong_tariff(const std::string& text) {
    const Answer answer = post(
        "/cases?dry_run=true",
        canonical_json(Value::Record{
            {"pack", "clearing"},
            {"service", "book"},
            {"role", "finance"},
            {"parties", Value::Record{{"first", "sichuan"}, {"second", "chongqing"}}},
            {"with", Value::Record{{"name", "taps"}, {"kind", "taps"}, {"tariff", kept(text)}}}}));
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
    const Answer answer = hand_in(none, "refused", refusing("H1"));
    EXPECT_EQ(answer.status, 422) << answer.raw;
    EXPECT_TRUE(answer.raw.contains("There is no book " + std::string{none})) << answer.raw;
  }
}

TEST_F(Batches, OfAnUnknownKindAreToldWhichThereAre) {
  const Answer answer = hand_in(book, "zz", "no json");
  EXPECT_EQ(answer.status, 422) << answer.raw;
  EXPECT_TRUE(answer.raw.contains("There are no rows of zz: taps, denied, bills, refused"))
      << answer.raw;
}

TEST_F(Batches, ThatAreMisspeltAreRefused) {
  const Answer answer =
      hand_in(book, "refused", refusing("H1") + R"({"claim":"H2","note":"n","canceled":true})");
  EXPECT_EQ(answer.status, 422) << answer.raw;
  EXPECT_TRUE(answer.raw.contains("with.file:2")) << answer.raw;
  EXPECT_TRUE(answer.raw.contains("has no canceled")) << answer.raw;
}

TEST_F(Batches, OfClaimsThatNoRowMakesAreAWarning) {
  ASSERT_EQ(hand_in(book, "bills", bill(71), false).status, 201);
  const Answer known = hand_in(book, "refused", refusing("H71"));
  EXPECT_EQ(known.status, 200) << known.raw;
  EXPECT_FALSE(known.raw.contains("No row of this side")) << known.raw;
  const Answer odd = hand_in(book, "refused", refusing("H71") + refusing("H-71"));
  EXPECT_EQ(odd.status, 200) << odd.raw;
  EXPECT_TRUE(odd.raw.contains("No row of this side makes 1 of these claims, first H-71"))
      << odd.raw;
}

TEST_F(Batches, AFileIsCalledWhatItIs) {
  Value file = kept(bill(72));
  for (const char* name : {"fdp.\u202Eexe", "a\u2066b", "a\u0085b", "a/b"}) {
    file.as_record()->insert_or_assign("name", name);
    const Answer answer =
        post("/cases?dry_run=true",
             canonical_json(Value::Record{
                 {"pack", "clearing"},
                 {"service", "batch"},
                 {"role", "finance"},
                 {"parties", Value::Record{{"side", "sichuan"}}},
                 {"with", Value::Record{{"book", book}, {"what", "bills"}, {"file", file}}}}));
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
