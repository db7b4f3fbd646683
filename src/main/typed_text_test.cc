// Every type of the pack language, as a person writes its values.
#include "main/typed_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "main/case_form.h"
#include "packs/load.h"

namespace bashu::cli {
namespace {

constexpr const char* kPack = R"(
bashu: 1
pack: kinds
version: 1
title: {zh: 各类, en: Kinds}
services:
  form:
    title: {zh: 表单, en: Form}
    parties: {one: {office: all}, two: {office: all}}
    fields:
      line: {type: text, class: internal, title: {zh: 一行, en: Line}}
      mark: {optional: true, type: bool, class: internal, title: {zh: 是否, en: Whether}}
      count: {optional: true, type: int, class: internal, title: {zh: 数, en: Count}}
      yuan: {optional: true, type: money, unit: CNY, scale: 2, class: internal, title: {zh: 金额, en: Amount}}
      mass: {optional: true, type: quantity, unit: t, scale: 3, class: internal, title: {zh: 重量, en: Mass}}
      day: {optional: true, type: date, class: internal, title: {zh: 日期, en: Day}}
      month: {optional: true, type: month, class: internal, title: {zh: 月份, en: Month}}
      kind: {optional: true, type: choice, class: internal, title: {zh: 类别, en: Kind}, of: {a: {zh: 甲, en: First}}}
      also: {optional: true, type: list, of: {type: money, unit: CNY, scale: 2, class: internal, title: {zh: 金额, en: Amount}}, class: internal, title: {zh: 其他, en: Also}}
      where: {optional: true, type: place, class: internal, title: {zh: 行政区划, en: Division}}
      person: {optional: true, type: token, class: token, title: {zh: 人员, en: Person}}
      paper: {optional: true, type: document, class: internal, title: {zh: 文件, en: Paper}}
      side: {optional: true, type: party, class: internal, title: {zh: 一方, en: Side}}
      of: {optional: true, type: digest, class: internal, title: {zh: 摘要, en: Digest}}
      again: {optional: true, type: text, class: internal, title: {zh: 一行, en: Line}}
    start: {owner: one, by: office, form: [line, mark, count, yuan, mass, day, month, kind, also, where, person, paper, side, of, again], to: done}
    states: {done: {title: {zh: 完, en: Done}, final: true}}
scenarios:
  - title: {zh: 一例, en: One}
    today: 2026-03-02
    steps:
      - {at: sichuan, as: office, start: form, id: F1, parties: {one: sichuan, two: chongqing}, with: {line: a}, state: done}
)";

const std::vector<packs::Member>& fields() {
  static const packs::PackPtr kLoaded = [] {
    packs::Loaded loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note) ADD_FAILURE() << finding.line << ": " << finding.path << finding.text;
    }
    return loaded.pack;
  }();
  return packs::find(kLoaded->services, "form")->fields;
}

// The value as JSON, or `-` where it is refused.
std::string read(const std::string& field, const std::string& text) {
  const auto record = read_fields(fields(), {field + "=" + text});
  return record ? canonical_json(record->begin()->second) : "-";
}

TEST(TypedText, EveryTypeIsReadAsItIsWritten) {
  const struct {
    const char *field, *text, *value;
  } rows[] = {
      {"line", "510104", R"("510104")"},
      {"line", "true", R"("true")"},
      {"line", R"({"a":1})", R"("{\"a\":1}")"},
      {"line", "", R"("")"},
      {"mark", "true", "true"},
      {"mark", "TRUE", "true"},
      {"mark", "否", "false"},
      {"mark", "0", "false"},
      {"mark", "yes", "-"},
      {"count", "5", "5"},
      {"count", "5.0", "5"},
      {"count", "1,234", "1234"},
      {"count", "12,34", "-"},
      {"count", "5.5", "-"},
      {"yuan", "12.5", "1250"},
      {"yuan", "12", "1200"},
      {"yuan", "1,234.56", "123456"},
      {"yuan", "１２．５０", "-"},
      {"yuan", "-0.01", "-1"},
      {"yuan", "12.345", "-"},
      {"yuan", "12.", "-"},
      {"mass", "1.72", "1720"},
      {"day", "2026-03-02", R"("2026-03-02")"},
      {"day", "2026/3/2", R"("2026-03-02")"},
      {"day", "2026.3.2", R"("2026-03-02")"},
      {"day", "2026年3月2日", R"("2026-03-02")"},
      {"day", "2026/3/2 0:00:00", R"("2026-03-02")"},
      {"day", "46083", R"("2026-03-02")"},
      {"day", "3/2/2026", "-"},
      {"day", "2026-3/2", "-"},
      {"day", "2026年3月2", "-"},
      {"day", "2026/2/30", "-"},
      {"day", "20260302", "-"},
      {"month", "2026/3", R"("2026-03")"},
      {"month", "2026年3月", R"("2026-03")"},
      {"month", "2026-13", "-"},
      {"kind", "a", R"("a")"},
      {"kind", "甲", R"("a")"},
      {"kind", "First", R"("a")"},
      {"also", "1;2.50", "[100,250]"},
      {"also", "[100,250]", "[100,250]"},
      {"also", "1;x", "-"},
      {"where", "510104", R"("510104")"},
      {"where", " 510104 ", R"("510104")"},
      {"person", "13800000000", R"("13800000000")"},
      {"person", "110105491231002", R"("110105491231002")"},
      {"person", "1.10105E+17", "-"},
      {"paper", R"({"sha256":"a","name":"b"})", R"({"name":"b","sha256":"a"})"},
      {"paper", "b.pdf", "-"},
      {"side", "sichuan", R"("sichuan")"},
      {"of", "sha256:12", R"("sha256:12")"},
  };
  std::set<packs::Kind> tried;
  for (const auto& row : rows) {
    EXPECT_EQ(read(row.field, row.text), row.value) << row.field << "=" << row.text;
    const auto field = std::ranges::find(fields(), row.field, &packs::Member::name);
    ASSERT_NE(field, fields().end()) << row.field;
    tried.insert(field->type->kind);
  }
  // All kinds but record, which is JSON as a document is, and ref, which is a text.
  EXPECT_EQ(tried.size(), 14U);
}

TEST(TypedText, AFieldIsNamedByItsNameOrItsTitle) {
  EXPECT_EQ(read("金额", "1"), "100");
  EXPECT_EQ(read("Amount", "1"), "100");
  EXPECT_EQ(read("amount", "1"), "-");
  EXPECT_EQ(read("Line", "1"), "-");  // of two fields
  EXPECT_FALSE(read_fields(fields(), {"yuan=1", "金额=2"}));
  EXPECT_FALSE(read_fields(fields(), {"yuan"}));
  EXPECT_FALSE(read_fields(fields(), {"=1"}));
  const auto unknown = read_fields(fields(), {"yen=1"});
  ASSERT_FALSE(unknown);
  EXPECT_NE(in_language(unknown.error().why, "en").find("the form has: again, also"),
            std::string::npos);
}

}  // namespace
}  // namespace bashu::cli
