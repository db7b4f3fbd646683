#include "packs/pages.h"

#include <gtest/gtest.h>

#include <string>

#include "packs/load.h"

namespace bashu::packs {
namespace {

// A permission to keep bees, whose pages say everything that a pack can say about them.
constexpr std::string_view kPack = R"pack(bashu: 1
pack: bees
version: 1
title: {zh: 养蜂, en: Bees}
types:
  name: {type: text, min: 1, max: 60, title: {zh: 姓名, en: Name}}
  number: {type: text, pattern: "B[0-9]{4}", wrong: {zh: 应为B和四位数字, en: Must be B and four digits}, example: B0001, class: public, title: {zh: 编号, en: Number}}
  day: {type: date, class: public, title: {zh: 日期, en: Day}}
  hives: {type: int, min: 1, class: public, title: {zh: 箱数, en: Hives}, help: {zh: 含空箱, en: With the empty ones}}
  file: {type: document, class: sensitive, accepts: [application/pdf, image/*], max: 1000, title: {zh: 材料, en: Proof}}
registers:
  keeper: {title: {zh: 养蜂人, en: Keepers}, kept: own, public: true, key: [number], fields: {number: number, hives: hives}}
services:
  permit:
    title: {zh: 许可, en: Permit}
    about: {zh: 养蜂须有许可, en: Who keeps bees needs a permit}
    parties: {town: {keeper: own, clerk: all}}
    fields: {name: name, hives: hives, proof: file, number: number, until: day, note: {type: number, optional: true}}
    groups:
      - {title: {zh: 申请人, en: Applicant}, fields: [name]}
      - {title: {zh: 许可, en: Permit}, fields: [until, number]}
    papers: [{field: proof}, {title: {zh: 身份证, en: Identity card}}]
    prints:
      permit:
        title: {zh: 许可证, en: Permit}
        number: number
        until: until
        after: granted
        void_in: refused
        text: {zh: "准予{name}养蜂{hives}箱。", en: "{name} may keep {hives} hives ({case})."}
    start: {owner: town, by: [keeper, clerk], form: [hives, name, proof], to: asked}
    states:
      asked:
        title: {zh: 待审, en: Asked}
        owner: town
        events:
          grant: {title: {zh: 准予, en: Grant}, by: clerk, form: [number, until, note], to: granted}
          refuse: {title: {zh: 不准, en: Refuse}, by: clerk, to: refused}
      granted: {title: {zh: 已准, en: Granted}, final: true}
      refused: {title: {zh: 未准, en: Refused}, final: true}
words: {keeper: {zh: 养蜂人, en: Keeper}, clerk: {zh: 经办人, en: Clerk}}
order:
  services.permit.states: [asked, refused]
  services.permit.fields: [until, name]
  types: [number]
scenarios:
  - {title: one, today: 2026-03-02, steps: [{advance: 2026-03-03}]}
)pack";

std::string changed(std::string_view from, std::string_view to) {
  std::string text{kPack};
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

std::string faults(const std::string& text) {
  std::string all;
  for (const Finding& finding : load(text).findings) {
    if (!finding.note) all += finding.path + ": " + finding.text + "\n";
  }
  return all;
}

PackPtr pack() {
  static const PackPtr loaded = load(kPack).pack;
  EXPECT_TRUE(loaded) << faults(std::string{kPack});
  return loaded;
}

using Names = std::vector<std::string>;

TEST(Pages, MapsStandInTheOrderThePackStatesThenByName) {
  const Service& service = pack()->services.at(0).second;
  Names fields, states;
  for (const Member& member : service.fields) fields.push_back(member.name);
  for (const auto& [name, state] : service.states) states.push_back(name);
  EXPECT_EQ(fields, (Names{"until", "name", "hives", "note", "number", "proof"}));
  EXPECT_EQ(states, (Names{"asked", "refused", "granted"}));
  EXPECT_EQ(pack()->types.at(0).name, "number");
}

TEST(Pages, AnOrderOfWhatIsNotThereIsAFault) {
  EXPECT_EQ(faults(changed("types: [number]", "types: [none]")),
            "order.types: there is no 'none'\n");
  EXPECT_EQ(faults(changed("types: [number]", "kinds: [number]")),
            "order.kinds: there is no such map to order\n");
}

TEST(Pages, ListAndSearchAreChosenFromTheFormAndThenTheFields) {
  const Service& service = pack()->services.at(0).second;
  EXPECT_EQ(service.display.list, (Names{"hives", "until", "note", "number"}));
  EXPECT_EQ(service.display.search, (Names{"note", "number"}));
  EXPECT_EQ(pack()->registers.at(0).second.display.list, (Names{"number", "hives"}));
  EXPECT_TRUE(pack()->registers.at(0).second.open);
}

TEST(Pages, AFormIsCutIntoGroupsAndTheRestComesFirst) {
  const Service& service = pack()->services.at(0).second;
  const auto groups = grouped(service.display.groups, {"hives", "name", "number"});
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].fields, Names{"hives"});
  EXPECT_TRUE(groups[0].title.empty());
  EXPECT_EQ(groups[1].fields, Names{"name"});
  EXPECT_EQ(groups[2].title.at("en"), "Permit");
  EXPECT_EQ(groups[2].fields, Names{"number"});
}

TEST(Pages, ApplicantsAreThoseWhoSeeOnlyTheirOwnCases) {
  const auto who = applicants(pack()->services.at(0).second);
  ASSERT_EQ(who.size(), 1U);
  EXPECT_EQ(who[0].role, "keeper");
  EXPECT_EQ(word(*pack(), who[0].role, "zh"), "养蜂人");
  EXPECT_EQ(word(*pack(), "town", "zh"), "town");
}

TEST(Pages, PapersAreThoseNamedElseTheDocumentsOfTheStart) {
  const auto& papers = pack()->services.at(0).second.papers;
  ASSERT_EQ(papers.size(), 2U);
  EXPECT_EQ(papers[0].field, "proof");
  EXPECT_EQ(papers[0].title.at("en"), "Proof");
  EXPECT_EQ(papers[1].title.at("en"), "Identity card");
  const Loaded without =
      load(changed("    papers: [{field: proof}, {title: {zh: 身份证, en: Identity card}}]\n", ""));
  ASSERT_TRUE(without.pack);
  ASSERT_EQ(without.pack->services[0].second.papers.size(), 1U);
  EXPECT_EQ(without.pack->services[0].second.papers[0].field, "proof");
}

TEST(Pages, APaperNamesItsStatesFieldsAndBlanks) {
  const Print* print = find(pack()->services.at(0).second.prints, "permit");
  ASSERT_TRUE(print);
  EXPECT_EQ(print->after, Names{"granted"});
  EXPECT_EQ(print->void_in, Names{"refused"});
  EXPECT_EQ(filled(print->text.at("en"), [](const std::string& name) { return "<" + name + ">"; }),
            "<name> may keep <hives> hives (<case>).");
  EXPECT_EQ(faults(changed("after: granted", "after: gone")),
            "services.permit.prints.permit.after: there is no state 'gone'\n");
  EXPECT_EQ(faults(changed("number: number\n", "number: hives\n")),
            "services.permit.prints.permit.number: 'hives' is no text that may be read\n");
  EXPECT_EQ(faults(changed("{name} may keep {hives}", "{name} may keep {honey}")),
            "services.permit.prints.permit.text.en: '{honey}' is no field or party of the service, "
            "nor case, opened or since\n");
  EXPECT_EQ(faults(changed("{name} may keep", "{name may keep")),
            "services.permit.prints.permit.text.en: '{name may keep {hives}' is no field or party "
            "of the service, nor case, opened or since\n");
}

TEST(Pages, WhatASearchOrRowCannotHoldIsAFault) {
  EXPECT_EQ(faults(changed("    papers:", "    search: [name]\n    papers:")),
            "services.permit.search: 'name' cannot be searched: a search looks in public and "
            "internal texts\n");
  EXPECT_EQ(faults(changed("    papers:", "    list: [proof]\n    papers:")),
            "services.permit.list: 'proof' does not fit into a row\n");
  EXPECT_EQ(faults(changed("fields: [until, number]", "fields: [until, name]")),
            "services.permit.groups[1].fields: 'name' stands in two groups\n");
  EXPECT_EQ(faults(changed("words: {keeper:", "words: {bee:")),
            "words.bee: is no party, role, account, key, clock or break-down of the pack\n");
}

TEST(Pages, AnExampleFitsItsTypeAndAWrongTextIsToldInThePacksWords) {
  EXPECT_EQ(faults(changed("example: B0001", "example: A0001")),
            "types.number.example: Must be B and four digits\n");
  const Type& number = *pack()->services.at(0).second.field("number");
  const auto error = check(number, Value{"7"}, "number");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->why.at("zh"), "应为B和四位数字");
}

TEST(Pages, ADocumentOfAnotherKindOrSizeIsRefused) {
  const Type& proof = *pack()->services.at(0).second.field("proof");
  const auto document = [](std::string media, int size) {
    return Value{Value::Record{{"sha256", std::string(64, 'a')},
                               {"name", "a"},
                               {"media", std::move(media)},
                               {"size", size}}};
  };
  EXPECT_FALSE(check(proof, document("application/pdf", 1000), "proof"));
  EXPECT_FALSE(check(proof, document("image/png", 1), "proof"));
  EXPECT_TRUE(check(proof, document("text/html", 1), "proof"));
  EXPECT_TRUE(check(proof, document("image/png", 1001), "proof"));
}

}  // namespace
}  // namespace bashu::packs
