#include "base/divisions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "testing/checkout.h"

namespace bashu {
namespace {

Date day(const char* text) { return Date::parse(text).value(); }

const Divisions& shipped() {
  static const Divisions divisions = [] {
    std::ifstream in{checkout("circles/divisions.tsv"), std::ios::binary};
    auto read = Divisions::read(std::string{std::istreambuf_iterator<char>{in}, {}});
    for (const Finding& finding : read ? std::vector<Finding>{} : read.error()) {
      ADD_FAILURE() << "divisions.tsv:" << finding.line << ": " << finding.text;
    }
    return read ? std::move(*read) : Divisions{};
  }();
  return divisions;
}

std::vector<std::string> codes(const std::vector<const Division*>& divisions) {
  std::vector<std::string> all;
  for (const Division* division : divisions) all.push_back(division->code);
  return all;
}

std::size_t counties(const char* province, const char* on) {
  const auto all = shipped().in_force(day(on));
  return static_cast<std::size_t>(std::ranges::count_if(all, [&](const Division* division) {
    return division->level() == Division::Level::county && division->code.starts_with(province);
  }));
}

// 26 districts, 8 counties and 4 autonomous counties; 25 districts since Liangjiang New Area.
TEST(Divisions, ShippedFileHasEveryCountyOfBothSides) {
  EXPECT_EQ(counties("50", "2024-01-01"), 38U);
  EXPECT_EQ(counties("50", "2025-11-05"), 38U);
  EXPECT_EQ(counties("50", "2025-11-06"), 37U);
  EXPECT_EQ(counties("51", "2024-01-01"), 183U);
  EXPECT_EQ(counties("50", "2012-01-01"), 38U);
  EXPECT_EQ(counties("50", "2010-01-01"), 40U);
}

TEST(Divisions, LiangjiangReplacesJiangbeiAndYubei) {
  const Date before = day("2025-11-05");
  const Date after = day("2025-11-06");
  EXPECT_EQ(shipped().find("500112", before)->name.at("zh"), "渝北区");
  EXPECT_EQ(shipped().find("500112", after), nullptr);
  EXPECT_EQ(shipped().find("500157", before), nullptr);
  ASSERT_NE(shipped().find("500157", after), nullptr);
  EXPECT_EQ(shipped().find("500157", after)->status, Division::Status::provisional);
  EXPECT_EQ(codes(shipped().heirs("500105", before, after)), (std::vector<std::string>{"500157"}));
  EXPECT_EQ(codes(shipped().heirs("500112", before, after)),
            (std::vector<std::string>{"500157", "500109"}));
  EXPECT_EQ(codes(shipped().heirs("500112", before, before)), (std::vector<std::string>{"500112"}));
  EXPECT_TRUE(shipped().heirs("500112", after, after).empty());
}

TEST(Divisions, ACodeMayBeUsedAgain) {
  EXPECT_EQ(shipped().find("500110", day("2011-10-21"))->name.at("en"), "Wansheng District");
  EXPECT_EQ(shipped().find("500110", day("2011-10-22"))->name.at("en"), "Qijiang District");
  const auto heirs = shipped().heirs("500110", day("2005-01-01"), day("2026-01-01"));
  ASSERT_EQ(heirs.size(), 1U);
  EXPECT_EQ(heirs[0]->name.at("zh"), "綦江区");
}

TEST(Divisions, LevelsFollowFromTheCode) {
  EXPECT_EQ(shipped().find("510000", day("2026-01-01"))->level(), Division::Level::province);
  EXPECT_EQ(shipped().find("513400", day("2026-01-01"))->level(), Division::Level::prefecture);
  EXPECT_EQ(shipped().find("513401", day("2026-01-01"))->level(), Division::Level::county);
}

std::string file(const std::string& lines) {
  return "# a comment\ncode\tname_zh\tname_en\tvalid_from\tvalid_to\tsuccessors\tstatus\tnote\n" +
         lines;
}

TEST(Divisions, RefusesAFileThatCannotBeTrue) {
  EXPECT_TRUE(Divisions::read(file("500001\t甲\tA\t\t\t\tlisted\t\r\n")));
  for (const char* lines :
       {"50001\t甲\tA\t\t\t\tlisted\t\n", "500001\t\tA\t\t\t\tlisted\t\n",
        "500001\t甲\tA\t2020-02-30\t\t\tlisted\t\n", "500001\t甲\tA\t\t2020-01-01\t\tlisted\t\n",
        "500001\t甲\tA\t\t\t500002\tlisted\t\n", "500001\t甲\tA\t\t\t\tknown\t\n",
        "500001\t甲\tA\t\t\t\tlisted\n",
        "500001\t甲\tA\t2020-01-01\t2020-01-01\t500001\tlisted\t\n",
        "500001\t甲\tA\t\t2020-01-01\t500002\tlisted\t\n",
        "500001\t甲\tA\t\t\t\tlisted\t\n500001\t乙\tB\t2020-01-01\t\t\tlisted\t\n",
        "500001\t\xff\tA\t\t\t\tlisted\t\n"}) {
    EXPECT_FALSE(Divisions::read(file(lines))) << lines;
  }
  EXPECT_FALSE(Divisions::read(""));
  EXPECT_FALSE(Divisions::read("code\n"));
  EXPECT_EQ(Divisions::read(file("x\n")).error().at(0).line, 3);
}

// Territory is never lost: whatever was in force has heirs on any later day.
RC_GTEST_PROP(Divisions, EveryDivisionHasHeirsOnAnyLaterDay, ()) {
  const Date then = day("1990-01-01").plus_days(*rc::gen::inRange(0, 13'000));
  const Date now = then.plus_days(*rc::gen::inRange(0, 13'000));
  for (const Division* division : shipped().in_force(then)) {
    const auto heirs = shipped().heirs(division->code, then, now);
    RC_ASSERT(!heirs.empty());
    for (const Division* heir : heirs) RC_ASSERT(heir->in_force(now));
  }
}

TEST(Divisions, ACodeOutOfForceSaysWhatTookItsPlace) {
  const auto doubt = [](const char* code, const char* on) {
    const auto said = shipped().doubt(code, day(on));
    return said ? said->at("en") : "";
  };
  EXPECT_EQ(doubt("500105", "2025-11-05"), "");
  EXPECT_EQ(doubt("500105", "2025-11-06"),
            "Jiangbei District ended on 2025-11-06; now 500157 Liangjiang New Area.");
  EXPECT_EQ(doubt("500112", "2026-01-01"),
            "Yubei District ended on 2025-11-06; now 500157 Liangjiang New Area, 500109 Beibei "
            "District.");
  EXPECT_EQ(doubt("500157", "2025-01-01"), "Liangjiang New Area has this code from 2025-11-06 on.");
  EXPECT_EQ(doubt("510199", "2026-01-01"), "No division has this code.");
  EXPECT_EQ(doubt("110101", "2026-01-01"), "");  // of a province that is not listed here
}

}  // namespace
}  // namespace bashu
