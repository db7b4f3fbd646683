#include "core/peers/claims.h"

#include <gtest/gtest.h>

#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: claims
version: 1
title: {en: Claims}
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
    fields: {name: line, wanted: amount, twice: {type: amount, optional: true}, most: {type: amount, optional: true}}
    start:
      owner: lender
      by: clerk
      form: [name, wanted]
      set: {twice: =data.wanted * 2}
      to: open
    states:
      open:
        title: {en: Open}
        owner: lender
        events:
          grant:
            title: {en: Grant}
            by: clerk
            then:
              - when: data.name in limit && limit[data.name].most >= data.wanted
                why: {en: Above the limit}
                set: {most: "=limit[data.name].most"}
                do:
                  - {move: =data.wanted, from: goods.outside, to: goods.stock('here')}
                  - {move: "=limit[data.name].most", from: goods.outside, to: goods.stock('here')}
                to: done
              - {to: done}
      done: {title: {en: Done}, final: true}
figures:
  loans: {title: {en: Loans}, of: loan, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: loans, is: 0}]}
)pack";

TEST(Claims, AreWhatOnlyTheDeciderLooksUp) {
  const auto loaded = packs::load(kPack);
  for (const Finding& finding : loaded.findings) {
    if (!finding.note)
      ADD_FAILURE() << finding.line << ": " << finding.path << ": " << finding.text;
  }
  ASSERT_TRUE(loaded.pack);
  const packs::Service& loan = *packs::find(loaded.pack->services, "loan");
  EXPECT_TRUE(claims_of(loan, {.from = "", .event = "$start", .branch = 0}).empty());
  const auto granted = claims_of(loan, {.from = "open", .event = "grant", .branch = 0});
  ASSERT_EQ(granted.size(), 3U);
  EXPECT_EQ(granted[0].what, "guard");
  EXPECT_EQ(granted[0].text, "data.name in limit && limit[data.name].most >= data.wanted");
  EXPECT_EQ(granted[1].what, "set");
  EXPECT_EQ(granted[1].of, "most");
  EXPECT_EQ(granted[1].text, "limit[data.name].most");
  EXPECT_EQ(granted[2].what, "effect") << "and not the move of what the form says";
  EXPECT_EQ(granted[2].of, "move");
  // That the first branch did not pass is a claim too.
  EXPECT_EQ(claims_of(loan, {.from = "open", .event = "grant", .branch = 1}).size(), 1U);
  EXPECT_TRUE(claims_of(loan, {.from = "open", .event = "grant", .branch = 2}).empty());
  EXPECT_TRUE(claims_of(loan, {.from = "open", .event = "other", .branch = 0}).empty());
  EXPECT_TRUE(claims_of(loan, {.from = "gone", .event = "$then", .branch = 0}).empty());
}

}  // namespace
}  // namespace bashu::core
