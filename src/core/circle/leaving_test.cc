#include "core/circle/leaving.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "core/core.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: roads
version: 1
title: {en: Roads}
types:
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  line: {type: text, max: 100, class: public, title: {en: Text}}
registers:
  road: {title: {en: Roads}, kept: shared, key: [code], fields: {code: line, length: amount}}
figures:
  total: {title: {en: Length}, of: road, sum: entry.length}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: total, is: 0}]}
)pack";

// A node that knows two others and has said something to both.
class Leaving : public testing::Test {
 protected:
  Leaving() {
    must(BeginDay{.day = today_});
    must(edition(1, {{.party = "a"}, {.party = "b"}, {.party = "c"}}));
  }
  static AdoptRecord edition(std::int64_t number, std::vector<PartyJoined> parties) {
    return {.record = {.what = "agreement",
                       .party = {},
                       .edition = number,
                       .bytes = "{" + std::to_string(number) + "}"},
            .parties = std::move(parties)};
  }
  static PartyJoined gone(const char* party, std::int64_t with, std::string why = "misbehaved") {
    return {.party = PartyId{party}, .member = false, .left = with, .left_why = std::move(why)};
  }
  std::expected<Decision, Reject> run(const Command& command) {
    auto decision =
        decide(state_, command, {.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"});
    if (!decision) return decision;
    for (const Event& event : decision->events) state_.apply(event);
    return decision;
  }
  Decision must(const Command& command) {
    auto decision = run(command);
    EXPECT_TRUE(decision) << (decision ? "" : describe(decision.error()));
    return decision ? *decision : Decision{};
  }
  void adopt_a_pack(int version) {
    const auto loaded = packs::load(kPack);
    ASSERT_TRUE(loaded.pack);
    Value source = loaded.pack->source;
    source.as_record()->insert_or_assign("version", Value{version});
    must(AdoptPack{.by = {}, .source = canonical_json(source), .from = today_, .approval = 0});
  }
  [[nodiscard]] std::size_t tasks() const {
    std::size_t count = 0;
    state_.each_task([&](std::int64_t, const Task&) { ++count; });
    return count;
  }

  Date today_ = *Date::parse("2026-03-02");
  State state_{PartyId{"a"}};
};

TEST_F(Leaving, NothingIsToldToWhoLeftAndAPersonHearsOfIt) {
  adopt_a_pack(1);
  EXPECT_EQ(state_.outbox("b").last, 1);
  EXPECT_EQ(state_.outbox("c").last, 1);
  must(edition(2, {{.party = "a"}, {.party = "b"}, gone("c", 2)}));
  EXPECT_EQ(tasks(), 1U);
  EXPECT_EQ(standstill(state_, "c").unanswered, 1);
  adopt_a_pack(2);
  EXPECT_EQ(state_.outbox("b").last, 2);
  EXPECT_EQ(state_.outbox("c").last, 1);
}

TEST_F(Leaving, WhoIsBackHearsWhatIsInForceAndKeptAndOnceOnly) {
  adopt_a_pack(1);
  for (const char* party : {"b", "c"}) {
    state_.apply(PackAdopted{.party = PartyId{party},
                             .digest = state_.circle().packs.begin()->first,
                             .from = today_,
                             .source = {}});
  }
  must(edition(2, {{.party = "a"}, {.party = "b"}, gone("c", 2)}));
  must(PutRecords{.by = {.principal = "user:r", .roles = {"registrar"}},
                  .pack = "roads",
                  .reg = "road",
                  .records = {Value::Record{{"code", "g5"}, {"length", 7}}}});
  EXPECT_EQ(state_.outbox("b").last, 2);
  EXPECT_EQ(state_.outbox("c").last, 1) << "shared with who left";
  must(edition(3, {{.party = "a"}, {.party = "b"}, {.party = "c"}}));
  EXPECT_EQ(state_.outbox("c").last, 3) << "the pack, and the record";
  EXPECT_EQ(state_.outbox("b").last, 2);
  must(edition(4, {{.party = "a"}, {.party = "b"}, {.party = "c"}}));
  EXPECT_EQ(state_.outbox("c").last, 3);
}

TEST_F(Leaving, ANodeThatLeftTellsNobodyAnythingAndWorksOnForItself) {
  must(edition(2, {gone("a", 2), gone("b", 2, ""), gone("c", 2, "")}));
  EXPECT_EQ(tasks(), 1U) << "of itself, not of everybody else";
  adopt_a_pack(1);
  EXPECT_EQ(state_.outbox("b").last, 0);
  EXPECT_TRUE(state_.circle().packs.begin()->second.adopted.contains(PartyId{"a"}));
}

}  // namespace
}  // namespace bashu::core
