// What the loader says of a round, and how an official reads it.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "packs/load.h"
#include "packs/show.h"

namespace bashu::packs {
namespace {

constexpr std::string_view kPack = R"pack(bashu: 2
pack: homes
version: 1
title: {zh: 配租, en: Homes}
words: {city: 市 / City, office: 办公室 / Office}
types:
  points: {type: int, min: 0, max: 100, class: public, title: 分数 / Points}
services:
  home:
    title: 申请 / Application
    parties: {city: {office: all}}
    fields: {estate: code, points: points, place: {type: points, title: 名次 / Place}, round: line, who: name, note: {type: line, optional: true}}
    calc: {hardship: data.points >= 90}
    start: {owner: city, by: office, form: [estate, points, who], to: admitted}
    states:
      admitted:
        title: 轮候 / Admitted
        owner: city
        events:
          offer: {title: 配租 / Offer, by: system, form: [round, place], to: offered}
          stay: {title: 留下 / Stay, by: system, form: [round, place], to: admitted}
          by_hand: {title: 手动 / By hand, by: office, to: offered}
          nested: {title: 再分 / Nested, by: system, form: [round, place], to: chained}
          wait: {title: 等候 / Wait, by: system, form: [note], to: offered}
      chained:
        title: 连锁 / Chained
        owner: city
        then: {do: {allot: home, in: admitted, places: 1, take: offer, with: {round: =case.id, place: =each.rank}}, to: offered}
    ends: {offered: 已配租 / Offered}
  round:
    title: 分配 / Round
    parties: {city: {office: all}}
    fields: {estate: code, homes: points}
    start: {owner: city, by: office, form: [estate, homes], to: announced}
    states:
      announced:
        title: 已公告 / Announced
        owner: city
        events:
          draw:
            title: 分配 / Draw
            by: office
            do: {allot: home, in: admitted, where: each.data.estate == data.estate, rank: [{descending: each.data.points}, {ascending: each.case.opened}], places: data.homes, take: offer, rest: wait, with: {round: =case.id, place: =each.rank}}
            to: drawn
    ends: {drawn: 已分配 / Drawn}
scenarios:
  - {title: 无 / none, today: 2026-03-02, steps: [figure homes = 0]}
figures:
  homes: {title: 申请数 / Homes, of: home, concerns: parties, from: case.opened, count: true}
)pack";

std::string changed(std::string_view what, std::string_view into) {
  std::string text{kPack};
  const std::size_t at = text.rfind(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), into);
}

std::string faults(const std::string& text) {
  std::string all;
  for (const Finding& finding : load(text).findings) {
    if (!finding.note) all += finding.path + ": " + finding.text + "\n";
  }
  return all;
}

TEST(Allot, ARoundWithoutAFaultLoads) { EXPECT_EQ(faults(std::string{kPack}), ""); }

struct Row {
  std::string what, into, said;
};
class AllotRefuses : public testing::TestWithParam<Row> {};
TEST_P(AllotRefuses, WithItsPlaceAndReason) {
  const Row& row = GetParam();
  const std::string all = faults(changed(row.what, row.into));
  EXPECT_NE(all.find("services.round.states.announced.events.draw.do" + row.said),
            std::string::npos)
      << all;
}
const std::vector<Row> kRows{
    {"allot: home", "allot: flat", ".allot: there is no service 'flat'"},
    {"in: admitted", "in: nowhere", ".in: there is no state 'nowhere' in home"},
    {"in: admitted", "in: offered", ".in: 'offered' is an end"},
    {"where: each.data.estate ==", "where: each.data.town ==", ".where: there is no field 'town'"},
    {"each.data.estate == data.estate", "each.data.points",
     ".where: true or false was expected, not an integer"},
    {"each.data.estate == data.estate", "each.data.who == 'a'",
     ".where: reads the personal field 'who'"},
    {"{descending: each.data.points}", "{descending: each.data.who}",
     ".rank[0].descending: reads the personal field 'who'"},
    {"{descending: each.data.points}", "{descending: each.case.parties}",
     ".rank[0].descending: candidates are ranked by a number, a date, a text or a yes and no"},
    {"{descending: each.data.points}", "{downwards: each.data.points}",
     ".rank[0].downwards: unknown key 'downwards'; known are ascending, descending"},
    {"{descending: each.data.points}", "{descending: 1, ascending: 2}",
     ".rank[0]: one of 'ascending' and 'descending', with what is compared"},
    {"{descending: each.data.points}", "{descending: size(each.data)}",
     ".rank: a candidate is read by name: each.data.FIELD, each.calc.TERM, each.case.id"},
    {"{descending: each.data.points}", "{descending: each.rank}",
     ".rank[0].descending: there is no member 'rank'"},
    {"places: data.homes", "places: data.estate", ".places: an integer was expected, not a text"},
    {"take: offer, rest: wait", "take: nothing, rest: wait",
     ".take: home in 'admitted' does not take 'nothing' from the system"},
    {"take: offer, rest: wait", "take: by_hand, rest: wait",
     ".take: home in 'admitted' does not take 'by_hand' from the system"},
    {"take: offer, rest: wait", "take: stay, rest: wait",
     ".take: 'stay' has to leave 'admitted', or the next round would choose them again"},
    {"take: offer, rest: wait", "take: nested, rest: wait",
     ".take: 'nested' would start another round within this one"},
    {"take: offer, rest: wait", "take: offer, rest: offer",
     ".rest: the others take another event than the chosen"},
    {"with: {round: =case.id, place: =each.rank}", "with: {round: =case.id}",
     ".take: 'offer' asks for 'place', which 'with' does not say"},
    {"place: =each.rank}", "place: =each.data.points}",
     ": nobody could see why: let 'with' say '=each.rank' in a field of the form of 'offer'"},
    {"with: {round: =case.id,", "with: {round: a,",
     ": nobody could see why: let 'with' say '=case.id' in a field of the form of 'offer'"},
    {"place: =each.rank}", "place: =each.rank, estate: a}",
     ".with.estate: is in the form of neither event"},
    {"take: offer", "each: data.list, take: offer", ".each: unknown key 'each'"},
};
INSTANTIATE_TEST_SUITE_P(Rounds, AllotRefuses, testing::ValuesIn(kRows));

TEST(Allot, IsToldInBothLanguagesAndDrawn) {
  const PackPtr pack = load(std::string{kPack}).pack;
  ASSERT_TRUE(pack);
  const std::string english = show(*pack, "en");
  EXPECT_NE(
      english.find(
          "a round among “Application” in “Admitted”; places: Points; those of whom Code of the "
          "candidate is Code; in the order of Points of the candidate from the highest, then the "
          "day it was opened of the candidate from the earliest; equals by lot; the chosen: "
          "“Offer”; the others: “Wait”\n"),
      std::string::npos)
      << english;
  const std::string chinese = show(*pack, "zh");
  EXPECT_NE(chinese.find("；相同者摇号定序；入选者：“配租”；其余：“等候”\n"), std::string::npos)
      << chinese;
  EXPECT_NE(dot(*pack, "en").find("[label=\"Draw\\nround: Application, Offer\"]"),
            std::string::npos)
      << dot(*pack, "en");
}

}  // namespace
}  // namespace bashu::packs
