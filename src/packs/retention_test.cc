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

}  // namespace
}  // namespace bashu::packs
