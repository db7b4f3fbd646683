// Steps that come before the one they follow: three nodes in memory whose messages overtake each
// other, and one of whom says what it likes.

#include "core/peers/parked.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "core/told/step.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: trips
version: 1
title: {en: Trips}
types:
  line: {type: text, max: 4000, class: public, title: {en: Text}}
services:
  trip:
    title: {en: Trip}
    parties: {first: {clerk: all}, second: {clerk: all}, third: {clerk: all}}
    fields: {note: line}
    start: {owner: first, by: clerk, form: [note], to: one}
    states:
      one:
        title: {en: With the first}
        owner: first
        events: {pass: {title: {en: Pass}, by: clerk, to: two}, stay: {title: {en: Stay}, by: clerk, form: [note]}}
      two:
        title: {en: With the second}
        owner: second
        events: {pass: {title: {en: Pass}, by: clerk, to: three}, stay: {title: {en: Stay}, by: clerk, form: [note]}}
      three:
        title: {en: With the third}
        owner: third
        events: {pass: {title: {en: Pass}, by: clerk, to: one}, stay: {title: {en: Stay}, by: clerk, form: [note]}, end: {title: {en: End}, by: clerk, to: done}}
      done: {title: {en: Done}, final: true}
figures:
  trips: {title: {en: Trips}, of: trip, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: trips, is: 0}]}
)pack";

const Asker kClerk{.principal = "anna", .roles = {"clerk"}};

class Parked3 {
 public:
  Parked3() {
    AdoptRecord circle{.record = {.what = "agreement", .edition = 1, .bytes = "{}"}};
    for (const char* party : {"a", "b", "c"}) circle.parties.push_back({.party = PartyId{party}});
    const auto loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
    }
    pack_ = loaded.pack;
    for (const auto& one : circle.parties) {
      nodes_.emplace(one.party, std::make_unique<State>(one.party));
      must(one.party, BeginDay{.day = today_});
      must(one.party, circle);
      must(one.party, AdoptPack{.source = canonical_json(pack_->source), .from = today_});
    }
    while (deliver_any()) {
    }
  }

  Decision must(const PartyId& at, const Command& command) {
    State& state = *nodes_.at(at);
    auto decision =
        decide(state, command, {.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"});
    EXPECT_TRUE(decision) << reject_name(decision.error().code) << " " << decision.error().where;
    if (!decision) return {};
    for (const Event& event : decision->events) {
      state.apply(event);
      if (const auto* sent = std::get_if<MessageQueued>(&event)) {
        queue_[{at, sent->to}].push_back(*sent);
      }
      if (std::holds_alternative<TaskRaised>(event)) ++tasks_[at];
    }
    EXPECT_EQ(invariant(state), "");
    return *decision;
  }
  CaseId start() {
    const Decision opened =
        must("a", StartCase{.by = kClerk,
                            .pack = "trips",
                            .service = "trip",
                            .role = "clerk",
                            .parties = {{"first", "a"}, {"second", "b"}, {"third", "c"}},
                            .with = Value::Record{{"note", "x"}}});
    return CaseId{opened.answer.text_at("case")};
  }
  void step(const PartyId& at, const CaseId& id, const std::string& event,
            const std::string& note = "x") {
    Value with{Value::Record{}};
    if (event == "stay") with = Value::Record{{"note", note}};
    must(at, FireEvent{.by = kClerk, .id = id, .event = event, .role = "clerk", .with = with});
  }
  // The next message between the two.
  std::string deliver(const PartyId& from, const PartyId& to) {
    auto& waiting = queue_[{from, to}];
    const MessageQueued message = waiting.front();
    waiting.pop_front();
    return told(from, to, message.stream, message.body, message.kind, message.pack);
  }
  bool deliver_any(std::size_t nth = 0) {
    std::vector<std::pair<PartyId, PartyId>> open;
    for (const auto& [ends, waiting] : queue_) {
      if (!waiting.empty()) open.push_back(ends);
    }
    if (open.empty()) return false;
    const auto& [from, to] = open[nth % open.size()];
    deliver(from, to);
    return true;
  }
  void deliver_all(const PartyId& from, const PartyId& to) {
    while (!queue_[{from, to}].empty()) deliver(from, to);
  }
  // Whatever the sender's own node would have said.
  std::string told(const PartyId& from, const PartyId& to, const std::string& stream,
                   const Value& body, const std::string& kind = "case.event",
                   const std::string& pack = {}) {
    const Decision taken = must(
        to,
        TakeMessage{.from = from,
                    .seq = nodes_.at(to)->inbox(from).next,
                    .message_id = "id",
                    .kind = kind,
                    .stream = stream,
                    .pack = pack.empty() && kind == "case.event" ? pack_->digest.substr(7) : pack,
                    .body = body});
    return taken.outcome + " " + taken.reason;
  }
  // What the sender has told last of all that waits to be delivered.
  Value last(const PartyId& from, const PartyId& to) { return queue_[{from, to}].back().body; }
  const Case& at(const PartyId& party, const CaseId& id) {
    return *nodes_.at(party)->find_case(id);
  }
  std::int64_t parked(const PartyId& at, const PartyId& of) {
    return nodes_.at(at)->serial(kParkedOf, of);
  }
  std::size_t held(const PartyId& at, const PartyId& of) {
    return nodes_.at(at)->inbox(of).held.size();
  }

  // A case with b, of whose coming to b the node of c does not know yet.
  CaseId with_second() {
    const CaseId id = start();
    deliver_all("a", "b");
    deliver("a", "c");
    step("a", id, "pass");
    deliver_all("a", "b");
    return id;
  }

  Date today_ = *Date::parse("2026-03-02");
  std::map<PartyId, std::unique_ptr<State>> nodes_;
  std::map<std::pair<PartyId, PartyId>, std::deque<MessageQueued>> queue_;
  std::map<PartyId, int> tasks_;
  packs::PackPtr pack_;
};

class ParkedStep : public testing::Test, public Parked3 {};

Value with(Value body, const char* member, Value value) {
  body.as_record()->insert_or_assign(member, std::move(value));
  return body;
}

TEST_F(ParkedStep, WaitsForTheOneBeforeIt) {
  const CaseId id = with_second();
  step("b", id, "stay");
  EXPECT_EQ(deliver("b", "c"), "applied ");
  EXPECT_EQ(at("c", id).version, 1);
  EXPECT_GT(parked("c", "b"), 100);
  EXPECT_EQ(deliver("a", "c"), "applied ");
  EXPECT_EQ(at("c", id).version, 3);
  EXPECT_EQ(at("c", id).digest, at("b", id).digest);
  EXPECT_EQ(parked("c", "b"), 0);
}

TEST_F(ParkedStep, ThatCameFirstStays) {
  const CaseId id = with_second();
  step("b", id, "stay");
  const Value truth = last("b", "c");
  EXPECT_EQ(deliver("b", "c"), "applied ");
  EXPECT_EQ(told("b", "c", id, truth), "applied ") << "told twice, it waits once";
  // The sender itself, and another party that has no state to follow, say otherwise.
  EXPECT_EQ(told("b", "c", id, with(truth, "input", Value::Record{{"note", "y"}})),
            "held unverified.parked");
  EXPECT_EQ(told("a", "c", id, with(truth, "from", "one")), "held unverified.parked");
  EXPECT_FALSE(at("c", id).dispute);
  step("b", id, "stay", "more");
  EXPECT_EQ(deliver("b", "c"), "held stream-held");
  queue_[{"a", "c"}].clear();
}

TEST_F(ParkedStep, ThatIsNotTheTrueOneGivesWayToIt) {
  const CaseId id = with_second();
  step("b", id, "stay");
  const Value truth = last("b", "c");
  EXPECT_EQ(told("a", "c", id, with(truth, "from", "one")), "applied ");
  EXPECT_EQ(deliver("b", "c"), "held unverified.parked");
  step("b", id, "stay", "more");
  EXPECT_EQ(deliver("b", "c"), "held stream-held");
  EXPECT_EQ(deliver("a", "c"), "applied ");
  EXPECT_FALSE(at("c", id).dispute);
  EXPECT_EQ(at("c", id).version, 4);
  EXPECT_EQ(at("c", id).digest, at("b", id).digest);
  EXPECT_EQ(held("c", "b"), 0U);
  EXPECT_EQ(parked("c", "a"), 0);
  EXPECT_TRUE(at("c", id).parked.empty());
}

TEST_F(ParkedStep, BeyondSomeIsHeldAndTakenWhenTheGapCloses) {
  const CaseId id = with_second();
  for (int i = 0; i < 12; ++i) step("b", id, "stay", std::to_string(i));
  for (int i = 1; i <= 12; ++i) {
    EXPECT_EQ(deliver("b", "c"), i <= kParkedSteps       ? "applied "
                                 : i == kParkedSteps + 1 ? "held unverified.quota"
                                                         : "held stream-held");
  }
  EXPECT_EQ(at("c", id).parked.size(), static_cast<std::size_t>(kParkedSteps));
  EXPECT_FALSE(at("c", id).dispute);
  EXPECT_EQ(deliver("a", "c"), "applied ");
  EXPECT_EQ(at("c", id).version, 14);
  EXPECT_EQ(at("c", id).digest, at("b", id).digest);
  EXPECT_EQ(held("c", "b"), 0U);
  EXPECT_EQ(parked("c", "b"), 0);
}

TEST_F(ParkedStep, BeyondSomeBytesIsHeld) {
  const CaseId id = with_second();
  std::string note;  // 12 kB
  for (int i = 0; i < 4'000; ++i) note += "界";
  for (int i = 0; i < 6; ++i) step("b", id, "stay", note);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(deliver("b", "c"), "applied ");
  EXPECT_EQ(deliver("b", "c"), "held unverified.quota");
  EXPECT_GT(parked("c", "b"), 60'000);
  EXPECT_LE(parked("c", "b"), kParkedBytes);
  deliver("a", "c");
  EXPECT_EQ(at("c", id).version, 8);
  EXPECT_EQ(parked("c", "b"), 0);
}

TEST_F(ParkedStep, FarAheadIsHeld) {
  const CaseId id = with_second();
  step("b", id, "stay");
  EXPECT_EQ(told("b", "c", id, with(last("b", "c"), "version", 1'000'000)),
            "held unverified.quota");
  EXPECT_TRUE(at("c", id).parked.empty());
}

TEST_F(ParkedStep, ThatIsNotItsSendersInAnyOrderIsHeldAndStopsNothing) {
  const CaseId id = with_second();
  step("b", id, "stay");
  const Value truth = last("b", "c");
  EXPECT_EQ(told("a", "c", id, truth), "held unverified.early") << "of a state that is b's";
  EXPECT_EQ(told("b", "c", id, with(truth, "from", "done")), "held unverified.early");
  EXPECT_FALSE(at("c", id).dispute);
  EXPECT_TRUE(at("c", id).parked.empty());
}

TEST_F(ParkedStep, ThatDoesNotVerifyCountsAmongTheObjectionsOfADay) {
  int stopped = 0, passed = 0;
  for (int i = 0; i < 25; ++i) {
    const CaseId id = with_second();
    step("b", id, "stay");
    const Value lie = with(last("b", "c"), "previous", "sha256:0");
    queue_[{"b", "c"}].clear();
    EXPECT_EQ(told("b", "c", id, lie), "applied ");
    tasks_.clear();
    EXPECT_EQ(deliver("a", "c"), "applied ");
    EXPECT_EQ(at("c", id).version, 2);
    EXPECT_EQ(tasks_["c"], 1);
    if (at("c", id).dispute) {
      ++stopped;
      EXPECT_EQ(*at("c", id).dispute->contents.begin(), told::step_digest(lie));
    } else {
      ++passed;
      EXPECT_TRUE(at("c", id).parked.empty());
    }
    queue_[{"c", "b"}].clear();
    queue_[{"b", "a"}].clear();
  }
  EXPECT_EQ(stopped, 20);
  EXPECT_EQ(passed, 5);
}

TEST_F(ParkedStep, IsPassedByOurOwn) {
  const CaseId id = with_second();
  step("b", id, "stay");
  const Value lie = last("b", "c");
  step("b", id, "pass");
  deliver_all("b", "c");
  deliver("a", "c");
  ASSERT_EQ(at("c", id).version, 4);
  EXPECT_EQ(told("b", "c", id, with(lie, "version", 6)), "applied ");
  step("c", id, "stay");
  tasks_.clear();
  step("c", id, "stay");
  EXPECT_EQ(at("c", id).version, 6);
  EXPECT_TRUE(at("c", id).parked.empty());
  EXPECT_EQ(parked("c", "b"), 0);
  EXPECT_EQ(tasks_["c"], 1);
}

// Honest nodes come to the same end, whatever overtakes what; and nothing waits then.
RC_GTEST_PROP(ParkedSteps, TakeWhateverOrderTheyComeIn, ()) {
  Parked3 circle;
  const CaseId id = circle.start();
  while (circle.deliver_any()) {
  }
  for (const auto pick :
       *rc::gen::container<std::vector<unsigned>>(80, rc::gen::inRange(0U, 600U))) {
    if (pick % 2 == 0) {
      circle.deliver_any(pick / 2);
      continue;
    }
    for (const char* party : {"a", "b", "c"}) {
      const std::string& state = circle.at(party, id).state;
      const bool holds = (state == "one" && *party == 'a') || (state == "two" && *party == 'b') ||
                         (state == "three" && *party == 'c');
      if (!holds) continue;
      circle.step(party, id, pick % 3 == 0 ? "pass" : "stay", std::to_string(pick));
      break;
    }
  }
  while (circle.deliver_any()) {
  }
  for (const char* party : {"a", "b", "c"}) {
    RC_ASSERT(circle.at(party, id).digest == circle.at("a", id).digest);
    RC_ASSERT(!circle.at(party, id).dispute);
    for (const char* other : {"a", "b", "c"}) {
      RC_ASSERT(circle.held(party, other) == 0U);
      RC_ASSERT(circle.parked(party, other) == 0);
    }
  }
}

// b asks a for what its step looked up; c, a party of the case too, answers in its place.
TEST(AskedClaimsOfThree, AreShownByWhoWasAsked) {
  Parked3 three;
  const CaseId id = three.start();
  three.deliver_all("a", "b");
  three.deliver_all("a", "c");
  const std::string content = three.at("b", id).digest;
  three.must("b",
             SignSettlement{.by = kClerk, .id = id, .content = "ask:a:" + content, .note = {}});
  const Value shown = Value::Record{{"case", id}, {"content", content}, {"shown", "[]"}};
  const std::string pack = three.at("b", id).pack.substr(7);
  EXPECT_EQ(three.told("c", "b", "", shown, "case.shown", pack), "held unverified.unasked");
  EXPECT_EQ(three.told("a", "b", "", shown, "case.shown", pack), "applied ");
}

// It would end the question, and b would wait for ever.
TEST(AskedClaimsOfThree, AreShownToNobodyElseThanWhoAsked) {
  Parked3 three;
  const CaseId id = three.start();
  three.deliver_all("a", "b");
  const std::string content = three.at("b", id).digest;
  const auto sign = [&](const std::string& what, const std::string& note) {
    return SignSettlement{.by = kClerk, .id = id, .content = what + content, .note = note};
  };
  three.must("b", sign("ask:a:", {}));
  three.deliver_all("b", "a");
  const auto astray = decide(*three.nodes_.at("a"), sign("show:c:", "[]"),
                             {.now = {.unix_ms = 1'000}, .today = three.today_, .salt = "salt"});
  ASSERT_FALSE(astray);
  EXPECT_EQ(astray.error().code, RejectCode::form);
  three.must("a", sign("show:b:", "[]"));
  EXPECT_FALSE(three.at("a", id).dispute);
}

}  // namespace
}  // namespace bashu::core
