// Two keepers of one record: nodes that make it while no message comes through, claim it, and
// settle it by a signature of each, whatever order the messages come in.

#include "core/registers/settling.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "core/told/settle_record.h"
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
  road:
    title: {en: Roads}
    kept: shared
    key: [code]
    fields: {code: line, length: amount, named: {type: line, optional: true}, lanes: {type: amount, sided: true, optional: true}}
figures:
  total: {title: {en: Length}, of: road, sum: entry.length}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: total, is: 0}]}
)pack";

const Asker kRegistrar{.principal = "user:r", .roles = {"registrar"}};

class TwoKeepers : public testing::Test {
 protected:
  TwoKeepers() {
    AdoptRecord circle{.record = {.what = "agreement", .edition = 1, .bytes = "{}"}};
    for (const char* party : {"a", "b", "c"}) circle.parties.push_back({.party = party});
    const auto loaded = packs::load(kPack);
    for (const char* party : {"a", "b", "c"}) {
      nodes_.emplace(party, std::make_unique<State>(party));
      must(party, BeginDay{.day = today_});
      must(party, circle);
      must(party, AdoptPack{.source = canonical_json(loaded.pack->source), .from = today_});
    }
    pack_ = loaded.pack;
    deliver();
  }

  std::expected<Decision, Reject> run(const PartyId& at, const Command& command) {
    State& state = *nodes_.at(at);
    auto decision =
        decide(state, command, {.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"});
    if (!decision) return decision;
    for (const Event& event : decision->events) {
      state.apply(event);
      if (const auto* message = std::get_if<MessageQueued>(&event)) {
        queue_[{at, message->to}].push_back(*message);
      }
      if (std::holds_alternative<TaskRaised>(event)) ++tasks_[at];
    }
    EXPECT_EQ(invariant(state), "");
    return decision;
  }
  Decision must(const PartyId& at, const Command& command) {
    auto decision = run(at, command);
    EXPECT_TRUE(decision) << (decision ? "" : describe(decision.error()));
    return decision ? *decision : Decision{};
  }
  std::string refused(const PartyId& at, const Command& command) {
    const auto decision = run(at, command);
    return decision ? "taken" : std::string{reject_name(decision.error().code)};
  }
  std::string take(const PartyId& from, const PartyId& to, const MessageQueued& message) {
    const Decision taken = must(to, TakeMessage{.from = from,
                                                .seq = nodes_.at(to)->inbox(from).next,
                                                .message_id = "id",
                                                .kind = message.kind,
                                                .stream = message.stream,
                                                .pack = message.pack,
                                                .body = message.body});
    return taken.outcome + " " + taken.reason;
  }
  void deliver(const std::set<std::pair<PartyId, PartyId>>& cut = {}) {
    for (bool moved = true; moved;) {
      moved = false;
      for (auto& [ends, waiting] : queue_) {
        if (waiting.empty() || cut.contains(ends)) continue;
        const MessageQueued message = waiting.front();
        waiting.pop_front();
        EXPECT_EQ(take(ends.first, ends.second, message), "applied ");
        moved = true;
      }
    }
  }

  void put(const PartyId& at, Value fields) {
    (*fields.as_record())["code"] = "G5";
    must(at, PutRecords{.by = kRegistrar, .pack = "roads", .reg = "road", .records = {fields}});
  }
  const Record& road(const PartyId& at) { return *nodes_.at(at)->find_record("roads/road", "G5"); }
  std::string digest(const PartyId& at, const PartyId& of) {
    return digest_of_row(row_of(*packs::find(pack_->registers, "road"), road(at), of));
  }
  SettleRecord stands(const PartyId& at, const PartyId& keeper, const PartyId& yields = {}) {
    return {.by = kRegistrar,
            .pack = "roads",
            .reg = "road",
            .key = "G5",
            .keeper = keeper,
            .yields = yields,
            .content = digest(at, keeper),
            .note = "as measured"};
  }
  // Both make it, and hear of each other's.
  void make_twice() {
    put("a", Value::Record{{"length", 30}, {"named", "A"}, {"lanes", 4}});
    put("b", Value::Record{{"length", 31}, {"lanes", 6}});
    deliver();
  }
  void expect_same(const PartyId& keeper, std::int64_t length) {
    for (const char* party : {"a", "b", "c"}) {
      const Record& record = road(party);
      EXPECT_EQ(record.keeper, keeper) << party;
      EXPECT_TRUE(record.contested.empty()) << party;
      EXPECT_TRUE(record.signatures.empty()) << party;
      EXPECT_EQ(record.fields.int_at("length"), length) << party;
      EXPECT_EQ(canonical_json(record.fields), canonical_json(road("a").fields)) << party;
      EXPECT_EQ(record.on, road("a").on) << party;
    }
  }

  Date today_ = *Date::parse("2026-03-02");
  packs::PackPtr pack_;
  std::map<PartyId, std::unique_ptr<State>> nodes_;
  std::map<std::pair<PartyId, PartyId>, std::deque<MessageQueued>> queue_;
  std::map<PartyId, int> tasks_;
};

TEST_F(TwoKeepers, EachRowStandsAtHomeAndIsKnownAsAClaimElsewhere) {
  make_twice();
  EXPECT_EQ(road("a").keeper, "a");
  EXPECT_EQ(road("b").keeper, "b");
  EXPECT_EQ(road("a").contested.at("b").fields.int_at("length"), 31);
  EXPECT_EQ(road("b").contested.at("a").fields.text_at("named"), "A");
  EXPECT_EQ(road("c").contested.size(), 1U);
  // For its own side each speaks all the same.
  EXPECT_EQ(canonical_json(*road("a").fields.find("lanes")),
            canonical_json(*road("b").fields.find("lanes")));
  const int tasks = tasks_["a"];
  put("b", Value::Record{{"length", 32}});
  deliver();
  EXPECT_EQ(road("a").contested.at("b").fields.int_at("length"), 32);
  EXPECT_EQ(tasks_["a"], tasks) << "told once";
}

TEST_F(TwoKeepers, TwoSignaturesMakeItOneRecordEverywhere) {
  make_twice();
  must("a", stands("a", "b"));
  const int tasks = tasks_["b"];
  deliver();
  EXPECT_EQ(road("b").contested.size(), 1U) << "one signature settles nothing";
  EXPECT_EQ(tasks_["b"], tasks + 1) << "its officer is told";
  must("b", stands("b", "b"));
  deliver();
  expect_same("b", 31);
  EXPECT_EQ(road("a").fields.find("named"), nullptr);
}

TEST_F(TwoKeepers, TheOthersRowMayStand) {
  make_twice();
  must("b", stands("b", "a"));
  must("a", stands("a", "a"));
  deliver();
  expect_same("a", 30);
  const Decision batch =
      must("b", PutRecords{.by = kRegistrar,
                           .pack = "roads",
                           .reg = "road",
                           .records = {Value::Record{{"code", "G5"}, {"length", 99}}}});
  EXPECT_EQ(batch.refused.size(), 1U) << "it is a's now";
  put("a", Value::Record{{"length", 33}});
  deliver();
  expect_same("a", 33);
}

TEST_F(TwoKeepers, WhoSignsDifferentlySignsAgain) {
  make_twice();
  must("a", stands("a", "a"));
  must("b", stands("b", "b"));
  EXPECT_EQ(refused("a", stands("a", "b")), "state") << "in a round each signs once";
  deliver();
  for (const char* party : {"a", "b", "c"}) EXPECT_EQ(road(party).contested.size(), 1U) << party;
  // Both give way at the same moment: nobody takes it for an agreement.
  must("a", stands("a", "b"));
  must("b", stands("b", "a"));
  deliver();
  EXPECT_EQ(road("a").contested.size(), 1U);
  must("a", stands("a", "b"));
  must("b", stands("b", "b"));
  deliver();
  expect_same("b", 31);
}

TEST_F(TwoKeepers, AThirdHearsThemInAnyOrder) {
  make_twice();
  must("a", stands("a", "b"));
  deliver({{"a", "c"}});
  must("b", stands("b", "b"));
  deliver({{"a", "c"}});
  EXPECT_EQ(road("a").keeper, "b");
  EXPECT_EQ(road("c").contested.size(), 1U);
  put("b", Value::Record{{"length", 40}});
  deliver({{"a", "c"}});
  deliver();
  expect_same("b", 40);
}

TEST_F(TwoKeepers, ARowIsNotChangedAfterItsSignature) {
  make_twice();
  must("b", stands("b", "a"));
  const Decision batch =
      must("b", PutRecords{.by = kRegistrar,
                           .pack = "roads",
                           .reg = "road",
                           .records = {Value::Record{{"code", "G5"}, {"length", 50}}}});
  ASSERT_EQ(batch.refused.size(), 1U);
  EXPECT_EQ(reject_name(batch.refused[0].why.code), "state");
  // The other changes its row before it signs: what was signed is not what stands.
  put("a", Value::Record{{"length", 35}});
  must("a", stands("a", "a"));
  deliver();
  EXPECT_EQ(road("b").contested.size(), 1U);
  must("a", stands("a", "a"));
  must("b", stands("b", "a"));
  deliver();
  expect_same("a", 35);
}

TEST_F(TwoKeepers, OnlyWhatIsContestedIsSettled) {
  make_twice();
  EXPECT_EQ(refused("c", stands("c", "a", "b")), "state") << "a third is none of the two";
  SettleRecord other = stands("a", "a");
  other.content = "sha256:0";
  EXPECT_EQ(refused("a", other), "conflict");
  other = stands("a", "a");
  other.key = "G6";
  EXPECT_EQ(refused("a", other), "state");
}

TEST_F(TwoKeepers, AMemberSignsForItselfOnly) {
  make_twice();
  const auto told = [&](told::SettleRecord body) {
    return take("b", "a",
                {.to = "a",
                 .seq = 0,
                 .kind = std::string{told::SettleRecord::kKind},
                 .stream = {},
                 .pack = pack_->digest.substr(7),
                 .body = told::write(body)});
  };
  const told::SettleRecord good{.reg = "road",
                                .key = "G5",
                                .keeper = "a",
                                .yields = "b",
                                .round = 1,
                                .content = digest("a", "a"),
                                .fields = {},
                                .note = ""};
  auto lie = good;
  lie.yields = "c";
  EXPECT_EQ(told(lie), "held unverified.keeper");
  lie = good;
  lie.round = 2;
  EXPECT_EQ(told(lie), "held unverified.round");
  lie = good;
  lie.key = "G6";
  EXPECT_EQ(told(lie), "held unverified.unknown");
  lie = good;
  lie.keeper = "b";
  lie.yields = "a";
  EXPECT_EQ(told(lie), "held unverified.shape") << "the keeper tells its row";
  lie.fields = Value::Record{{"length", "long"}};
  EXPECT_EQ(told(lie), "held unverified.form");
  lie.fields = Value::Record{{"code", "G6"}, {"length", 5}};
  EXPECT_EQ(told(lie), "held unverified.form") << "of another key";
  lie.fields = Value::Record{{"code", "G5"}, {"length", 5}};
  EXPECT_EQ(told(lie), "held unverified.content");
  EXPECT_EQ(road("a").keeper, "a");
  EXPECT_TRUE(road("a").signatures.empty());
  EXPECT_EQ(told(good), "applied ");
  EXPECT_EQ(told(good), "held unverified.round") << "once in a round";
}

}  // namespace
}  // namespace bashu::core
