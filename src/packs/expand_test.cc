#include "packs/expand.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"
#include "packs/expansion.h"
#include "packs/load.h"

namespace bashu::packs {
namespace {

// One service and one feed in the second edition, with everything that it has.
constexpr std::string_view kShort = R"pack(bashu: 2
pack: bees
version: 1
title: {zh: 养蜂, en: Bees}
words: {keeper: 养蜂人 / Keeper}
registers:
  hive: {title: 蜂箱 / Hives, kept: own, key: [number, day], fields: {number: number, day: day, note: {type: note, optional: true}}}
  apiary: {title: 蜂场 / Apiaries, kept: own, key: [number], fields: {number: number, day: day}}
books:
  money: {title: 账 / Book, type: yuan, accounts: {owed: {key: [case], floor: none}, paid: {floor: none}}}
services:
  permit:
    title: 许可 / Permit
    parties: {town: {keeper: own, clerk: all, chief: all}}
    fields: {number: number, day: day, note: {type: note, optional: true}, fee: yuan}
    accounts: {debt: money.owed(case.id)}
    start: {owner: town, by: keeper, form: [number, day, note, fee], to: zoned}
    states:
      zoned:
        title: 待审 / Asked
        owner: town
        events:
          settle:
            title: 缴费 / Settle
            by: clerk
            when: "data.note? != 'no' && data.fee > 0"
            why: 未缴费 / Not paid
            do:
              - {put: hive, copy: data}
              - {put: apiary, copy: [number, day], if: data.fee > 1}
              - {move: =data.fee, from: debt, to: money.paid}
            to: granted
          refuse: {title: 不准 / Refuse, by: clerk, to: refused}
    ends: {granted: 已准 / Granted, refused: 未准 / Refused}
    clocks:
      review: {working_days: 3, runs_in: zoned, tells: [clerk, chief]}
      fee: {days: 9, runs_in: zoned, tells: chief, at: town, title: {zoned: 久未缴费 / Not paid for long}}
feeds:
  hives:
    title: 导入 / Hives
    by: clerk
    fields: {number: number, day: day, note: {type: note, optional: true}}
    key: [number]
    do: {put: hive, copy: line}
figures:
  hives: {title: 箱数 / Hives, of: hive, count: true, sides: add, from: entry.day, where: "entry.note? == null"}
cast: {town: harbour}
forms: {basic: {number: A1, day: 2026-03-02, fee: 5}}
fixtures:
  asked: {steps: [{do: harbour.keeper start permit P1 -> zoned, form: basic}]}
scenarios:
  - title: 准予 / granted
    today: 2026-03-02
    after: asked
    steps:
      - 2026-03-09
      - harbour tasks = 1
      - {do: harbour.clerk settle P1, refused: guard}
      - figure hives = 0
)pack";

// The same in the first edition.
constexpr std::string_view kLong = R"pack(bashu: 1
pack: bees
version: 1
title: {zh: 养蜂, en: Bees}
words: {keeper: {zh: 养蜂人, en: Keeper}}
types:
  day: {type: date, class: public, title: {zh: 日期, en: Date}}
  note: {type: text, min: 4, max: 2000, class: internal, title: {zh: 说明, en: Note}}
  number: {type: text, min: 1, max: 60, class: public, title: {zh: 编号, en: Number}}
  yuan: {type: money, unit: CNY, scale: 2, min: 0, class: public, title: {zh: 金额, en: Amount}}
registers:
  hive: {title: {zh: 蜂箱, en: Hives}, kept: own, key: [number, day], fields: {number: number, day: day, note: {type: note, optional: true}}}
  apiary: {title: {zh: 蜂场, en: Apiaries}, kept: own, key: [number], fields: {number: number, day: day}}
books:
  money: {title: {zh: 账, en: Book}, type: yuan, accounts: {owed: {key: [case], floor: none}, paid: {floor: none}}}
services:
  permit:
    title: {zh: 许可, en: Permit}
    parties: {town: {keeper: own, clerk: all, chief: all}}
    fields: {number: number, day: day, note: {type: note, optional: true}, fee: yuan}
    start: {owner: town, by: keeper, form: [number, day, note, fee], to: zoned}
    states:
      zoned:
        title: {zh: 待审, en: Asked}
        owner: town
        events:
          settle:
            title: {zh: 缴费, en: Settle}
            by: clerk
            when: "(has(data.note) ? data.note : null) != 'no' && data.fee > 0"
            why: {zh: 未缴费, en: Not paid}
            do:
              - {put: hive, key: "=key(data.number, data.day)", fields: {number: =data.number, day: =data.day}}
              - {put: hive, key: "=key(data.number, data.day)", fields: {note: =data.note}, if: has(data.note)}
              - {put: apiary, key: =data.number, fields: {number: =data.number, day: =data.day}, if: data.fee > 1}
              - {move: =data.fee, from: money.owed(case.id), to: money.paid}
            to: granted
          refuse: {title: {zh: 不准, en: Refuse}, by: clerk, to: refused}
          fee_overdue: {title: {zh: 久未缴费, en: Not paid for long}, by: system, do: {task: {zh: 久未缴费, en: Not paid for long}, for: chief, at: town}}
          review_overdue: {title: {zh: 待审逾期, en: "Asked: overdue"}, by: system, do: {task: {zh: 待审逾期, en: "Asked: overdue"}, for: [clerk, chief]}}
      granted: {title: {zh: 已准, en: Granted}, final: true}
      refused: {title: {zh: 未准, en: Refused}, final: true}
    clocks:
      review: {working_days: 3, runs_in: zoned, breach: review_overdue}
      fee: {days: 9, runs_in: zoned, breach: fee_overdue}
feeds:
  hives:
    title: {zh: 导入, en: Hives}
    by: clerk
    fields: {number: number, day: day, note: {type: note, optional: true}}
    key: [number]
    do:
      - {put: hive, key: "=key(line.number, line.day)", fields: {number: =line.number, day: =line.day}}
      - {put: hive, key: "=key(line.number, line.day)", fields: {note: =line.note}, if: has(line.note)}
figures:
  hives: {title: {zh: 箱数, en: Hives}, of: hive, count: true, sides: add, from: entry.day, where: "(has(entry.note) ? entry.note : null) == null"}
scenarios:
  - title: {zh: 准予, en: granted}
    today: 2026-03-02
    steps:
      - {at: harbour, as: keeper, start: permit, id: P1, state: zoned, parties: {town: harbour}, with: {number: A1, day: 2026-03-02, fee: 5}}
      - {advance: 2026-03-09}
      - {at: harbour, tasks: 1}
      - {at: harbour, as: clerk, event: settle, case: P1, refused: guard}
      - {figure: hives, is: 0}
order:
  registers: [hive, apiary]
  registers.hive.fields: [number, day, note]
  registers.apiary.fields: [number, day]
  services.permit.fields: [number, day, note, fee]
  services.permit.parties.town: [keeper, clerk, chief]
  services.permit.states: [zoned, granted, refused]
  services.permit.states.zoned.events: [settle, refuse, review_overdue, fee_overdue]
  services.permit.clocks: [review, fee]
  feeds.hives.fields: [number, day, note]
)pack";

std::string changed(std::string_view from, std::string_view to) {
  std::string text{kShort};
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

std::string told(const Loaded& loaded) {
  std::string all;
  for (const Finding& finding : loaded.findings) {
    if (finding.note) continue;
    all += std::to_string(finding.line) + ": " + finding.path + ": " + finding.text + "\n";
  }
  return all;
}

TEST(Expand, TheSecondEditionIsTheFirstUnderneath) {
  const Loaded made = load(kShort);
  const Loaded meant = load(kLong);
  ASSERT_TRUE(meant.pack) << told(meant);
  ASSERT_TRUE(made.pack) << told(made);
  Value expanded = made.pack->source;
  // The order of files differs in nothing but what is written where.
  const Value order = expanded.as_record()->at("order");
  EXPECT_EQ(canonical_json(order), canonical_json(meant.pack->source.as_record()->at("order")));
  EXPECT_EQ(canonical_json(expanded), canonical_json(meant.pack->source));
  EXPECT_EQ(made.pack->digest, meant.pack->digest);
}

TEST(Expand, AnExpansionIsOfTheFirstEditionAndStaysAsItIs) {
  const Loaded made = load(kShort);
  ASSERT_TRUE(made.pack);
  EXPECT_EQ(made.pack->source.int_at("bashu"), 1);
  const Loaded again = load(made.pack->source);
  ASSERT_TRUE(again.pack) << told(again);
  EXPECT_EQ(again.pack->digest, made.pack->digest);
}

TEST(Expand, FaultsStandWhereTheThingWasWritten) {
  EXPECT_EQ(told(load(changed("title: 许可 / Permit", "title: 许可"))),
            "13: services.permit.title: a title in 2 languages has as many parts, with ' / ' "
            "between them\n");
  EXPECT_EQ(told(load(changed("{put: apiary, copy: [number, day]",
                              "{put: apiary, copy: [number, honey]"))),
            "30: services.permit.states.zoned.events.settle.do[1].copy: there is no field 'honey' "
            "to copy\n");
  EXPECT_EQ(told(load(changed("to: money.paid}", "to: money.gone}"))),
            "31: services.permit.states.zoned.events.settle.do[3].to: the book 'money' has no "
            "account 'gone' (byte 7 of the expression)\n");
  EXPECT_EQ(told(load(changed("harbour tasks = 1", "harbour does something"))),
            "57: scenarios[0].steps[2]: is no row of a scenario: PARTY.ROLE EVENT CASE -> STATE, "
            "PARTY.ROLE start SERVICE CASE, figure NAME = N, or a date\n");
  EXPECT_EQ(told(load(changed("after: asked", "after: nothing"))),
            "54: scenarios[0].after: there is no fixture 'nothing'\n");
  EXPECT_EQ(
      told(load(changed("granted: 已准 / Granted,", "zoned: 已准 / Granted, granted: 已准 / G,"))),
      "34: services.permit.ends.zoned: is a state already\n");
}

TEST(Expand, AFigureOverWhatNotEverybodyHoldsSaysWhomItConcerns) {
  const auto with = [](const std::string& figure) {
    return told(
        load(changed("figures:\n", "figures:\n  other: {title: 数 / Number, " + figure + "}\n")));
  };
  EXPECT_EQ(with("of: permit, count: true"),
            "46: figures.other: is of cases: say whom it concerns, 'concerns: opener' or "
            "'parties'\n");
  EXPECT_EQ(with("of: permit, count: true, concerns: opener"), "");
  EXPECT_EQ(with("of: money.paid, sum: account.balance"),
            "46: figures.other: is of accounts: say whom it concerns, 'concerns: [account.…]' with "
            "their parties, 'concerns: everybody', or 'sides: add' where each keeps its own\n");
  EXPECT_EQ(with("of: money.paid, sum: account.balance, sides: add"), "");
  EXPECT_EQ(with("of: apiary, count: true"),
            "46: figures.other: is of records that each side keeps for itself: 'sides: add'\n");

  // Of records of the parties of a case, `add` would count each at every party.
  std::string text =
      changed("figures:\n", "figures:\n  other: {title: 数 / Number, of: apiary, count: true}\n");
  const std::string_view own = "apiary: {title: 蜂场 / Apiaries, kept: own";
  text.replace(text.find(own) + own.size() - 3, 3, "parties");
  EXPECT_EQ(told(load(text)),
            "46: figures.other: is of records that their parties keep: say whom it concerns, "
            "'concerns: [entry.…]'\n");
}

TEST(Expand, OptionalAccessIsASuffixWithoutASpace) {
  EXPECT_EQ(expand_optional("data.x?"), "has(data.x) ? data.x : null");
  EXPECT_EQ(expand_optional("=entry.to?"), "=has(entry.to) ? entry.to : null");
  EXPECT_EQ(expand_optional("a.b[c.d].e? == 'x?'"),
            "(has(a.b[c.d].e) ? a.b[c.d].e : null) == 'x?'");
  EXPECT_EQ(expand_optional("reg[key(data.a, 'b')].c? + 1"),
            "(has(reg[key(data.a, 'b')].c) ? reg[key(data.a, 'b')].c : null) + 1");
  EXPECT_EQ(expand_optional("a ? b : c"), "a ? b : c");
}

TEST(Expand, ANameOfAFeedStandsForItsExpression) {
  const Loaded made =
      load(changed("    do: {put: hive, copy: line}",
                   "    calc: {late: calc.due < line.day, due: \"add_days(today, 1)\"}\n"
                   "    when: \"!calc.late && line.number != 'calc.late'\"\n"
                   "    why: 太晚 / Too late\n"
                   "    do: {put: hive, copy: line, if: calc.late}"));
  ASSERT_TRUE(made.pack) << told(made);
  const Feed& feed = made.pack->feeds.at(0).second;
  EXPECT_EQ(feed.when->text(), "!((add_days(today, 1)) < line.day) && line.number != 'calc.late'");
  EXPECT_EQ(feed.effects.at(0).only_if->text(), "((add_days(today, 1)) < line.day)");
  EXPECT_EQ(told(load(changed("    do: {put: hive, copy: line}",
                              "    calc: {a: calc.b + 1, b: calc.a}\n"
                              "    do: {put: hive, copy: line}"))),
            "44: feeds.hives.calc.a: is defined by itself\n");
}

TEST(Expand, SurvivesWhatIsNoPack) {
  for (
      const char* text :
      {"{bashu: 2}", "{bashu: 2, types: a, services: b, scenarios: c}",
       "{bashu: 2, title: x, services: {a: {states: b, ends: {c: d}}}, scenarios: [a, {steps: b}]}",
       "{bashu: 2, services: {a: {clocks: {c: {tells: x, runs_in: s}}, states: {s: {events: 1}}}}}",
       "{bashu: 2, services: {a: {start: {do: [{put: r, copy: data, fields: 1}, 3]}}}}"}) {
    EXPECT_FALSE(load(text).findings.empty()) << text;
  }
}

}  // namespace
}  // namespace bashu::packs
