#include "packs/before_sealing.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "packs/load.h"

namespace bashu::packs {
namespace {

constexpr std::string_view kPack = R"pack(bashu: 2
pack: cards
version: 1
title: {zh: 卡, en: Cards}
params: {old_from: 60}
services:
  card:
    title: 敬老卡 / Senior card
    parties: {office: {clerk: all}}
    fields:
      name: {type: text, max: 40, title: 姓名 / Name}
      born: {type: date, title: 出生日期 / Date of birth}
      old: {type: bool, class: internal, title: 年满六十 / Sixty or older}
      age: {type: int, min: 0, max: 130, class: internal, title: 周岁 / Age}
      wife_born: {type: date, optional: true, title: 配偶出生日期 / Spouse's date of birth}
      wife_age: {type: int, min: 0, max: 130, class: internal, optional: true, title: 配偶周岁 / Spouse's age}
    before_sealing:
      age: "years(data.born, today)"
      old: "years(data.born, today) >= params.old_from"
      wife_age: "years(data.wife_born, today)"
    start: {owner: office, by: clerk, form: [name, born, wife_born], when: data.old, why: 未满六十 / Under sixty, to: given}
    states:
      given: {title: 已发 / Given, final: true}
scenarios:
  - title: 满六十发卡 / A card at sixty
    today: 2026-03-02
    steps:
      - {do: sichuan.clerk start card C1 refused guard, with: {name: 某, born: 1966-03-03}}
      - {do: sichuan.clerk start card C2 -> given, with: {name: 某, born: 1966-03-02}}
cast: {office: sichuan}
)pack";

PackPtr pack_of(const std::string& text) {
  const auto loaded = load(text);
  for (const Finding& one : loaded.findings) {
    EXPECT_TRUE(one.note) << one.line << ":" << one.column << ": " << one.text;
  }
  return loaded.pack;
}

class BeforeSealing : public testing::Test {
 protected:
  std::string told(std::string_view form) {
    auto value = with_worked_out(*pack_, service(), *parse_json(form), *Date::parse("2026-03-02"));
    if (!value) return value.error().path + ": " + in_language(value.error().why, "en");
    return canonical_json(*value);
  }
  const Service& service() { return *find(pack_->services, "card"); }
  PackPtr pack_ = pack_of(std::string{kPack});
};

TEST_F(BeforeSealing, TellsWhatARuleNeedsAndNotTheDay) {
  ASSERT_TRUE(pack_);
  EXPECT_EQ(told(R"({"born":"1966-03-02"})"), R"({"age":60,"born":"1966-03-02","old":true})");
  EXPECT_EQ(told(R"({"born":"1966-03-03"})"), R"({"age":59,"born":"1966-03-03","old":false})");
  EXPECT_EQ(told(R"({"born":"2000-01-01","wife_born":"2001-01-01"})"),
            R"({"age":26,"born":"2000-01-01","old":false,"wife_age":25,"wife_born":"2001-01-01"})");
}

TEST_F(BeforeSealing, StandsInTheFormsThatAskForAllItIsMadeOf) {
  ASSERT_TRUE(pack_);
  const std::vector<std::string>& form = service().start.event.form;
  EXPECT_EQ(form,
            (std::vector<std::string>{"name", "born", "wife_born", "age", "old", "wife_age"}));
  EXPECT_EQ(asked(service(), form), (std::vector<std::string>{"name", "born", "wife_born"}));
}

TEST_F(BeforeSealing, SaysNothingOfWhatIsAbsentOrIllFormed) {
  ASSERT_TRUE(pack_);
  EXPECT_EQ(told("{}"), "{}");
  EXPECT_EQ(told(R"({"born":"1966"})"), R"({"born":"1966"})");
  EXPECT_EQ(told(R"([1])"), "[1]");
}

TEST_F(BeforeSealing, RefusesAtTheValueItIsMadeOf) {
  ASSERT_TRUE(pack_);
  EXPECT_EQ(told(R"({"born":"1890-01-01"})"),
            "with.born: Age, worked out from this value: must be at most 130");
  EXPECT_EQ(told(R"({"born":"2030-01-01"})"),
            "with.born: Age, worked out from this value: must be at least 0");
  EXPECT_EQ(told(R"({"born":"1966-03-02","age":70})"),
            "with.age: The node works this out before the form is sealed; leave it out.");
}

struct Broken {
  std::string from, to, finding;
};
class BeforeSealingRefuses : public testing::TestWithParam<Broken> {};

TEST_P(BeforeSealingRefuses, AtLoad) {
  std::string text{kPack};
  const std::size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().from.size(), GetParam().to);
  const auto loaded = load(text);
  std::string all;
  for (const Finding& one : loaded.findings) {
    if (!one.note) all += one.text + "\n";
  }
  EXPECT_EQ(all, GetParam().finding);
}

const Broken kBroken[] = {
    {"age: \"years(data.born, today)\"", "name: \"string(years(data.born, today))\"",
     "nothing writes this field\n'name' is no field of the service that is a bool or an int\n"},
    {"age: \"years(data.born, today)\"", "age: data.born", "an integer was expected, not a date\n"},
    {"age: \"years(data.born, today)\"", "age: \"case.seq + years(data.born, today)\"",
     "reads the form alone: data, today and params, not 'case'\n"},
    {"age: \"years(data.born, today)\"", "age: params.old_from",
     "reads no personal field: a calc does the same\n"},
    {"form: [name, born, wife_born]", "form: [name, born, wife_born, age]",
     "the node fills it in: no form asks for 'age'\n"},
    {"form: [name, born, wife_born]", "form: [name, born]",
     "nothing writes this field\nnothing writes this field\nno form asks for all that it reads\n"},
    {"when: data.old", "when: \"years(data.born, today) >= 60\"",
     "reads the personal field 'born' (byte 12 of the expression)\n"},
};
INSTANTIATE_TEST_SUITE_P(Kinds, BeforeSealingRefuses, testing::ValuesIn(kBroken));

}  // namespace
}  // namespace bashu::packs
