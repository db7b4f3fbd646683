#include "core/privacy/documents.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "core/draft.h"
#include "core/state.h"

namespace bashu::core {
namespace {

std::string name(char c) { return std::string(64, c); }

Value document(char c, const std::string& key) {
  return *parse_json(R"({"sha256":")" + name(c) + R"(","media":"","size":3,"dek":")" + key +
                     R"("})");
}

class EarlierDocuments : public ::testing::Test {
 protected:
  void SetUp() override {
    state_.apply(DayBegun{.day = *Date::parse("2026-03-02")});
    state_.apply(CaseOpened{.id = "a-1", .on = state_.circle().today});
  }
  void step(Value input, Value set = Value::Record{}) { change(state_, input, set); }
  void change(Store& store, const Value& input, const Value& set) {
    CaseChanged one;
    one.id = "a-1";
    one.version = ++version_;
    one.input = input;
    one.set = set;
    apply(store, one);
  }
  static RecordPut put(Value fields) {
    RecordPut one;
    one.reg = "p/people";
    one.key = "1";
    one.keeper = one.side = "a";
    one.fields = std::move(fields);
    return one;
  }
  // Each as its letter, key and place.
  std::vector<std::string> noted() {
    std::vector<std::string> all;
    for (std::int64_t i = 1; i <= earlier_documents(state_); ++i) {
      const EarlierDocument one = earlier_document(state_, i);
      all.push_back(one.document.sha256.substr(0, 1) + " " + one.document.key + " " + one.place);
    }
    return all;
  }
  using Noted = std::vector<std::string>;

  State state_{"a"};
  std::int64_t version_ = 0;
};

TEST_F(EarlierDocuments, AreThoseThatAStepReplaced) {
  step(Value::Record{{"file", document('1', "a-k1")}, {"other", document('2', "a-k2")}});
  EXPECT_EQ(noted(), Noted{});
  step(Value::Record{{"file", document('3', "a-k3")}});
  EXPECT_EQ(noted(), Noted{"1 a-k1 a-1"});
  step(Value::Record{}, Value::Record{{"other", Value{}}});
  EXPECT_EQ(noted(), (Noted{"1 a-k1 a-1", "2 a-k2 a-1"}));
  EXPECT_EQ(earlier_documents_under(state_, "a-k2"), Noted{name('2')});
  EXPECT_EQ(earlier_documents_under(state_, "a-k9"), Noted{});
}

TEST_F(EarlierDocuments, AreNotThoseThatStandElsewhereInTheCase) {
  step(Value::Record{{"files", Value::List{document('1', "a-k1")}}});
  step(Value::Record{{"files", Value::List{document('1', "a-k1"), document('2', "a-k2")}}});
  step(Value::Record{{"files", Value::List{document('2', "a-k2")}},
                     {"first", document('1', "a-k1")}});
  EXPECT_EQ(noted(), Noted{});
  step(Value::Record{{"first", document('1', "a-k7")}});
  EXPECT_EQ(noted(), Noted{"1 a-k1 a-1"}) << "under another key it is another's";
}

TEST_F(EarlierDocuments, OfAFormThatTheStepItselfWritesOver) {
  step(Value::Record{{"file", document('1', "a-k1")}},
       Value::Record{{"file", document('2', "a-k2")}});
  EXPECT_EQ(noted(), Noted{"1 a-k1 a-1"});
}

TEST_F(EarlierDocuments, AreNotedOnceForKeyAndPlace) {
  for (int i = 0; i < 3; ++i) {
    step(Value::Record{{"file", document('1', "a-k1")}});
    step(Value::Record{{"file", document('1', "a-k1/1")}});
  }
  EXPECT_EQ(noted(), (Noted{"1 a-k1 a-1", "1 a-k1/1 a-1"}));
  EXPECT_EQ(earlier_documents_under(state_, "a-k1"), Noted{name('1')});
  EXPECT_EQ(earlier_documents_under(state_, "a-k1/1"), Noted{name('1')});
}

TEST_F(EarlierDocuments, OfRecordsTheirClaimsAndEditions) {
  state_.apply(put(Value::Record{{"file", document('1', "a-k1")}}));
  state_.apply(put(Value::Record{{"file", document('2', "a-k2")}}));
  RecordContested claim;
  claim.reg = "p/people";
  claim.key = "1";
  claim.keeper = "b";
  claim.fields = Value::Record{{"file", document('3', "b-k3")}};
  state_.apply(claim);
  claim.fields = Value::Record{{"file", document('4', "b-k4")}};
  state_.apply(claim);
  EXPECT_EQ(noted(), (Noted{"1 a-k1 p/people/1", "3 b-k3 p/people/1"}));
  RecordSettled settled;
  settled.reg = "p/people";
  settled.key = "1";
  settled.keeper = "b";
  settled.yields = "a";
  settled.fields = Value::Record{{"file", document('4', "b-k4")}};
  state_.apply(settled);
  EXPECT_EQ(noted(), (Noted{"1 a-k1 p/people/1", "3 b-k3 p/people/1", "2 a-k2 p/people/1"}));
  EditionPublished edition;
  edition.reg = "p/list";
  edition.keeper = "a";
  edition.name = "2026";
  edition.entries = {{"x", Value::Record{{"file", document('5', "a-k5")}}}};
  state_.apply(edition);
  state_.apply(edition);
  EXPECT_EQ(noted().size(), 3U) << "it says the same again";
  edition.entries.clear();
  state_.apply(edition);
  EXPECT_EQ(noted().back(), "5 a-k5 p/list/x");
}

TEST_F(EarlierDocuments, OfADecisionThatIsRefusedAreNone) {
  step(Value::Record{{"file", document('1', "a-k1")}});
  Draft draft{&state_};
  change(draft, Value::Record{{"file", document('2', "a-k2")}}, Value::Record{});
  EXPECT_EQ(earlier_documents(draft), 1);
  EXPECT_EQ(earlier_documents(state_), 0);
}

}  // namespace
}  // namespace bashu::core
