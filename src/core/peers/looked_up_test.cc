// What a step looked up, as it is shown: whatever is changed of it or of the step is noticed.

#include "core/peers/looked_up.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: shown
version: 1
title: {en: Shown}
types:
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  line: {type: text, max: 100, class: public, title: {en: Text}}
registers:
  limit: {title: {en: Limits}, kept: own, key: [name], fields: {name: line, most: amount}}
books:
  goods: {title: {en: Goods}, type: amount, accounts: {outside: {floor: none}, stock: {key: [place]}}}
services:
  loan:
    title: {en: Loan}
    parties: {lender: {clerk: all}, borrower: {clerk: all}}
    fields: {name: line, wanted: amount, most: {type: amount, optional: true}, number: {type: amount, optional: true}}
    start: {owner: lender, by: clerk, form: [name, wanted], to: open}
    states:
      open:
        title: {en: Open}
        owner: lender
        events:
          grant:
            title: {en: Grant}
            by: clerk
            then:
              - when: data.name in limit && limit[data.name].most >= data.wanted && goods.stock('here') >= data.wanted
                set: {most: "=limit[data.name].most"}
                do:
                  - {move: "=limit[data.name].most", from: goods.outside, to: goods.stock('there')}
                to: done
              - {to: done}
          number: {title: {en: Number}, by: clerk, set: {number: "=serial('loans')"}, to: done}
      done: {title: {en: Done}, final: true}
figures:
  loans: {title: {en: Loans}, of: loan, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: loans, is: 0}]}
)pack";

const Date kDay = *Date::parse("2026-03-02");

class LookedUp : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
    }
    ASSERT_TRUE(loaded.pack);
    of_.pack = loaded.pack;
    of_.by = "a";
    of_.opened = {.id = "a-1",
                  .pack = loaded.pack->digest,
                  .service = "loan",
                  .parties = {{"lender", "a"}, {"borrower", "b"}},
                  .parent = {},
                  .opened_by = {},
                  .on = kDay};
    of_.before = {{.id = "a-1",
                   .version = 1,
                   .digest = "sha256:1",
                   .decided_by = "a",
                   .event = "$start",
                   .role = "clerk",
                   .from = {},
                   .to = "open",
                   .branch = 0,
                   .input = Value::Record{{"name", "ann"}, {"wanted", 20}},
                   .set = Value::Record{},
                   .on = kDay}};
    of_.step = {.id = "a-1",
                .version = 2,
                .previous = "sha256:1",
                .service = "loan",
                .event = "grant",
                .role = "clerk",
                .from = "open",
                .to = "done",
                .branch = 0,
                .on = kDay,
                .set = Value::Record{{"most", 50}},
                .effects = {effect(50)},
                .reads = {}};
    commit(rows(50, 30));
  }

  static Value effect(std::int64_t amount) {
    return Value::Record{{"n", 0},
                         {"at", "a"},
                         {"kind", "move"},
                         {"amount", amount},
                         {"from", Value::List{"goods", "outside", ""}},
                         {"to", Value::List{"goods", "stock", "there"}},
                         {"date", kDay.text()}};
  }
  static Value row(const char* name, const char* key, Value value) {
    return Value::List{Value{name}, Value{key}, std::move(value)};
  }
  // As the owner reads them: twice in the guard, then for the value and for the move.
  static Value::List rows(std::int64_t most, std::int64_t stock) {
    const Value limit = Value::Record{{"key", "ann"}, {"name", "ann"}, {"most", most}};
    Value::List list;
    for (int i = 0; i < 2; ++i) list.push_back(row("limit", "ann", limit));
    list.push_back(row("shown/goods.stock", "here", Value{stock}));
    for (int i = 0; i < 2; ++i) list.push_back(row("limit", "ann", limit));
    return list;
  }
  static Value salted(Value::List list) {
    return Value::List{Value{"5a17"}, Value{std::move(list)}};
  }
  // The step says that it looked these up; and they are shown.
  void commit(Value::List list) {
    const Value value = salted(std::move(list));
    of_.step.reads = packs::digest_text(value);
    shown_ = canonical_json(value);
  }
  void expect(std::string_view shown, std::string_view why) const {
    const Comparison found = compare(of_, shown_);
    EXPECT_EQ(name_of(found.shown), shown);
    EXPECT_EQ(found.why, why);
  }

  StepInQuestion of_;
  std::string shown_;
};

TEST_F(LookedUp, TheStepFollowsFromWhatIsShown) { expect("agrees", ""); }

TEST_F(LookedUp, AnythingElseThanWasLookedUpDiffers) {
  shown_ = canonical_json(salted(rows(60, 30)));
  expect("differs", "digest");
  shown_ = "[";
  expect("differs", "digest");
}

TEST_F(LookedUp, ARowFromWhichAnotherBranchFollowsDiffers) {
  commit(rows(10, 30));
  expect("differs", "guard");
  commit(rows(50, 10));  // a balance
  expect("differs", "guard");
  commit({row("limit", "ann", Value{})});  // no such row
  expect("differs", "guard");
}

TEST_F(LookedUp, AValueOrAnEffectThatDoesNotFollowDiffers) {
  of_.step.set = Value::Record{{"most", 70}};
  expect("differs", "set");
  of_.step.set = Value::Record{{"most", 50}};
  of_.step.effects = {effect(70)};
  expect("differs", "effects");
  of_.step.effects = {};
  expect("differs", "effects");
}

TEST_F(LookedUp, ABranchThatWasNotTakenDiffers) {
  of_.step.branch = 1;
  of_.step.set = Value::Record{};
  of_.step.effects = {};
  expect("differs", "guard");
}

TEST_F(LookedUp, WhatCannotBeComputedHereIsUnclear) {
  const Comparison without = [&] {
    StepInQuestion of = of_;
    of.step.reads.reset();
    return compare(of, shown_);
  }();
  EXPECT_EQ(without.why, "no_digest");
  EXPECT_EQ(without.shown, Shown::unclear);
  // Rows that the step has no need of.
  Value::List more = rows(50, 30);
  more.push_back(row("limit", "bob", Value{}));
  commit(std::move(more));
  expect("unclear", "reads");
  // A number of the owner's own counting.
  of_.step.event = "number";
  of_.step.set = Value::Record{{"number", 7}};
  of_.step.effects = {};
  commit({});
  expect("unclear", "set");
  // A calendar that is not known here.
  SetUp();
  of_.step.calendar = 3;
  commit(rows(10, 30));
  expect("unclear", "guard");
}

}  // namespace
}  // namespace bashu::core
