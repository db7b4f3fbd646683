#include "packs/show.h"

#include <gtest/gtest.h>

#include <string>

#include "packs/load.h"
#include "packs/words.h"

namespace bashu::packs {
namespace {

constexpr std::string_view kPack = R"pack(bashu: 1
pack: demo
version: 1
title: {zh: 示例, en: Demo}
types:
  code: {type: text, class: public, title: {zh: 代码, en: Code}}
  day: {type: date, class: public, title: {zh: 日期, en: Day}}
  mass: {type: quantity, unit: t, scale: 3, class: internal, title: {zh: 重量, en: Load}}
  ground: {type: choice, class: internal, title: {zh: 事由, en: Ground}, of: {work: {zh: 就业, en: work}}}
registers:
  people: {title: {zh: 名册, en: People}, kept: own, key: [code], fields: {code: code, until: {type: day, optional: true, title: {zh: 期限, en: Until}}}}
books:
  tonnes: {title: {zh: 重量账, en: Tonnes}, type: mass, accounts: {held: {key: [code], floor: none}}}
services:
  visit:
    title: {zh: 互访, en: Visit}
    about: {zh: 两地互访, en: One office visits the other}
    parties: {host: {office: all}, guest: {office: all, clerk: own}}
    fields: {code: code, load: mass, day: day, ground: ground, list: {type: list, of: code, title: {zh: 表, en: List}}}
    calc: {heavy: data.load > 2500}
    start: {owner: guest, by: [office, clerk], form: [code, load, day, ground, list], to: zebra}
    states:
      zebra:
        title: {zh: 待确认, en: Proposed}
        owner: host
        events:
          accept:
            title: {zh: 同意, en: Accept}
            by: office
            form: [day]
            when: calc.heavy && data.code in people
            why: {zh: 太轻, en: Too light}
            to: agreed
          late: {title: {zh: 超期, en: Late}, by: system, to: agreed}
      agreed: {title: {zh: 已确认, en: Agreed}, final: true}
    clocks: {answer: {working_days: 5, runs_in: zebra, breach: late}}
words: {host: {zh: 接待方, en: Host}, office: {zh: 办公室, en: Office}}
scenarios:
  - {title: one, today: 2026-03-02, steps: [{advance: 2026-03-03}]}
)pack";

PackPtr pack() {
  static const PackPtr loaded = load(kPack).pack;
  return loaded;
}

TEST(Show, TellsTheLifeCycleInBothLanguagesAsACaseMeetsIt) {
  ASSERT_TRUE(pack());
  const std::string english = show(*pack(), "en");
  EXPECT_NE(english.find("  Proposed (zebra)  [with Host]\n"
                         "    Accept (accept)  by Host.Office; asks for Day\n"
                         "      → Agreed (agreed)\n"
                         "        if “heavy” and Code is in People  (else: Too light)\n"
                         "    Late (late)  by the system  → Agreed (agreed)\n"
                         "    ⏱ answer: 5 working days, then “Late”\n"
                         "  Agreed (agreed)  [end]\n"
                         "  terms: heavy = Load is more than 2.5 t\n"),
            std::string::npos)
      << english;
  const std::string chinese = show(*pack(), "zh");
  EXPECT_NE(chinese.find("  待确认（zebra）  [持有方：接待方]\n"), std::string::npos) << chinese;
  EXPECT_NE(chinese.find("条件：“heavy”，且代码在名册中  （否则：太轻）"), std::string::npos)
      << chinese;
}

TEST(Show, DrawsEachServiceWithItsHandOversInBold) {
  const std::string drawing = dot(*pack(), "en");
  EXPECT_TRUE(drawing.starts_with("digraph \"demo\" {"));
  EXPECT_NE(drawing.find("\"visit.\" -> \"visit.zebra\" [label=\"\", penwidth=2.5];"),
            std::string::npos)
      << drawing;
  EXPECT_NE(drawing.find("\"visit.zebra\" -> \"visit.agreed\" [label=\"Accept\"];"),
            std::string::npos)
      << drawing;
}

struct Case {
  std::string_view expression, english, chinese;
};
void PrintTo(const Case& item, std::ostream* out) { *out << item.expression; }
class Words : public ::testing::TestWithParam<Case> {};

TEST_P(Words, SayWhatTheExpressionSays) {
  ASSERT_TRUE(pack());
  const auto program = parse(GetParam().expression);
  ASSERT_TRUE(program) << program.error().text;
  Reading reading{.pack = *pack(), .service = &pack()->services.at(0).second, .language = "en"};
  EXPECT_EQ(in_words(**program, reading), GetParam().english);
  reading.language = "zh";
  EXPECT_EQ(in_words(**program, reading), GetParam().chinese);
}

INSTANTIATE_TEST_SUITE_P(
    Expressions, Words,
    ::testing::Values(
        Case{"data.day >= today", "Day is not before today", "日期不早于今天"},
        Case{"data.load <= 45000", "Load is at most 45 t", "重量不超过45 t"},
        Case{"data.ground == 'work'", "Ground is “work”", "事由为“就业”"},
        Case{"!has(data.day) || people[data.code].until > today",
             "Day is not given or People “Code”: Until is after today",
             "未填日期，或名册“代码”的期限晚于今天"},
        Case{"(data.load > 1 || data.load < 0) && data.code in people",
             "(Load is more than 0.001 t or Load is less than 0 t) and Code is in People",
             "（重量大于0.001 t，或重量小于0 t），且代码在名册中"},
        Case{"!(data.code in people)", "Code is not in People", "代码不在名册中"},
        Case{"tonnes.held(data.code) + data.load - 1",
             "the balance of Tonnes: held (Code) + Load − 1",
             "重量账的held（代码）余额 + 重量 − 1"},
        Case{"data.list.all(c, c in people)", "for every x of List: x is in People",
             "表中每一项x均有：x在名册中"},
        Case{"add_days(case.reached('agreed'), 4)", "the day of “Agreed” + 4 days",
             "进入“已确认”之日后4日"},
        Case{"case.parties.host", "Host", "接待方"},
        Case{"data.day == null ? 1 : 2", "1 if Day is nothing, else 2",
             "若日期为空则为1，否则为2"}));

}  // namespace
}  // namespace bashu::packs
