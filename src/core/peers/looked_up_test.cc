// What a step looked up, as it is shown: whatever is changed of it or of the step is noticed.

#include "core/peers/looked_up.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "base/json.h"
#include "core/scope.h"
#include "core/told/shown_claims.h"
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
  lines: {type: list, of: line, max: 1000, title: {en: Names}}
registers:
  limit: {title: {en: Limits}, kept: own, key: [name], fields: {name: line, most: amount}}
  road: {title: {en: Roads}, kept: shared, key: [name], fields: {name: line}}
books:
  goods: {title: {en: Goods}, type: amount, accounts: {outside: {floor: none}, stock: {key: [place]}}}
services:
  loan:
    title: {en: Loan}
    parties: {lender: {clerk: all}, borrower: {clerk: all}}
    fields: {name: line, wanted: amount, most: {type: amount, optional: true}, number: {type: amount, optional: true}, names: {type: lines, optional: true}}
    start: {owner: lender, by: clerk, form: [name, wanted, names], to: open}
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
          late:
            title: {en: Late}
            by: clerk
            then:
              - {when: "workdays(case.opened, today) == 0", to: done}
              - {to: done}
          ask:
            title: {en: Ask}
            by: clerk
            then:
              - {when: "!(data.name in road)", to: done}
              - {to: done}
          many:
            title: {en: Many}
            by: clerk
            then:
              - {when: "data.names.sum(n, limit[n].most) >= data.wanted", to: done}
              - {to: done}
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
  void expect(std::string_view shown, std::string_view why, int line = __builtin_LINE()) const {
    SCOPED_TRACE(line);
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
  // A number of the owner's own counting.
  of_.step.event = "number";
  of_.step.set = Value::Record{{"number", 7}};
  of_.step.effects = {};
  commit({});
  expect("unclear", "set");
  of_.step.reads.reset();
  expect("unclear", "no_digest");
  // A calendar that is not known here.
  SetUp();
  of_.step.event = "late";
  of_.step.on = kDay.plus_days(7);
  of_.step.branch = 0;
  of_.step.set = Value::Record{};
  of_.step.effects = {};
  of_.step.calendar = 3;
  commit({});
  expect("unclear", "guard");
  // Steps that are not known here.
  SetUp();
  of_.before.clear();
  expect("unclear", "unknown");
}

TEST_F(LookedUp, ACalendarThatTheStepDoesNotUseExcusesNothing) {
  of_.step.calendar = 7;
  expect("agrees", "");
  commit(rows(10, 30));
  expect("differs", "guard");
}

TEST_F(LookedUp, WhatNoNodeRecordsDiffers) {
  const auto more = [&](Value row) {
    Value::List list = rows(50, 30);
    list.push_back(std::move(row));
    commit(std::move(list));
  };
  for (const Value& odd :
       {row("nosuch", "", 1), row("limit", "ann", 1), row("shown/goods.stock", "here", Value{}),
        row("shown/goods.nosuch", "", 1), row("shown/nosuch.stock", "", 1),
        row("other/goods.stock", "here", 1), row("shown/goods", "week", Value::Record{}),
        row("parent", "state", "open"), row("allot", "nosuch", Value::Record{}), row("", "cut", {}),
        row("", "cut", 1), Value{Value::List{"limit", "ann"}}, Value{"limit"}}) {
    more(odd);
    expect("differs", "shape");
  }
  for (const Value& odd :
       {Value{"text"}, Value{Value::List{}}, Value{Value::List{"5a17"}},
        Value{Value::List{"5a17", rows(50, 30), "x"}}, Value{Value::List{1, rows(50, 30)}}}) {
    of_.step.reads = packs::digest_text(odd);
    shown_ = canonical_json(odd);
    expect("differs", "shape");
  }
}

TEST_F(LookedUp, RowsThatTheStepHasNoNeedOfDiffer) {
  constexpr std::int64_t kLargest = (std::int64_t{1} << 53) - 1;  // in JSON
  Value::List more = rows(50, 30);
  more.push_back(row("limit", "bob", Value{}));
  commit(std::move(more));
  expect("differs", "reads");
  // Two values of one row.
  more = rows(50, 30);
  more.push_back(row("shown/goods.stock", "here", 10));
  commit(std::move(more));
  expect("differs", "reads");
  more = rows(50, kLargest);
  more.push_back(row("shown/goods.stock", "here", -kLargest));
  commit(std::move(more));
  expect("differs", "reads");
  // The same, once: as another edition of the program may read it.
  more = rows(50, 30);
  more.pop_back();
  commit(std::move(more));
  expect("unclear", "reads");
}

TEST_F(LookedUp, AStepThatLooksUpAndSaysNothingOfItDiffers) {
  of_.step.reads.reset();
  expect("differs", "no_digest");
}

// Two parties claim a record: it cannot be looked up, and there is no row of it.
TEST_F(LookedUp, ARecordThatTwoClaimIsNotShown) {
  of_.step.event = "ask";
  of_.step.branch = 1;
  of_.step.set = Value::Record{};
  of_.step.effects = {};
  commit({});
  expect("agrees", "");
  commit({row("road", "ann", Value{})});
  expect("differs", "guard");
  of_.step.branch = 0;
  expect("agrees", "");
  commit({});
  expect("differs", "guard");
}

// A guard over a list of names, of each of which the limit is looked up.
class ManyLookedUp : public LookedUp {
 protected:
  // As the decider's node records the guard's rows; with `most` of each.
  Value::List read(std::int64_t names, std::int64_t most) {
    Value::List list;
    Value::List read;
    State state{"a"};
    state.apply(of_.opened);
    for (std::int64_t i = 0; i < names; ++i) {
      const std::string name = name_of_row(i);
      list.emplace_back(name);
      state.apply(RecordPut{.reg = "shown/limit",
                            .key = name,
                            .keeper = "a",
                            .side = "a",
                            .fields = Value::Record{{"key", name}, {"name", name}, {"most", most}},
                            .sided = {},
                            .on = kDay,
                            .id = {},
                            .sides = {}});
    }
    *of_.before[0].input.as_record() =
        Value::Record{{"name", "ann"}, {"wanted", names}, {"names", std::move(list)}};
    of_.step.event = "many";
    of_.step.branch = most > 0 ? 0 : 1;
    of_.step.set = Value::Record{};
    of_.step.effects = {};
    const packs::Service* service = packs::find(of_.pack->services, "loan");
    Case c = *state.find_case("a-1");
    c.data = of_.before[0].input;
    CaseScope scope{state, *of_.pack, service, &c, &c.data, kDay, "a"};
    Reads reads;
    scope.record_reads(&reads);
    const auto& event = *packs::find(packs::find(service->states, "open")->events, "many");
    EXPECT_TRUE(packs::evaluate_bool(*event.branches[0].when, scope).has_value());
    return reads.list;
  }
  // The limit of one is looked up before all others, so that these contradict by themselves.
  void differs_where_none_is_needed(const Value::List& rows) {
    of_.step.event = "grant";
    commit(rows);
    expect("differs", "guard");
  }
  static std::string name_of_row(std::int64_t i) {
    return "n" + std::to_string(1'000 + i) + "-" + std::string(40, 'x');
  }
  static Value::List first(Value::List list, std::size_t count) {
    list.resize(std::min(count, list.size()));
    return list;
  }
};

TEST_F(ManyLookedUp, MoreThanTwoHundredRowsAreShownWhole) {
  Value::List rows = read(250, 1);
  EXPECT_EQ(rows.size(), 250U);
  commit(rows);
  expect("agrees", "");
  rows[249] = row("limit", name_of_row(249).c_str(), Value::Record{{"most", 0}});
  commit(rows);
  expect("differs", "guard");
  rows.pop_back();
  commit(rows);
  expect("differs", "guard");
}

// Steps were signed when no more than these were kept.
TEST_F(ManyLookedUp, TwoHundredRowsMayBeTheFirstOfMore) {
  Value::List rows = first(read(250, 1), kReadsAlways);
  commit(rows);
  expect("unclear", "reads");
  // It excuses nothing where the step does not look up so much,
  differs_where_none_is_needed(rows);
  // or would not have looked up these.
  read(250, 1);
  Value::List padded = rows;
  padded[0] = row("limit", "bob", Value{});
  commit(padded);
  expect("differs", "guard");
}

TEST_F(ManyLookedUp, WhatIsMoreThanCanBeShownSaysSo) {
  const Value::List rows = read(1'000, 1);
  EXPECT_EQ(rows.back(), cut_row());
  EXPECT_GT(rows.size(), 300U);
  commit(rows);
  EXPECT_LE(shown_.size(), told::ShownClaims::kMax);
  EXPECT_GT(shown_.size(), told::ShownClaims::kMax - 4'096);
  expect("unclear", "reads");
  // Of few rows nothing is left out.
  Value::List few = first(rows, kReadsAlways - 1);
  few.push_back(cut_row());
  commit(few);
  expect("differs", "shape");
  differs_where_none_is_needed(rows);
}

}  // namespace
}  // namespace bashu::core
