#include "api/event_value.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace bashu::api {
namespace {

std::string json(const core::Event& event) { return canonical_json(event_value(event)); }

TEST(EventValue, TellsEveryKindOfMember) {
  const core::Account from{.book = "fund/claims", .kind = "owed", .key = "a"};
  EXPECT_EQ(json(core::MonthStated{.account = from, .month = "2026-03"}),
            R"({"account":{"book":"fund/claims","key":"a","kind":"owed"},)"
            R"("event":"month_stated","month":"2026-03"})");
  EXPECT_EQ(json(core::ClockSet{.id = "sichuan-1",
                                .clock = "apply",
                                .used = 2,
                                .since = {},
                                .due = Date::from_days(0),
                                .fired = true}),
            R"({"case":"sichuan-1","clock":"apply","due":"1970-01-01","event":"clock_set",)"
            R"("fired":true,"since":null,"used":2})");
  EXPECT_EQ(json(core::TaskRaised{.number = 3,
                                  .kind = core::TaskKind::exception,
                                  .id = "sichuan-1",
                                  .roles = {"clerk"},
                                  .title = {{"en", "Look"}, {"zh", "看"}},
                                  .detail = {},
                                  .on = Date::from_days(1)}),
            R"({"case":"sichuan-1","detail":"","event":"task_raised","kind":2,"number":3,)"
            R"("on":"1970-01-02","roles":["clerk"],"title":{"en":"Look","zh":"看"}})");
}

TEST(EventValue, SourcesAreOnlySaidToBeThere) {
  core::PackAdopted event{.party = "sichuan", .digest = "d", .from = {}, .source = "{}"};
  EXPECT_EQ(event_value(event).find("source"), nullptr);
  EXPECT_EQ(*event_value(event).find("with_source"), Value{true});
  event.source.clear();
  EXPECT_EQ(*event_value(event).find("with_source"), Value{false});
}

TEST(EventValue, WhatHidesOrSignsIsNotTold) {
  EXPECT_EQ(
      json(core::RecordSigned{.what = "keys", .party = "sichuan", .edition = 1, .bytes = "signed"}),
      R"({"edition":1,"event":"record_signed","party":"sichuan","what":"keys"})");
  core::CaseChanged step;
  step.salt = "salt";
  EXPECT_EQ(json(step).find("salt"), std::string::npos);
}

}  // namespace
}  // namespace bashu::api
