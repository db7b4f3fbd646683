// Erasure, holds and restriction as two nodes decide them.
#include "core/privacy/privacy.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <variant>

#include "base/json.h"
#include "core/told/erase.h"

namespace bashu::core {
namespace {

class PersonalValues : public ::testing::Test {
 protected:
  void SetUp() override {
    for (State* node : {&a_, &b_}) {
      for (const char* party : {"a", "b"}) node->apply(PartyJoined{.party = party});
      for (const char* person : {"ann", "bo"}) {
        PrincipalSet set;
        set.id = std::string{"user:"} + person;
        set.version = 1;
        set.person = person;
        set.may = {"admin"};
        node->apply(set);
      }
      known_to(*node);
    }
  }
  // A case of both with a value of each, and the person's pseudonym.
  static void known_to(State& node) {
    node.apply(CaseOpened{.id = "a-1",
                          .pack = "sha256:p",
                          .service = "move",
                          .parties = {{"from", "a"}, {"to", "b"}},
                          .parent = {},
                          .opened_by = {},
                          .on = today()});
    Value data = *parse_json(
        R"({"person":"t:zhang","name":{"$sealed":"1","dek":"a-k0000000000000001","box":""},)"
        R"("more":[{"$sealed":"1","dek":"b-k0000000000000002","box":""}],"other":"t:li"})");
    node.apply(CaseChanged{.id = "a-1",
                           .version = 1,
                           .digest = "d",
                           .decided_by = "a",
                           .event = "$start",
                           .role = "clerk",
                           .from = {},
                           .to = "open",
                           .branch = 0,
                           .input = data,
                           .set = {},
                           .on = today(),
                           .principal = {},
                           .reads = {},
                           .salt = {}});
  }
  static Date today() { return *Date::parse("2026-03-02"); }

  std::expected<Decision, Reject> run(State& node, const Command& command) {
    auto decision = decide(
        node, command,
        {.now = {.unix_ms = 1'790'000'000'000}, .today = today_, .salt = std::string(16, 's')});
    if (!decision) return decision;
    for (const Event& event : decision->events) {
      node.apply(event);
      const auto* queued = std::get_if<MessageQueued>(&event);
      if (queued) sent_[{node.circle().own, queued->to}].push_back(*queued);
    }
    return decision;
  }
  // Both of two people; the number of the order, or the refusal.
  std::expected<std::int64_t, Reject> order(State& node, const std::string& kind,
                                            std::vector<std::string> keys,
                                            std::optional<Date> until = {}) {
    OrderPrivacy act;
    act.order.kind = kind;
    act.order.subject = "t:zhang";
    act.order.reason = "a request of the person";
    act.order.cases = {"a-1"};
    act.order.keys = std::move(keys);
    act.order.until = until;
    const auto done = by_two(node, std::move(act));
    if (!done) return std::unexpected{done.error()};
    return done->answer.int_at("order");
  }
  template <typename Act>
  std::expected<Decision, Reject> by_two(State& node, Act act) {
    AskApproval ask;
    ask.by.principal = "ann";
    ask.act = act;
    const auto asked = run(node, ask);
    if (!asked) return asked;
    act.approval = asked->answer.int_at("approval");
    act.by.principal = "bo";
    return run(node, act);
  }
  // Messages from one to the other; how the last was answered.
  std::string deliver(State& from, State& to) {
    auto& queue = sent_[{from.circle().own, to.circle().own}];
    std::string last;
    for (; !queue.empty(); queue.pop_front()) last = tell(from, to, queue.front());
    return last;
  }
  std::string tell(State& from, State& to, const MessageQueued& message) {
    const auto taken = run(to, TakeMessage{.from = from.circle().own,
                                           .seq = to.inbox(from.circle().own).next,
                                           .message_id = "id",
                                           .kind = message.kind,
                                           .stream = message.stream,
                                           .pack = message.pack,
                                           .body = message.body});
    EXPECT_TRUE(taken);
    return taken ? taken->outcome + " " + taken->reason : "refused";
  }
  const Order& at(State& node, std::int64_t number) { return node.circle().orders.at(number); }

  State a_{"a"}, b_{"b"};
  Date today_ = today();
  std::map<std::pair<PartyId, PartyId>, std::deque<MessageQueued>> sent_;
};

TEST_F(PersonalValues, AreErasedOnBothSidesAndAnsweredByAReceipt) {
  const auto number = order(a_, "erase", {"a-k0000000000000001"});
  ASSERT_TRUE(number);
  EXPECT_EQ(a_.serial(Store::kErased, "a-k0000000000000001"), *number);
  EXPECT_EQ(at(a_, *number).order.told, (std::vector<PartyId>{"b"}));
  EXPECT_TRUE(awaits_answer(at(a_, *number)));
  ASSERT_TRUE(run(a_, FinishErasure{.number = *number}));
  EXPECT_FALSE(run(a_, FinishErasure{.number = *number}));

  EXPECT_EQ(deliver(a_, b_), "applied ");
  EXPECT_EQ(b_.serial(Store::kErased, "a-k0000000000000001"), 1);
  EXPECT_TRUE((sent_[{"b", "a"}].empty())) << "no receipt before the key is gone";
  ASSERT_TRUE(run(b_, FinishErasure{.number = 1}));
  EXPECT_EQ(deliver(b_, a_), "applied ");
  EXPECT_FALSE(awaits_answer(at(a_, *number)));
  today_ = today_.plus_days(kAnswerDays + 1);
  EXPECT_FALSE(is_late(at(a_, *number), today_));
  EXPECT_FALSE(order(a_, "erase", {"a-k0000000000000001"})) << "erased already";
}

TEST_F(PersonalValues, AreNotErasedByOnePerson) {
  OrderPrivacy act;
  act.order.kind = "erase";
  act.order.subject = "t:zhang";
  act.order.reason = "r";
  act.order.keys = {"a-k0000000000000001"};
  act.by.principal = "ann";
  EXPECT_FALSE(run(a_, act));
  AskApproval ask;
  ask.by.principal = "ann";
  ask.act = act;
  const auto asked = run(a_, ask);
  ASSERT_TRUE(asked);
  act.approval = asked->answer.int_at("approval");
  EXPECT_FALSE(run(a_, act));
  act.by.principal = "bo";
  act.order.keys = {"b-k0000000000000002"};
  EXPECT_FALSE(run(a_, act)) << "other keys than asked for";
}

TEST_F(PersonalValues, ThatAreHeldAreNotErased) {
  const auto hold = order(a_, "hold", {"a-k0000000000000001"}, today().plus_days(10));
  ASSERT_TRUE(hold);
  const auto refused = order(a_, "erase", {"a-k0000000000000001"});
  ASSERT_FALSE(refused);
  EXPECT_NE(describe(refused.error()).find("order 1"), std::string::npos);
  // A key made after the hold, of the same person.
  EXPECT_FALSE(order(a_, "erase", {"b-k0000000000000002"}));
  today_ = today().plus_days(11);
  EXPECT_TRUE(order(a_, "erase", {"a-k0000000000000001"})) << "past its last day";
}

TEST_F(PersonalValues, AHoldIsLiftedByTwo) {
  const auto hold = order(a_, "hold", {"a-k0000000000000001"});
  ASSERT_TRUE(hold);
  EndOrder end;
  end.number = *hold;
  end.reason = "the case is over";
  ASSERT_TRUE(by_two(a_, end));
  EXPECT_FALSE(by_two(a_, end));
  EXPECT_TRUE(order(a_, "erase", {"a-k0000000000000001"}));
}

TEST_F(PersonalValues, WhatAPeerMayNotOrderWaitsForPeople) {
  ASSERT_TRUE(order(b_, "hold", {"a-k0000000000000001"}));
  ASSERT_TRUE(
      order(a_, "erase", {"a-k0000000000000001", "b-k0000000000000002"}));  // the second is b's own
  EXPECT_EQ(deliver(a_, b_), "applied ");
  EXPECT_EQ(b_.serial(Store::kErased, "a-k0000000000000001"), 0);
  EXPECT_EQ(b_.serial(Store::kErased, "b-k0000000000000002"), 0);
  EXPECT_EQ(deliver(b_, a_), "applied ");
  EXPECT_EQ(at(a_, 1).answers.at("b").kept,
            (std::vector<std::string>{"a-k0000000000000001", "b-k0000000000000002"}));
  EXPECT_EQ(at(a_, 1).answers.at("b").reason, "hold");
  EXPECT_TRUE(is_late(at(a_, 1), today().plus_days(kAnswerDays + 1)));

  OrderPrivacy erase;
  erase.order = at(b_, 2).order;
  ASSERT_EQ(erase.order.kind, "asked");
  erase.order.kind = "erase";
  EXPECT_FALSE(by_two(b_, erase)) << "the hold stands";
  EndOrder end;
  end.number = 1;
  end.reason = "over";
  ASSERT_TRUE(by_two(b_, end));
  const auto erased = by_two(b_, erase);
  ASSERT_TRUE(erased) << describe(erased.error());
  EXPECT_NE(b_.serial(Store::kErased, "b-k0000000000000002"), 0);
  ASSERT_TRUE(run(b_, FinishErasure{.number = erased->answer.int_at("order")}));
  EXPECT_EQ(deliver(b_, a_), "applied ");
  EXPECT_FALSE(awaits_answer(at(a_, 1)));
}

TEST_F(PersonalValues, WhatPeopleRefuseIsToldToThePeer) {
  ASSERT_TRUE(order(a_, "erase", {"b-k0000000000000002"}));
  deliver(a_, b_);
  deliver(b_, a_);
  EXPECT_EQ(at(a_, 1).answers.at("b").reason, "undecided");
  EndOrder end;
  end.number = 1;
  end.reason = "needed by law";
  ASSERT_TRUE(by_two(b_, end));
  EXPECT_EQ(deliver(b_, a_), "applied ");
  EXPECT_EQ(at(a_, 1).answers.at("b").reason, "refused");
}

// Each of these a member may sign and has no right to.
TEST_F(PersonalValues, AreNotErasedByALyingPeer) {
  const auto ask = [&](std::vector<std::string> keys, std::vector<CaseId> cases,
                       std::int64_t number) {
    MessageQueued message;
    message.kind = told::Erase::kKind;
    message.body = told::write(told::Erase{.number = number,
                                           .subject = "t:wang",
                                           .reason = "r",
                                           .cases = std::move(cases),
                                           .records = {},
                                           .keys = std::move(keys),
                                           .deadline = today()});
    return tell(a_, b_, message);
  };
  EXPECT_EQ(ask({"b-k0000000000000002"}, {"a-1"}, 1), "applied ");
  EXPECT_EQ(b_.serial(Store::kErased, "b-k0000000000000002"), 0) << "a key of ours";
  EXPECT_EQ(ask({"b-k0000000000000002"}, {"a-1"}, 1), "held unverified.number");
  EXPECT_EQ(ask({}, {"a-1"}, 2), "held unverified.shape");
  // Under a hold, by a place where the value does not stand.
  ASSERT_TRUE(order(b_, "hold", {}));
  EXPECT_EQ(ask({"a-k0000000000000001"}, {"a-9"}, 3), "applied ");
  EXPECT_EQ(b_.serial(Store::kErased, "a-k0000000000000001"), 0);
  for (std::int64_t number = 10; number < 10 + 300; ++number)
    ask({"b-k0000000000000002"}, {}, number);
  std::size_t waiting = 0;
  for (const auto& [number, one] : b_.circle().orders) {
    if (one.order.kind == "asked") ++waiting;
  }
  EXPECT_EQ(waiting, kAskedMax);

  MessageQueued receipt;
  receipt.kind = told::Erased::kKind;
  receipt.body = told::write(told::Erased{.number = 1, .on = today(), .kept = {}, .reason = {}});
  EXPECT_EQ(tell(a_, b_, receipt), "held unverified.number") << "for an order never sent";
}

// Names of members may begin with one another.
TEST_F(PersonalValues, AreOrderedByWhoMadeTheKeyAndByNoNameThatBeginsLikeIt) {
  const std::string digits = "0000000000000001";
  std::int64_t number = 0;
  const auto ask = [&](const std::string& key) {
    MessageQueued message;
    message.kind = told::Erase::kKind;
    message.body = told::write(told::Erase{.number = ++number,
                                           .subject = "t:wang",
                                           .reason = "r",
                                           .cases = {"a-1"},
                                           .records = {},
                                           .keys = {key},
                                           .deadline = today()});
    EXPECT_EQ(tell(a_, b_, message), "applied ");
    return b_.serial(Store::kErased, key) != 0;
  };
  b_.apply(PartyJoined{.party = "a-k1"});
  for (const std::string& key :
       {"a-k1-k" + digits, "a-" + digits, "a-k" + digits + "1", std::string{"a-k1"},
        std::string{"a-k"}, std::string{"a-k000000000000000G"}, "aa-k" + digits, "-k" + digits}) {
    EXPECT_FALSE(ask(key)) << key;
    EXPECT_EQ(at(b_, number).order.kind, "asked") << key << " waits for two people";
  }
  EXPECT_TRUE(ask("a-k" + digits));
}

TEST_F(PersonalValues, OrdersThatAreNotWholeAreRefused) {
  EXPECT_FALSE(order(a_, "burn", {"a-k0000000000000001"}));
  EXPECT_FALSE(order(a_, "erase", {}));
  EXPECT_FALSE(order(a_, "restrict", {}));
  EXPECT_FALSE(order(a_, "hold", {"a-k0000000000000001"}, today().plus_days(-1)));
  EXPECT_FALSE(
      order(a_, "erase", std::vector<std::string>(kErasedKeysMax + 1, "a-k0000000000000001")));
  EXPECT_TRUE(order(a_, "restrict", {"a-k0000000000000001"}));
}

}  // namespace
}  // namespace bashu::core
