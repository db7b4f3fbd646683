// Records and lines by their keys: no two keys are one, a key is what was written, and nothing is
// called known that says something else.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "core/feeds/content.h"
#include "core/refusal.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: sites
version: 1
title: {en: Sites}
types:
  line: {type: text, max: 100, class: public, title: {en: Text}}
  amount: {type: quantity, unit: kg, scale: 0, class: public, title: {en: Amount}}
  secret: {type: text, max: 100, class: personal, title: {en: Secret}}
registers:
  site:
    title: {en: Sites}
    kept: shared
    key: [code]
    fields: {code: line, name: line, note: {type: line, optional: true}}
books:
  stock: {title: {en: Stock}, type: amount, accounts: {outside: {floor: none}, held: {key: [code]}}}
services:
  visit:
    title: {en: Visit}
    parties: {office: {clerk: all}}
    fields: {code: line, name: {type: line, optional: true}, held: {type: amount, optional: true}}
    start:
      owner: office
      by: clerk
      form: [code]
      set: {name: "=data.code in site ? site[data.code].name : 'none'", held: =stock.held(data.code)}
      to: done
    states: {done: {title: {en: Done}, final: true}}
feeds:
  named:
    title: {en: Named}
    by: clerk
    fields: {id: line, code: line, name: line, who: {type: secret, optional: true}}
    key: [id]
    do: {put: site, key: =line.code, fields: {code: =line.code, name: =line.name}}
  brought:
    title: {en: Brought}
    by: clerk
    fields: {code: line, amount: amount}
    key: [code]
    do: {move: =line.amount, from: stock.outside, to: stock.held(line.code)}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: visits, is: 0}]}
figures:
  visits: {title: {en: Visits}, of: visit, from: case.opened, count: true}
)pack";

class Office {
 public:
  Office() {
    static const packs::PackPtr kLoaded = packs::load(kPack).pack;
    pack = kLoaded;
    must(AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{}"},
                     .parties = {{.party = "a"}, {.party = "b"}}});
    must(AdoptPack{.source = canonical_json(pack->source), .from = today});
  }

  Decision must(const Command& command) {
    auto decision = decide(state, command, {.now = {}, .today = today, .salt = "salt"});
    EXPECT_TRUE(decision) << (decision ? "" : describe(decision.error()));
    if (!decision) return {};
    for (const Event& event : decision->events) state.apply(event);
    EXPECT_EQ(invariant(state), "");
    return std::move(*decision);
  }
  Decision import(Value record) {
    return must(
        PutRecords{.by = clerk, .pack = "sites", .reg = "site", .records = {std::move(record)}});
  }
  Decision post(const std::string& feed, Value line) {
    return must(PostFeed{
        .by = clerk, .pack = "sites", .feed = feed, .role = "clerk", .lines = {std::move(line)}});
  }
  // What a case finds under a key: its name and its stock.
  std::pair<std::string, std::int64_t> looked_up(const std::string& code) {
    const Decision done = must(StartCase{.by = clerk,
                                         .pack = "sites",
                                         .service = "visit",
                                         .role = "clerk",
                                         .parties = {{"office", "a"}},
                                         .with = Value::Record{{"code", code}}});
    const Case* c = state.find_case(done.answer.text_at("case"));
    return {c->data.text_at("name"), c->data.int_at("held")};
  }

  const Asker clerk{.principal = "anna", .roles = {"clerk", "registrar"}};
  const Date today = *Date::parse("2026-03-02");
  packs::PackPtr pack;
  State state{"a"};
};

Value site(const std::string& code, const std::string& name) {
  return Value::Record{{"code", code}, {"name", name}};
}
std::int64_t taken(const Decision& done) { return done.answer.int_at("taken"); }
std::int64_t known(const Decision& done) { return done.answer.int_at("known"); }

TEST(Records, AKeyOfOneFieldIsWhatWasWritten) {
  Office office;
  EXPECT_EQ(taken(office.import(site("a/b", "first"))), 1);
  EXPECT_EQ(taken(office.import(site("a%2Fb", "second"))), 1);
  EXPECT_EQ(office.looked_up("a/b").first, "first");
  EXPECT_EQ(office.looked_up("a%2Fb").first, "second");
  ASSERT_TRUE(office.state.find_record("sites/site", "a/b"));
  office.post("named", Value::Record{{"id", "1"}, {"code", "a/b"}, {"name", "third"}});
  EXPECT_EQ(office.looked_up("a/b").first, "third") << "a feed writes the record an import made";
  EXPECT_EQ(office.looked_up("a%2Fb").first, "second");
}

RC_GTEST_PROP(RecordsProperty, NoTwoKeysAreOneForRegistersLinesAndAccounts, ()) {
  const auto text = rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::element('/', '%', '2', '5', 'F', 'f', 'a')));
  const std::string one = *text;
  const std::string other = *rc::gen::distinctFrom(text, one);
  Office office;
  for (const auto& [code, amount] : {std::pair{one, 3}, std::pair{other, 5}}) {
    RC_ASSERT(taken(office.import(site(code, code))) == 1);
    RC_ASSERT(taken(office.post("brought", Value::Record{{"code", code}, {"amount", amount}})) ==
              1);
  }
  RC_ASSERT(office.looked_up(one) == std::pair(one, std::int64_t{3}));
  RC_ASSERT(office.looked_up(other) == std::pair(other, std::int64_t{5}));
}

TEST(Records, ARecordOfBeforeKeepsTheKeyItHas) {
  Office office;
  office.state.apply(RecordPut{.reg = "sites/site",
                               .key = "a%2Fb",
                               .keeper = "a",
                               .side = "a",
                               .fields = site("a/b", "first"),
                               .sided = {},
                               .on = office.today,
                               .id = {},
                               .sides = {}});
  EXPECT_EQ(known(office.import(site("a/b", "first"))), 1);
  EXPECT_EQ(taken(office.import(site("a/b", "second"))), 1);
  EXPECT_EQ(office.state.find_record("sites/site", "a%2Fb")->version, 2);
  EXPECT_EQ(office.state.find_record("sites/site", "a/b"), nullptr);
}

TEST(Records, NullRemovesAnOptionalField) {
  Office office;
  Value noted = site("x", "first");
  noted.as_record()->emplace("note", "look here");
  office.import(noted);
  noted.as_record()->insert_or_assign("note", Value{});
  EXPECT_EQ(taken(office.import(noted)), 1);
  EXPECT_EQ(office.state.find_record("sites/site", "x")->fields.find("note"), nullptr);
  EXPECT_EQ(known(office.import(noted)), 1) << "there is nothing left to remove";
  noted.as_record()->insert_or_assign("name", Value{});
  EXPECT_EQ(office.import(noted).refused.size(), 1U) << "a field that must be there stays";
}

TEST(Lines, AKnownKeyWithOtherContentIsToldNotCalledKnown) {
  Office office;
  const Value line = Value::Record{{"id", "1"}, {"code", "x"}, {"name", "first"}};
  EXPECT_EQ(taken(office.post("named", line)), 1);
  EXPECT_EQ(known(office.post("named", line)), 1);
  Value other = line;
  other.as_record()->insert_or_assign("name", "second");
  const Decision done = office.post("named", other);
  ASSERT_EQ(done.refused.size(), 1U);
  EXPECT_EQ(done.refused[0].why.code, RejectCode::exists);
  EXPECT_EQ(known(done), 0);
  EXPECT_EQ(office.looked_up("x").first, "first");
}

TEST(Records, ABlankKeyIsNobodys) {
  Office office;
  const auto where = [](const Decision& done) {
    return done.refused.empty() ? "" : done.refused[0].why.where;
  };
  EXPECT_EQ(where(office.import(site("", "first"))), "code");
  EXPECT_EQ(where(office.post("named", Value::Record{{"id", ""}, {"code", "x"}, {"name", "n"}})),
            "id");
}

TEST(Lines, WhatIsSealedLeavesNoMark) {
  Office office;
  const auto sealed = [](const std::string& box) {
    return Value::Record{{"$sealed", "1"}, {"dek", "k"}, {"box", box}};
  };
  const Value one = Value::Record{{"id", "1"}, {"who", sealed("x")}};
  const Value other = Value::Record{{"id", "1"}, {"who", sealed("y")}};
  ASSERT_TRUE(packs::is_sealed(*one.find("who")));
  EXPECT_EQ(content_of(one), content_of(other));
  EXPECT_NE(content_of(one), content_of(Value::Record{{"id", "2"}, {"who", sealed("x")}}));
  EXPECT_EQ(content_of(one), content_of_text(R"({"id":"1","who":null})"));
}

TEST(Lines, ALineOfBeforeIsKnownByItsKeyAlone) {
  Office office;
  office.state.apply(
      FeedTaken{.feed = "sites/named", .lines = {{.key = "1", .postings = {}, .records = {}}}});
  EXPECT_EQ(known(office.post("named", Value::Record{{"id", "1"}, {"code", "x"}, {"name", "n"}})),
            1);
}

}  // namespace
}  // namespace bashu::core
