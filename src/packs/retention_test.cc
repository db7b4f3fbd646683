#include "packs/retention.h"

#include <gtest/gtest.h>

#include <string>

#include "packs/load.h"
#include "packs/show.h"

namespace bashu::packs {
namespace {

// A pack whose one field is of the class; `tail` ends it.
Loaded notes(const std::string& cls, const std::string& tail) {
  return load(R"(bashu: 1
pack: notes
version: 1
title: {zh: 记录, en: Notes}
types:
  line: {type: text, max: 40, class: )" +
              cls + R"(, title: {zh: 内容, en: Text}}
services:
  note:
    title: {zh: 记录, en: Note}
    parties: {office: {clerk: all}}
    fields: {text: line}
    start: {owner: office, by: clerk, form: [text], to: done}
    states: {done: {title: {zh: 完成, en: Done}, final: true}}
figures:
  notes: {title: {zh: 件数, en: Notes}, of: note, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: notes, is: 0}]}
)" + tail);
}

Loaded with(const std::string& retention) {
  return notes("public", "retention: " + retention + "\n");
}

TEST(Retention, IsReadByClassInMonths) {
  const Loaded loaded = with(
      "{personal: {years: 10, source: {zh: 第七条, en: Article 7}}, "
      "sensitive: {months: 30, source: {zh: 第八条, en: Article 8}}}");
  ASSERT_TRUE(loaded.pack);
  const auto all = retention_of(*loaded.pack);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.at(Class::personal).months, 120);
  EXPECT_EQ(all.at(Class::personal).source.at("zh"), "第七条");
  EXPECT_EQ(all.at(Class::sensitive).months, 30);
  EXPECT_TRUE(retention_of(*with("{}").pack).empty());
}

TEST(Retention, ThatNobodyCanMeanIsRefusedWithItsPath) {
  const std::string source = "source: {zh: 第七条, en: Article 7}";
  const struct {
    std::string retention, path;
  } rows[] = {
      {"[]", "retention"},
      {"{internal: {years: 1, " + source + "}}", "retention.internal"},
      {"{personal: 10}", "retention.personal"},
      {"{personal: {" + source + "}}", "retention.personal"},
      {"{personal: {years: 1, months: 6, " + source + "}}", "retention.personal"},
      {"{personal: {days: 1, months: 6, " + source + "}}", "retention.personal.days"},
      {"{personal: {years: 0, " + source + "}}", "retention.personal.years"},
      {"{personal: {years: 101, " + source + "}}", "retention.personal.years"},
      {"{personal: {years: 1}}", "retention.personal"},
      {"{personal: {years: 1, source: {en: Article 7}}}", "retention.personal.source"},
      {"{personal: {years: 1, source: {zh: x, en: " + std::string(201, 'x') + "}}}",
       "retention.personal.source.en"},
  };
  for (const auto& row : rows) {
    const Loaded loaded = with(row.retention);
    EXPECT_FALSE(loaded.pack) << row.retention;
    std::string paths;
    for (const Finding& one : loaded.findings) {
      if (!one.note) paths += one.path + '\n';
    }
    EXPECT_NE(paths.find(row.path + '\n'), std::string::npos) << row.retention << '\n' << paths;
  }
}

TEST(Retention, IsToldWithItsRuleInBothLanguages) {
  const Loaded loaded = with(
      "{personal: {years: 10, source: {zh: 第七条, en: Article 7}}, "
      "sensitive: {months: 30, source: {zh: 第八条, en: Article 8}}}");
  ASSERT_TRUE(loaded.pack);
  const std::string english = show(*loaded.pack, "en");
  EXPECT_TRUE(
      english.ends_with("\nhow long values are kept\n"
                        "  personal values: 10 years after the case has ended (Article 7)\n"
                        "  sensitive personal values: 30 months after the case has ended "
                        "(Article 8)\n"))
      << english;
  const std::string chinese = show(*loaded.pack, "zh");
  EXPECT_NE(chinese.find("  个人信息：办结后保存 10 年（第七条）\n"), std::string::npos) << chinese;
  EXPECT_TRUE(retention_in_words(*with("{}").pack, "en").empty()) << "nothing personal is asked";
}

TEST(Retention, ThatIsNotNamedIsToldWhereSomethingPersonalIsAsked) {
  const Loaded loaded = notes("sensitive", "");
  ASSERT_TRUE(loaded.pack);
  EXPECT_EQ(retention_in_words(*loaded.pack, "en"),
            std::vector<std::string>{
                "sensitive personal values: the pack names no time; kept until they are erased"});
}

// The same pack with a register that says how long.
Loaded with_register(const std::string& retention, const std::string& more = "") {
  return notes("public", R"(registers:
  people:
    title: {zh: 人员, en: People}
    kept: shared
    key: number
)" + more + R"(    fields:
      number: {type: text, max: 20, class: public, title: {zh: 编号, en: Number}}
      who: {type: text, max: 20, class: personal, title: {zh: 姓名, en: Name}}
      until: {type: date, optional: true, class: public, title: {zh: 终止日期, en: Last day}}
      born: {type: date, class: personal, title: {zh: 出生日期, en: Born}}
      seen: {type: date, sided: true, optional: true, class: public, title: {zh: 日期, en: Seen}}
    retention: )" + retention +
                             "\n");
}

TEST(Retention, OfARegisterBeginsOnADayOfItsRecords) {
  const Loaded loaded =
      with_register("{ends: until, personal: {years: 2, source: {zh: 第九条, en: Article 9}}}");
  for (const Finding& one : loaded.findings) EXPECT_TRUE(one.note) << one.path << one.text;
  ASSERT_TRUE(loaded.pack);
  const auto rule = retention_of(*loaded.pack, "people");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->ends, "until");
  EXPECT_EQ(rule->classes.at(Class::personal).months, 24);
  EXPECT_FALSE(retention_of(*loaded.pack, "nobody"));
  EXPECT_EQ(
      retention_in_words(*loaded.pack, "en"),
      std::vector<std::string>{"personal values in People: 2 years after Last day (Article 9)"});
}

TEST(Retention, OneIsOneInEnglish) {
  const Loaded loaded = with(
      "{personal: {years: 1, source: {zh: 第七条, en: Article 7}}, "
      "sensitive: {months: 1, source: {zh: 第八条, en: Article 8}}}");
  ASSERT_TRUE(loaded.pack);
  const std::string english = show(*loaded.pack, "en");
  EXPECT_NE(english.find(": 1 year after the case"), std::string::npos) << english;
  EXPECT_NE(english.find(": 1 month after the case"), std::string::npos) << english;
  const Loaded other =
      with_register("{ends: until, personal: {years: 1, source: {zh: 第九条, en: Article 9}}}");
  ASSERT_TRUE(other.pack);
  EXPECT_EQ(
      retention_in_words(*other.pack, "en"),
      std::vector<std::string>{"personal values in People: 1 year after Last day (Article 9)"});
}

TEST(Retention, OfARegisterThatNobodyCanMeanIsRefusedWithItsPath) {
  const std::string personal = "personal: {years: 2, source: {zh: 第九条, en: Article 9}}";
  const struct {
    std::string retention, path, more = {};
  } rows[] = {
      {"{" + personal + "}", "registers.people.retention"},
      {"{ends: until}", "registers.people.retention"},
      {"{ends: nothing, " + personal + "}", "registers.people.retention.ends"},
      {"{ends: number, " + personal + "}", "registers.people.retention.ends"},
      {"{ends: born, " + personal + "}", "registers.people.retention.ends"},
      {"{ends: seen, " + personal + "}", "registers.people.retention.ends"},
      {"{ends: until, days: 3, " + personal + "}", "registers.people.retention.days"},
      {"{ends: until, personal: {years: 0, source: {zh: x, en: x}}}",
       "registers.people.retention.personal.years"},
      {"{ends: until, " + personal + "}", "registers.people.retention", "    editions: true\n"},
  };
  for (const auto& row : rows) {
    const Loaded loaded = with_register(row.retention, row.more);
    EXPECT_FALSE(loaded.pack) << row.retention;
    std::string paths;
    for (const Finding& one : loaded.findings) {
      if (!one.note) paths += one.path + '\n';
    }
    EXPECT_NE(paths.find(row.path + '\n'), std::string::npos) << row.retention << '\n' << paths;
  }
}

}  // namespace
}  // namespace bashu::packs
